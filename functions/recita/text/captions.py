"""Captions: WebVTT cues timed by speech marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import webvtt

MAX_CUE = 84
"""Characters of one cue: two lines of 42, as broadcasters' guides have it."""


@dataclass(frozen=True)
class TimedWord:
    """A spoken word: when it starts (ms), and the sentence it belongs to."""

    time: int
    value: str
    sentence: int


def to_webvtt(words: Sequence[TimedWord], duration: float, language: str) -> str:
    """Return WebVTT whose cues end where the next begins; ``duration`` is in seconds."""
    vtt = webvtt.WebVTT()
    vtt.header_comments.append(f"Language: {language}")
    cues = list(_cues(words))
    for index, cue in enumerate(cues):
        ends = cues[index + 1][0].time if index + 1 < len(cues) else round(duration * 1000)
        text = " ".join(word.value for word in cue)
        vtt.captions.append(webvtt.Caption(_stamp(cue[0].time), _stamp(ends), _escaped(text)))
    return str(vtt.content) + "\n"


def _cues(words: Sequence[TimedWord]) -> Iterator[list[TimedWord]]:
    cue: list[TimedWord] = []
    for word in words:
        length = sum(len(w.value) + 1 for w in cue)
        if cue and (word.sentence != cue[0].sentence or length + len(word.value) > MAX_CUE):
            yield cue
            cue = []
        cue.append(word)
    if cue:
        yield cue


def _stamp(milliseconds: int) -> str:
    seconds, thousandths = divmod(max(0, milliseconds), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
