"""Polly's limits, errors and reply shapes, against the service model."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from recita_local.services.polly import api, installed
from recita_local.services.polly.request import Request
from recita_local.wire.service import RequestContext, ServiceError

MODEL: Any = botocore.session.get_session().get_service_model("polly")


class FakeHost:
    """Stands for the engine's process: what the API asks of it is recorded."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def call(self, *args: Any) -> tuple[bytes, str]:
        self.calls.append(args)
        return b"sound", "kokoro/1"


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    fake = FakeHost()
    monkeypatch.setattr(api, "engine", lambda _: fake)
    monkeypatch.setattr(installed, "espeak_ready", lambda: True)
    return fake


def context(operation: str = "SynthesizeSpeech") -> RequestContext:
    return RequestContext("polly", operation, "us-east-1", "000000000000", "http://127.0.0.1:9")


def ask(**params: Any) -> dict[str, Any]:
    asked = {"OutputFormat": "mp3", "VoiceId": "Camila", "Text": "Olá", **params}
    return api.OPERATIONS["SynthesizeSpeech"](asked, context())


def check(operation: str, reply: dict[str, Any]) -> None:
    shape = MODEL.operation_model(operation).output_shape
    assert not ParamValidator().validate(reply, shape).has_errors()


def test_operations_are_ones_of_the_model() -> None:
    assert set(api.OPERATIONS) <= set(MODEL.operation_names)


@pytest.mark.parametrize("output_format", ["mp3", "ogg_vorbis", "ogg_opus", "pcm", "mulaw", "alaw"])
def test_sound_has_the_models_shape(host: FakeHost, output_format: str) -> None:
    reply = ask(OutputFormat=output_format, Engine="neural")
    check("SynthesizeSpeech", reply)
    assert reply["RequestCharacters"] == 3
    assert host.calls[0][2] == output_format


def test_the_engine_is_named_and_asked_for_what_was_asked(host: FakeHost) -> None:
    told = context()
    asked = {"OutputFormat": "json", "VoiceId": "Joanna", "Text": "<speak>Hi</speak>",
             "TextType": "ssml", "SpeechMarkTypes": ["word"], "Engine": "neural"}  # fmt: skip
    reply = api.OPERATIONS["SynthesizeSpeech"](asked, told)
    check("SynthesizeSpeech", reply)
    assert told.engine == "kokoro/1"
    assert reply["ContentType"] == "application/x-json-stream"
    assert reply["RequestCharacters"] == 2
    request = Request("<speak>Hi</speak>", "ssml", "Joanna", neural=True)
    assert host.calls == [("marks", request, ("word",))]


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("TextLengthExceededException", {"Text": "a" * 3001}),
        ("TextLengthExceededException", {"Text": f"<speak>{'<s>a</s>' * 800}</speak>",
                                         "TextType": "ssml"}),
        ("TextLengthExceededException", {"Text": f"<speak>{'a' * 3001}</speak>",
                                         "TextType": "ssml"}),
        ("InvalidSsmlException", {"Text": "<speak><x/></speak>", "TextType": "ssml"}),
        ("InvalidSsmlException", {"Text": "a < b", "TextType": "ssml"}),
        ("MarksNotSupportedForFormatException", {"SpeechMarkTypes": ["word"]}),
        ("ValidationException", {"OutputFormat": "json"}),
        ("SsmlMarksNotSupportedForTextTypeException",
         {"OutputFormat": "json", "SpeechMarkTypes": ["ssml"]}),
        ("EngineNotSupportedException", {"Engine": "generative"}),
        ("EngineNotSupportedException", {"VoiceId": "Thiago"}),  # neural only
        ("EngineNotSupportedException", {"VoiceId": "Mizuki"}),
        ("LanguageNotSupportedException", {"LanguageCode": "en-US"}),
        ("InvalidSampleRateException", {"SampleRate": "12345"}),
        ("InvalidSampleRateException", {"OutputFormat": "pcm", "SampleRate": "24000"}),
        ("LexiconNotFoundException", {"LexiconNames": ["mine"]}),
    ],
)  # fmt: skip
def test_limits_are_the_services(host: FakeHost, code: str, params: dict[str, Any]) -> None:
    with pytest.raises(ServiceError) as raised:
        ask(**params)
    assert raised.value.code == code
    assert raised.value.message
    known = {shape.name for shape in MODEL.operation_model("SynthesizeSpeech").error_shapes}
    assert code in known | {"ValidationException"}
    assert not host.calls


def test_the_longest_text_passes(host: FakeHost) -> None:
    assert ask(Text="a" * 3000)["RequestCharacters"] == 3000
    assert host.calls


def test_voices_have_the_models_shape_and_values() -> None:
    reply = api.OPERATIONS["DescribeVoices"]({}, context("DescribeVoices"))
    check("DescribeVoices", reply)
    voice = MODEL.shape_for("Voice").members
    for found in reply["Voices"]:
        assert found["Id"] in voice["Id"].enum
        assert found["Gender"] in voice["Gender"].enum
        assert found["LanguageCode"] in voice["LanguageCode"].enum
        assert set(found["SupportedEngines"]) <= set(voice["SupportedEngines"].member.enum)


def test_voices_are_filtered_by_language_and_engine() -> None:
    asked = {"LanguageCode": "pt-BR", "Engine": "neural"}
    reply = api.OPERATIONS["DescribeVoices"](asked, context("DescribeVoices"))
    assert [voice["Id"] for voice in reply["Voices"]] == ["Camila", "Vitoria", "Thiago"]


def test_without_an_engine_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "espeak_ready", lambda: False)
    with pytest.raises(ServiceError, match="make setup") as raised:
        ask()
    assert raised.value.code == "ServiceFailureException"
    reply = api.OPERATIONS["DescribeVoices"]({}, context("DescribeVoices"))
    assert reply["Voices"] == []
