"""What was said when, and the speech marks that tell it."""

# ruff: noqa: RUF001 - the phonetic alphabet looks like Latin

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from recita_local.services.polly.script import Pause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recita_local.services.polly.script import Phrase, Script, Sentence
    from recita_local.services.polly.speakers import Said, Speaker
    from recita_local.services.polly.voices import Voice

VISEMES = {
    **dict.fromkeys("pbm", "p"),
    **dict.fromkeys("tdnɾɲ", "t"),
    **dict.fromkeys("ʃʒʧʤʂɕ", "S"),
    **dict.fromkeys("θðT", "T"),
    **dict.fromkeys("fv", "f"),
    **dict.fromkeys("kɡŋhxɣʁɟç", "k"),
    **dict.fromkeys("szʦʣ", "s"),
    **dict.fromkeys("ɹrɻʀ", "r"),
    **dict.fromkeys("lʎɬ", "t"),
    **dict.fromkeys("iɪjyɨᵻ", "i"),
    **dict.fromkeys("uʊwɥ", "u"),
    **dict.fromkeys("əɜɚᵊɐ", "@"),
    **dict.fromkeys("aɑæɒʌIW", "a"),
    **dict.fromkeys("eAø", "e"),
    **dict.fromkeys("ɛœ", "E"),
    **dict.fromkeys("oOQ", "o"),
    **dict.fromkeys("ɔY", "O"),
    **dict.fromkeys(",.;:!?…", "sil"),
}
"""Kokoro's phonemes to Polly's visemes; stress and length marks have none."""


@dataclass
class Timeline:
    """A spoken script: mono samples, their rate, and the marks of every kind in order."""

    audio: npt.NDArray[np.int16]
    sample_rate: int
    engine: str
    marks: list[dict[str, Any]] = field(default_factory=list)

    def lines(self, kinds: Iterable[str]) -> bytes:
        """Speech marks of ``kinds`` as Polly writes them: one JSON object a line."""
        wanted = set(kinds)
        return b"".join(
            json.dumps(mark, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            for mark in self.marks
            if mark["type"] in wanted
        )


class Rehearsal:
    """A script that is said a few sentences at a time; others may speak in between."""

    def __init__(self, script: Script, voice: Voice, speaker: Speaker) -> None:
        self._voice, self._speaker = voice, speaker
        self._coming = iter(script.sentences)
        self._stage = _Stage(script, speaker.sample_rate)

    def go_on(self, seconds: float = math.inf) -> bool:
        """Say more for about so long; returns whether something is left."""
        until = time.monotonic() + seconds
        for sentence in self._coming:
            self._stage.sentence(sentence, self._voice, self._speaker)
            if time.monotonic() > until:
                return True
        return False

    def timeline(self) -> Timeline:
        """What was said."""
        stage = self._stage
        samples = np.concatenate([np.zeros(0, np.int16), *stage.pieces])
        stage.marks.sort(key=lambda mark: mark["time"])  # stable: a sentence precedes its words
        return Timeline(samples, self._speaker.sample_rate, self._speaker.name, stage.marks)


def perform(script: Script, voice: Voice, speaker: Speaker) -> Timeline:
    """Say a whole script."""
    rehearsal = Rehearsal(script, voice, speaker)
    rehearsal.go_on()
    return rehearsal.timeline()


class _Stage:
    """The pieces said so far, and the marks that point into them."""

    def __init__(self, script: Script, sample_rate: int) -> None:
        self.pieces: list[npt.NDArray[np.int16]] = []
        self.marks: list[dict[str, Any]] = []
        self._source = script.source
        self._rate = sample_rate
        self._samples = 0

    def sentence(self, sentence: Sentence, voice: Voice, speaker: Speaker) -> None:
        announced = sentence.end == sentence.start
        for part in sentence.parts:
            if isinstance(part, Pause):
                self._pause(part)
                continue
            said = speaker.say(part, voice)
            if not announced and part.words:
                self._mark("sentence", said.starts[0], sentence.start, sentence.end)
                announced = True
            self._phrase(part, said)

    def _phrase(self, phrase: Phrase, said: Said) -> None:
        for index, mark in phrase.marks:
            end = said.audio.size / self._rate
            second = said.starts[index] if index < len(said.starts) else end
            self._mark("ssml", second, mark.start, mark.end, mark.name)
        for word, second in zip(phrase.words, said.starts, strict=True):
            self._mark("word", second, word.start, word.end)
        last = ""
        for second, phoneme in said.phonemes:
            viseme = VISEMES.get(phoneme, last)
            if viseme != last:
                self.marks.append({"time": self._time(second), "type": "viseme", "value": viseme})
                last = viseme
        self._add((np.clip(said.audio, -1, 1) * 32767).astype(np.int16))

    def _pause(self, pause: Pause) -> None:
        if pause.end:  # Polly lists a break among the words
            self._mark("word", 0.0, pause.start, pause.end)
        self._add(np.zeros(round(pause.seconds * self._rate), np.int16))

    def _mark(self, kind: str, second: float, start: int, end: int, value: str = "") -> None:
        self.marks.append(
            {
                "time": self._time(second),
                "type": kind,
                "start": start,
                "end": end,
                "value": value or self._source[start:end].decode(errors="replace"),
            }
        )

    def _time(self, second: float) -> int:
        return round((self._samples / self._rate + second) * 1000)

    def _add(self, samples: npt.NDArray[np.int16]) -> None:
        self.pieces.append(samples)
        self._samples += samples.size
