"""Real speech: sound and word times belong together, with either engine."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from recita_local.engines import TARGETS, EngineHost
from recita_local.services.polly import installed
from recita_local.services.polly.engine import SpeechEngine
from recita_local.services.polly.request import Request
from recita_local.services.polly.script import Phrase
from recita_local.services.polly.speakers import Said
from recita_local.services.polly.voices import ESPEAK_VOICES, VOICES, Voice

pytestmark = pytest.mark.engines

ENGINE = TARGETS["speech"]

TEXT = (
    "<speak><p><s>O contrato foi assinado, por ambas as partes.</s>"
    "<s>O total é <mark name='total'/>R$ 1.234,56.</s></p></speak>"
)
REQUEST = Request(TEXT, "ssml", "Camila", neural=True)
SPOKEN = re.findall(r"\w+", "O contrato foi assinado por ambas as partes O total é")
KINDS = ("sentence", "word", "ssml", "viseme")


class Remote:
    """An engine in a process of its own, as the laptop runs it: native code stays out of ours."""

    def __init__(self, host: EngineHost) -> None:
        self._host = host

    def __getattr__(self, method: str) -> Any:
        return partial(self._host.call, method)


@contextmanager
def remote(target: str) -> Iterator[Remote]:
    host = EngineHost(target)
    try:
        yield Remote(host)
    finally:
        host.close()


@pytest.fixture(scope="module", params=["kokoro", "espeak"])
def speech(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    if request.param == "kokoro" and not installed.kokoro_ready():
        pytest.skip("Kokoro is not prepared here (make setup): neural speech was not tested")
    name = installed.KOKORO if request.param == "kokoro" else installed.ESPEAK
    with pytest.MonkeyPatch.context() as patch, remote(ENGINE) as engine:
        if request.param == "espeak":
            patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("no-weights")))
        assert engine.sound(Request("Olá", "text", "Camila", neural=True), "pcm", 16000)[1] == name
        yield engine


def marks(speech: Any, request: Request = REQUEST) -> list[dict[str, Any]]:
    data, _ = speech.marks(request, KINDS)
    return [json.loads(line) for line in data.splitlines()]


def seconds(speech: Any, request: Request = REQUEST) -> float:
    data, _ = speech.sound(request, "pcm", 16000)
    return len(data) / 2 / 16000


def test_every_word_and_sentence_is_marked_in_order(speech: Any) -> None:
    found = marks(speech)
    values = [mark["value"] for mark in found if mark["type"] == "word"]
    assert values == [*SPOKEN, "R$ 1.234,56"]
    sentences = [mark["value"] for mark in found if mark["type"] == "sentence"]
    assert sentences[0] == "O contrato foi assinado, por ambas as partes."
    assert len(sentences) == 2
    times = [mark["time"] for mark in found]
    assert times == sorted(times)
    assert all(left < right for left, right in pairwise(word_times(found)))


def word_times(found: list[dict[str, Any]]) -> list[int]:
    return [mark["time"] for mark in found if mark["type"] == "word"]


def test_offsets_cut_the_value_out_of_the_request(speech: Any) -> None:
    for mark in marks(speech):
        if mark["type"] in {"word", "sentence"}:
            assert TEXT.encode()[mark["start"] : mark["end"]].decode() == mark["value"]


def test_a_mark_is_passed_when_its_word_begins(speech: Any) -> None:
    found = marks(speech)
    passed = next(mark for mark in found if mark["type"] == "ssml")
    word = next(mark for mark in found if mark["value"] == "R$ 1.234,56")
    assert passed["value"] == "total"
    assert passed["time"] == word["time"]


def mp3_seconds(data: bytes) -> float:
    from mutagen import mp3

    read: Any = mp3.MP3
    return float(read(io.BytesIO(data)).info.length)


def test_marks_end_within_the_sound(speech: Any) -> None:
    data, name = speech.sound(REQUEST, "mp3", 24000)
    length = mp3_seconds(data)
    last = marks(speech)[-1]["time"] / 1000
    assert length - 5 < last < length
    assert length == pytest.approx(seconds(speech), abs=0.15)
    assert name in {installed.KOKORO, installed.ESPEAK}


class CountingSpeaker:
    """A tone for every phrase."""

    name, sample_rate = "tone", 24000

    def __init__(self) -> None:
        self.said = 0

    def say(self, phrase: Phrase, voice: Voice) -> Said:
        del voice
        self.said += 1
        return Said(np.ones(2400, np.float32), [0.0] * len(phrase.words))


def test_sound_and_marks_of_one_text_cost_one_synthesis() -> None:
    speaker = CountingSpeaker()
    engine = SpeechEngine(speaker)
    engine.sound(REQUEST, "mp3", 24000)
    said = speaker.said
    assert marks(engine)
    engine.sound(REQUEST, "ogg_vorbis", 22050)
    assert speaker.said == said > 0


def test_a_long_text_is_said_bit_by_bit_and_others_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("recita_local.services.polly.engine.TURN_SECONDS", -1)
    speaker = CountingSpeaker()
    engine = SpeechEngine(speaker)
    turns = 1
    while engine.rehearse(REQUEST):
        turns += 1
        engine.sound(Request("Um.", "text", "Camila", neural=True), "mp3", 24000)
    said = speaker.said
    assert turns > 2
    assert engine.sound(REQUEST, "pcm", 16000) == SpeechEngine(CountingSpeaker()).sound(
        REQUEST, "pcm", 16000
    )
    assert marks(engine) == marks(SpeechEngine(CountingSpeaker()))
    assert speaker.said == said


def test_sound_is_not_remembered_without_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recita_local.services.polly.engine.REMEMBERED_BYTES", 10_000)
    speaker = CountingSpeaker()
    engine = SpeechEngine(speaker)
    other = Request("Um.", "text", "Camila", neural=True)
    for request in (REQUEST, REQUEST, other, REQUEST):
        engine.sound(request, "pcm", 16000)
    assert speaker.said == 2 + 1 + 2


@pytest.mark.parametrize(
    ("output_format", "start"), [("mp3", b"\xff"), ("ogg_vorbis", b"OggS"), ("ogg_opus", b"OggS")]
)
def test_each_format_is_what_it_says(speech: Any, output_format: str, start: bytes) -> None:
    rate = 48000 if output_format == "ogg_opus" else 22050
    assert speech.sound(REQUEST, output_format, rate)[0].startswith(start)


def test_a_break_and_a_slow_rate_take_their_time(speech: Any) -> None:
    plain = Request("<speak>Um dois.</speak>", "ssml", "Camila", neural=True)
    pause = Request("<speak>Um dois.<break time='2s'/></speak>", "ssml", "Camila", neural=True)
    slow = Request(
        "<speak><prosody rate='50%'>Um dois.</prosody></speak>", "ssml", "Camila", neural=True
    )
    assert seconds(speech, pause) == pytest.approx(seconds(speech, plain) + 2, abs=0.01)
    assert seconds(speech, slow) > seconds(speech, plain) * 1.3


@pytest.mark.parametrize("text", ["", "   ", "...", "\N{GRINNING FACE}", "漢字"])
def test_what_cannot_be_said_is_silence_not_an_error(speech: Any, text: str) -> None:
    request = Request(text, "text", "Joanna", neural=True)
    assert isinstance(speech.sound(request, "mp3", 24000)[0], bytes)


def test_a_sentence_longer_than_the_model_takes_is_said_whole(speech: Any) -> None:
    text = "palavra " * 64
    found = marks(speech, Request(text, "text", "Camila", neural=True))
    assert len(word_times(found)) == 64
    assert len(set(word_times(found))) == 64


def test_every_language_has_its_phonemes() -> None:
    with remote("recita_local.services.polly.espeak:Espeak") as espeak:
        said = {
            code: espeak.phonemes("chance banana 10", ESPEAK_VOICES[code]) for code in ESPEAK_VOICES
        }
    assert {voice.language_code for voice in VOICES.values()} == set(said)
    assert len(set(said.values())) == len(said)
