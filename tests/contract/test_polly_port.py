"""Polly: fake and adapter say the same of the same answer, in botocore's shapes."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.response import StreamingBody
from recita.adapters.polly import PollySpeech
from recita.adapters.polly_tasks import PollyTasks
from recita.errors import (
    ProviderRefusedError,
    VoiceMissingError,
)
from recita.meter import Meter
from recita.ports import (
    SpeechOrder,
    SpeechTasks,
    Voice,
    VoiceChoice,
)

from tests.contract.stubbed import both, stub, used
from tests.fakes import (
    FakeResults,
    FakeSpeechTasks,
    FakeVoice,
)

pytestmark = pytest.mark.usefixtures("aws")

SSML = "<speak><p><s>Hola mundo</s></p></speak>"
MARKS = [
    {"time": 0, "type": "sentence", "start": 13, "end": 23, "value": "Hola mundo"},
    {"time": 0, "type": "word", "start": 13, "end": 17, "value": "Hola"},
    {"time": 240, "type": "word", "start": 18, "end": 23, "value": "mundo"},
]


DESCRIBED = [
    {"Id": "Lucia", "LanguageCode": "es-ES", "SupportedEngines": ["neural", "standard"]},
    {"Id": "Mia", "LanguageCode": "es-MX", "SupportedEngines": ["neural", "standard"]},
]
LUCIA = VoiceChoice("Lucia", "neural")


def voice(kind: str, meter: Meter) -> Voice:
    if kind == "fake":
        return FakeVoice(meter)
    adapter = PollySpeech(meter)
    marks = "\n".join(json.dumps(mark) for mark in MARKS).encode()
    request = {"Text": SSML, "TextType": "ssml", "VoiceId": "Lucia", "Engine": "neural"}
    timed = request | {"OutputFormat": "json", "SpeechMarkTypes": ["sentence", "word"]}
    asked = {"IncludeAdditionalLanguageCodes": True}
    stub(
        adapter,
        ("describe_voices", {"Voices": DESCRIBED[:1], "NextToken": "more"}, asked),
        ("describe_voices", {"Voices": DESCRIBED[1:]}, asked | {"NextToken": "more"}),
        ("synthesize_speech", audio(marks), timed),
        ("synthesize_speech", audio(b"\xff\xf3mp3"), request | {"OutputFormat": "mp3"}),
    )
    return adapter


def audio(body: bytes) -> dict[str, Any]:
    stream = StreamingBody(io.BytesIO(body), len(body))
    return {"AudioStream": stream, "ContentType": "audio/mpeg", "RequestCharacters": 10}


@both
def test_a_voice_speaks_and_marks(kind: str, meter: Meter) -> None:
    port = voice(kind, meter)
    assert port.choices("es")[0] == LUCIA
    assert port.choices("es")[0] == LUCIA  # a container asks Polly once
    assert [vars(mark) for mark in port.mark(SSML, LUCIA)] == MARKS
    assert port.speak(SSML, LUCIA).startswith(b"\xff\xf3")
    assert {(u[0], u[3]) for u in used(meter)} == {("polly", "neural characters")}


@both
def test_a_language_without_a_voice_is_refused(kind: str, meter: Meter) -> None:
    port: Voice = FakeVoice(meter)
    if kind == "adapter":
        port = PollySpeech(meter)
        stub(port, ("describe_voices", {"Voices": DESCRIBED}, None))
    with pytest.raises(VoiceMissingError, match="no voice is known for xx"):
        port.choices("xx")
    assert used(meter) == []


def test_a_voice_that_is_not_there_is_named(meter: Meter) -> None:
    port = PollySpeech(meter, {"pt": "Camilla"})
    stub(port, ("describe_voices", {"Voices": DESCRIBED}, None))
    with pytest.raises(VoiceMissingError, match="Camilla, which Voices names, is none"):
        port.choices("pt-PT")
    assert used(meter) == []


def test_an_engine_without_marks_is_refused_before_its_sound_is_paid(meter: Meter) -> None:
    adapter = PollySpeech(meter)
    stub(adapter).add_client_error("synthesize_speech", "ValidationException", "no marks", 400)
    with pytest.raises(ProviderRefusedError):
        adapter.mark(SSML, VoiceChoice("Danielle", "generative"))
    assert used(meter) == []


def test_a_voice_of_two_languages_is_told_which(meter: Meter) -> None:
    adapter = PollySpeech(meter)
    asked = {"Text": SSML, "TextType": "ssml", "VoiceId": "Aditi", "Engine": "standard",
             "LanguageCode": "hi-IN"}  # fmt: skip
    timed = asked | {"OutputFormat": "json", "SpeechMarkTypes": ["sentence", "word"]}
    stub(
        adapter,
        ("synthesize_speech", audio(b""), timed),
        ("synthesize_speech", audio(b"x"), asked | {"OutputFormat": "mp3"}),
    )
    aditi = VoiceChoice("Aditi", "standard", "hi-IN")
    assert adapter.mark(SSML, aditi) == ()
    assert adapter.speak(SSML, aditi) == b"x"


ORDER = SpeechOrder(SSML, LUCIA, "sound", "work/0/spoken/es/k.sound.0")
TOPIC = "arn:aws:sns:us-east-1:000000000000:speech"


def described(status: str = "scheduled", name: str = "task-1", **more: Any) -> dict[str, Any]:
    uri = f"https://s3.us-east-1.amazonaws.com/results/{ORDER.prefix}.{name}.mp3"
    return {
        "SynthesisTask": {
            "TaskId": name,
            "TaskStatus": status,
            "OutputUri": uri,
            "RequestCharacters": 10,
            **more,
        }
    }


def tasks(kind: str, meter: Meter, *replies: tuple[str, dict[str, Any], Any]) -> SpeechTasks:
    if kind == "fake":
        return FakeSpeechTasks(meter, FakeResults())
    adapter = PollyTasks(meter, bucket="results", topic=TOPIC)
    stub(adapter, *replies)
    return adapter


@both
def test_a_task_is_started_found_again_and_asked(kind: str, meter: Meter) -> None:
    asked = {
        "Text": SSML, "TextType": "ssml", "VoiceId": "Lucia", "Engine": "neural",
        "OutputFormat": "mp3", "OutputS3BucketName": "results",
        "OutputS3KeyPrefix": ORDER.prefix, "SnsTopicArn": TOPIC,
    }  # fmt: skip
    other = described(name="other")["SynthesisTask"]
    other["OutputUri"] = "https://s3.us-east-1.amazonaws.com/results/work/1/spoken/k.other.mp3"
    ours = described()["SynthesisTask"]
    port = tasks(
        kind,
        meter,
        ("start_speech_synthesis_task", described(), asked),
        (
            "list_speech_synthesis_tasks",
            {"SynthesisTasks": [other], "NextToken": "n"},
            {"MaxResults": 100},
        ),
        (
            "list_speech_synthesis_tasks",
            {"SynthesisTasks": [ours]},
            {"MaxResults": 100, "NextToken": "n"},
        ),
        ("get_speech_synthesis_task", described("completed"), {"TaskId": "task-1"}),
    )
    started = port.start(ORDER)
    assert started.output == f"{ORDER.prefix}.{started.id}.mp3"
    assert port.find(ORDER) == started
    assert port.state(started.id).status == "completed"
    # Who finds it was not there when it was paid: it counts, too.
    assert used(meter) == [("polly", "StartSpeechSynthesisTask", 20, "neural characters")]


@both
def test_a_task_that_nobody_started_is_not_found(kind: str, meter: Meter) -> None:
    port = tasks(kind, meter, ("list_speech_synthesis_tasks", {"SynthesisTasks": []}, None))
    assert port.find(ORDER) is None
    assert used(meter) == []


def test_marks_are_asked_for_as_json(meter: Meter) -> None:
    order = SpeechOrder(SSML, VoiceChoice("Aditi", "standard", "hi-IN"), "marks", "p")
    adapter = PollyTasks(meter, bucket="results", topic=TOPIC)
    asked = {
        "Text": SSML, "TextType": "ssml", "VoiceId": "Aditi", "Engine": "standard",
        "LanguageCode": "hi-IN", "OutputFormat": "json", "SpeechMarkTypes": ["sentence", "word"],
        "OutputS3BucketName": "results", "OutputS3KeyPrefix": "p", "SnsTopicArn": TOPIC,
    }  # fmt: skip
    stub(adapter, ("start_speech_synthesis_task", described(), asked))
    assert adapter.start(order).id == "task-1"


def test_how_a_task_is(meter: Meter) -> None:
    adapter = PollyTasks(meter)
    failed = described("failed", TaskStatusReason="out of breath")
    stubber = stub(
        adapter,
        ("get_speech_synthesis_task", described("inProgress"), None),
        ("get_speech_synthesis_task", failed, None),
    )
    for code in ("SynthesisTaskNotFoundException", "InvalidTaskIdException"):
        stubber.add_client_error("get_speech_synthesis_task", code, "no", 400)
    assert adapter.state("1").status == "running"
    state = adapter.state("2")
    assert (state.status, state.reason) == ("failed", "out of breath")
    assert adapter.state("3").status == "gone"
    with pytest.raises(ProviderRefusedError):
        adapter.state("4")
