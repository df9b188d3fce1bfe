"""Polly: fake and adapter say the same of the same answer, in botocore's shapes."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.response import StreamingBody
from recita.adapters.polly import PollySpeech
from recita.errors import (
    ProviderRefusedError,
    VoiceMissingError,
)
from recita.meter import Meter
from recita.ports import (
    Voice,
    VoiceChoice,
)

from tests.contract.stubbed import both, stub, used
from tests.fakes import (
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
    spoken = port.speak(SSML, LUCIA)
    assert spoken.mp3.startswith(b"\xff\xf3")
    assert [vars(mark) for mark in spoken.marks] == MARKS
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


def test_an_engine_without_marks_is_refused_before_its_sound_is_paid(meter: Meter) -> None:
    adapter = PollySpeech(meter)
    stub(adapter).add_client_error("synthesize_speech", "ValidationException", "no marks", 400)
    with pytest.raises(ProviderRefusedError):
        adapter.speak(SSML, VoiceChoice("Danielle", "generative"))
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
    assert adapter.speak(SSML, VoiceChoice("Aditi", "standard", "hi-IN")).marks == ()
