"""boto3 speaks and translates through the wire, with the real engines behind it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from recita_local import engines
from recita_local.services.polly import api as polly
from recita_local.services.polly import installed as voices
from recita_local.services.translate import api as translate
from recita_local.services.translate import installed as pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

pytestmark = pytest.mark.engines
SERVED = {"polly": polly.OPERATIONS, "translate": translate.OPERATIONS}


@pytest.fixture(scope="module")
def client(serve: Callable[..., AbstractContextManager[str]]) -> Iterator[Callable[[str], Any]]:
    def made(service: str) -> Any:
        factory: Any = boto3.client
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
        return factory(service, endpoint_url=endpoint, region_name="us-east-1", **keys)

    with serve(SERVED.__getitem__) as endpoint:
        yield made
    for name in ("speech", "translation"):
        engines.engine(name).close()


def test_sound_and_marks_arrive(client: Callable[[str], Any]) -> None:
    if not voices.installed_voices():
        pytest.skip("no speech engine is installed here: speech over the wire was not tested")
    asked = {"Text": "<speak>Bom dia.</speak>", "TextType": "ssml", "VoiceId": "Camila",
             "Engine": "neural"}  # fmt: skip
    sound = client("polly").synthesize_speech(OutputFormat="mp3", **asked)
    assert sound["ContentType"] == "audio/mpeg"
    assert sound["RequestCharacters"] == 8
    assert len(sound["AudioStream"].read()) > 2000
    headers = sound["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-local-engine"] == voices.speech_engine()
    marks = client("polly").synthesize_speech(
        OutputFormat="json", SpeechMarkTypes=["word"], **asked
    )
    lines = marks["AudioStream"].read().decode().splitlines()
    assert [json.loads(line)["value"] for line in lines] == ["Bom", "dia"]


def test_a_long_text_and_bad_ssml_are_polys_errors(client: Callable[[str], Any]) -> None:
    service = client("polly")
    with pytest.raises(service.exceptions.TextLengthExceededException):
        service.synthesize_speech(OutputFormat="mp3", VoiceId="Camila", Text="a" * 3001)
    with pytest.raises(service.exceptions.InvalidSsmlException):
        service.synthesize_speech(
            OutputFormat="mp3", VoiceId="Camila", Text="<speak>", TextType="ssml"
        )


def test_tasks_can_be_asked_for(client: Callable[[str], Any]) -> None:
    service = client("polly")
    assert service.list_speech_synthesis_tasks(Status="completed")["SynthesisTasks"] == []
    with pytest.raises(service.exceptions.SynthesisTaskNotFoundException):
        service.get_speech_synthesis_task(TaskId="no-such-task")


def test_voices_are_listed(client: Callable[[str], Any]) -> None:
    found = client("polly").describe_voices(LanguageCode="pt-BR")["Voices"]
    assert {voice["LanguageCode"] for voice in found} <= {"pt-BR"}


def test_a_text_is_translated(client: Callable[[str], Any]) -> None:
    if ("pt", "en") not in pairs.installed_pairs():
        pytest.skip("Apertium is not installed here: translation over the wire was not tested")
    reply = client("translate").translate_text(
        Text="O gato preto dorme na casa.", SourceLanguageCode="auto", TargetLanguageCode="en"
    )
    assert reply["TranslatedText"] == "The black cat sleeps in the house."
    assert reply["SourceLanguageCode"] == "pt"
    assert reply["ResponseMetadata"]["HTTPHeaders"]["x-local-engine"].startswith("apertium/3")


def test_a_missing_pair_carries_its_codes(client: Callable[[str], Any]) -> None:
    with pytest.raises(ClientError) as raised:
        client("translate").translate_text(
            Text="x", SourceLanguageCode="en", TargetLanguageCode="de"
        )
    error: Any = raised.value.response
    assert error["Error"]["Code"] == "UnsupportedLanguagePairException"
    assert (error["SourceLanguageCode"], error["TargetLanguageCode"]) == ("en", "de")


@pytest.mark.parametrize("extra", [1, 5001])
def test_a_byte_too_many_is_translates_error(client: Callable[[str], Any], extra: int) -> None:
    service = client("translate")
    with pytest.raises(service.exceptions.TextSizeLimitExceededException):
        service.translate_text(
            Text="é" * 5000 + "a" * extra, SourceLanguageCode="en", TargetLanguageCode="es"
        )
