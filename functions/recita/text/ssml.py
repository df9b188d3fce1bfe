"""SSML, built with an XML library: document text can't break out of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

MAX_BILLED = 2_900
"""Characters of one call, below Polly's 3,000 billed ones (SynthesizeSpeech's quota); twice as
many with the markup."""
UNSPEAKABLE = frozenset({"Cc", "Cs"})
NO_XML = frozenset("{}\ufffe\uffff")
"""Braces of placeholders, and what XML 1.0 forbids besides control characters."""


@dataclass(frozen=True)
class Piece:
    """What is spoken of one text: where it begins in the speakable text, and how it reads."""

    index: int
    start: int
    text: str


def parts(segments: Sequence[str]) -> Iterator[list[Piece]]:
    """Group segments, each with its index, so that one call can speak a group."""
    group: list[Piece] = []
    size = 0
    for index, segment in enumerate(segments):
        for start, text in _pieces(speakable(segment)):
            if group and size + _cost(text) > MAX_BILLED:
                yield group
                group, size = [], 0
            group.append(Piece(index, start, text))
            size += _cost(text)
    if group:
        yield group


def speak(texts: Sequence[str]) -> tuple[str, list[list[int]]]:
    """Return SSML with one ``<s>`` a text, and the byte at which each character of a text begins.

    Each list has one number more than its text has characters: where the last character ends.
    """
    ssml = b"<speak><p>"
    places = []
    for text in texts:
        start = len(ssml) + len("<s>")
        lengths = (len(escape(character).encode()) for character in text)
        places.append(list(accumulate(lengths, initial=start)))
        sentence = ET.Element("s")
        sentence.text = text
        ssml += ET.tostring(sentence, encoding="unicode").encode()
    return (ssml + b"</p></speak>").decode(), places


def speakable(text: str) -> str:
    """Return text without what no voice can say: control characters, braces of placeholders."""
    return "".join(character for _, character in spoken_characters(text))


def spoken_characters(text: str) -> list[tuple[int, str]]:
    """Return the characters of the speakable text, each with its place in ``text``."""
    kept: list[tuple[int, str]] = []
    space: int | None = None
    for place, character in enumerate(text):
        if character.isspace() or unicodedata.category(character) in UNSPEAKABLE:
            space = place
        elif character not in NO_XML:
            if space is not None and kept:
                kept.append((space, " "))
            kept.append((place, character))
            space = None
    return kept


def _cost(text: str) -> int:
    """Characters that count: those billed, or half of those sent, whichever fills a call first."""
    return max(len(text), (len(escape(text)) + len("<s></s>") + 1) // 2)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield pieces that fit, each with its place in ``text``, which has single spaces only."""
    start = 0
    while _cost(text[start:]) > MAX_BILLED:
        room = MAX_BILLED
        while _cost(text[start : start + room]) > MAX_BILLED:
            room //= 2
        cut = text.rfind(" ", start + room // 2, start + room)
        cut = cut if cut > start else start + room
        yield start, text[start:cut]
        start = cut + (text[cut : cut + 1] == " ")
    if text[start:]:
        yield start, text[start:]
