"""How well the local voices are heard, how exactly words are timed, and how fast they speak."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
import soundfile
from mutagen import mp3
from num2words import num2words
from pocketsphinx import Decoder
from recita.steps.recording import Recording
from recita.text.mp3 import duration_seconds
from recita_local import engines
from recita_local.services.polly.audio import resample
from recita_local.services.polly.installed import ESPEAK

from benchmarks.engine_usage import peak_megabytes, processor_seconds
from benchmarks.speaking_heard import distance
from benchmarks.speaking_parts import declaration, spoken

RATE = 16000
"""Of pocketsphinx's English model."""
PARAGRAPHS = range(9, 17)
LOUD = 0.01
"""Of full scale: what is not silence."""
LONG = 20_000
"""Characters."""


def english(_: Path) -> dict[str, Any]:
    """Words wrong, as pocketsphinx hears them, and when it hears each against when it is marked."""
    wrong = words = 0
    errors: list[float] = []
    for number in PARAGRAPHS:
        text = declaration("en")[number]
        recording = spoken([text], "en")
        sound, wanted = _sound(recording), _words(text)
        wrong += distance(wanted, _heard(sound))
        words += len(wanted)
        errors += _timing(sound, recording)
    late = sorted(abs(error) for error in errors)
    return {
        "words": words,
        "wrong": wrong,
        "word_error_rate": wrong / words,
        "timed": len(errors),
        "timing_median_ms": round(1000 * median(late)),
        "timing_95_ms": round(1000 * late[int(0.95 * len(late))]),
        "timing_shift_ms": round(1000 * median(errors)),
        "within_80_ms": sum(error <= 0.08 for error in late) / len(late),
    }


def onsets(_: Path) -> dict[str, Any]:
    """When the sound begins after a silence, against when the word there is marked."""
    errors: list[float] = []
    for language in ("en", "es", "pt"):
        for text in declaration(language)[10:14]:
            recording = spoken(re.split(r"(?<=[.;])\s+", text), language)
            errors += _onsets(recording)
    late = sorted(abs(error) for error in errors)
    return {
        "beginnings": len(late),
        "median_ms": round(1000 * median(late)),
        "most_ms": round(1000 * late[-1]),
        "within_80_ms": sum(error <= 0.08 for error in late) / len(late),
    }


def _onsets(recording: Recording) -> list[float]:
    """How much later than marked the sound of each sentence begins, in seconds."""
    sound = np.abs(_sound(recording))
    loud = sound > LOUD
    errors = []
    for mark in recording.marks:
        at = mark.time * RATE // 1000
        around = loud[max(0, at - RATE // 4) : at + RATE // 4]
        first = int(np.argmax(around))
        if mark.type == "sentence" and around.any() and first > RATE // 20:  # silence before
            errors.append((max(0, at - RATE // 4) + first - at) / RATE)
    return errors


def speed(_: Path) -> dict[str, Any]:
    """Seconds of work for a second of speech, on the clock and of processor time, by language."""
    found: dict[str, Any] = {}
    for language in ("en", "es", "pt", "fr"):
        spoken(["One."], language)
        texts = declaration(language)[10:13]
        used, started = processor_seconds("speech"), time.perf_counter()
        recording = spoken(texts, language)
        clock = time.perf_counter() - started
        found[language] = {
            "seconds": round(recording.seconds, 1),
            "clock_factor": round(clock / recording.seconds, 2),
            "processor_factor": round((processor_seconds("speech") - used) / recording.seconds, 2),
        }
    return found | {"peak_megabytes": peak_megabytes("speech")}


def long(_: Path) -> dict[str, Any]:
    """A text of 20,000 characters as one file, by the engine that needs no model: it is quick."""
    with _without_models():
        return _long()


@contextmanager
def _without_models() -> Iterator[None]:
    engines.close_all()
    with TemporaryDirectory() as empty, patch.dict(os.environ, XDG_CACHE_HOME=empty):
        yield
    engines.close_all()


def _long() -> dict[str, Any]:
    texts, size = [], 0
    for text in declaration("en") * 3:
        if size >= LONG:
            break
        texts.append(text)
        size += len(text)
    recording = spoken(texts, "en")
    reader: Any = mp3.MP3
    told = reader(io.BytesIO(recording.mp3)).info.length
    decoded = len(_sound(recording)) / RATE
    return {
        "characters": recording.characters,
        "calls": len(recording.parts),
        "seconds": round(recording.seconds, 1),
        "seconds_by_frames": round(duration_seconds(recording.mp3), 1),
        "seconds_by_mutagen": round(told, 1),
        "seconds_decoded": round(decoded, 1),
        "last_word_seconds": round(recording.marks[-1].time / 1000, 1),
        "engine": ESPEAK,
    }


def _sound(recording: Recording) -> np.ndarray[Any, Any]:
    samples, rate = soundfile.read(io.BytesIO(recording.mp3), dtype="float32")
    return resample(samples, rate, RATE)


def _pcm(sound: np.ndarray[Any, Any]) -> bytes:
    return bytes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def _heard(sound: np.ndarray[Any, Any]) -> list[str]:
    decoder = Decoder(samprate=RATE, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(_pcm(sound), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return _words(found.hypstr) if found else []


def _timing(sound: np.ndarray[Any, Any], recording: Recording) -> list[float]:
    """How much later than marked each word begins, in seconds, where pocketsphinx can align it."""
    marks = [mark for mark in recording.marks if mark.type == "word"]
    said = [(mark.time / 1000, word) for mark in marks for word in _words(mark.value)[:1]]
    decoder = Decoder(samprate=RATE, loglevel="FATAL")
    known = [(at, word) for at, word in said if decoder.lookup_word(word)]
    if len(known) != len(said) or any(len(_words(mark.value)) != 1 for mark in marks):
        return []  # aligning a text with a word missing would shift the rest
    decoder.set_align_text(" ".join(word for _, word in known))
    decoder.start_utt()
    decoder.process_raw(_pcm(sound), full_utt=True)
    decoder.end_utt()
    segments = [seg for seg in decoder.seg() or () if not re.match(r"<|\[|\+", seg.word)]
    frames = decoder.config["frate"]
    if len(segments) != len(known):
        return []
    return [seg.start_frame / frames - at for seg, (at, _) in zip(segments, known, strict=True)]


def _words(text: str) -> list[str]:
    text = re.sub(r"\d+", lambda found: str(num2words(int(found[0]))), text.lower())
    return re.findall(r"[a-z']+", text.replace("\u2019", "'").replace("\u2010", "-"))
