"""SSML, built with an XML library: document text can't break out of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

MAX_BILLED = 2_900
"""Characters of one call, below Polly's 3,000 billed ones (SynthesizeSpeech's quota); twice as
many with the markup."""
UNSPEAKABLE = frozenset({"Cc", "Cs"})
NO_XML = str.maketrans("", "", "{}\ufffe\uffff")
"""Braces of placeholders, and what XML 1.0 forbids besides control characters."""


def parts(segments: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """Group segments, each with its index, so that one call can speak a group."""
    group: list[tuple[int, str]] = []
    size = 0
    for index, segment in enumerate(segments):
        for text in _pieces(speakable(segment)):
            if group and size + _cost(text) > MAX_BILLED:
                yield group
                group, size = [], 0
            group.append((index, text))
            size += _cost(text)
    if group:
        yield group


def speak(texts: Sequence[str]) -> tuple[str, list[range]]:
    """Return SSML with one ``<s>`` a text, and each text's range of bytes in it."""
    ssml = "<speak><p>"
    ranges = []
    for text in texts:
        sentence = ET.Element("s")
        sentence.text = text
        start = len(ssml.encode())
        ssml += ET.tostring(sentence, encoding="unicode")
        ranges.append(range(start, len(ssml.encode())))
    return ssml + "</p></speak>", ranges


def speakable(text: str) -> str:
    """Return text without what no voice can say: control characters, braces of placeholders."""
    kept = "".join(c if unicodedata.category(c) not in UNSPEAKABLE else " " for c in text)
    return " ".join(kept.translate(NO_XML).split())


def _cost(text: str) -> int:
    """Characters that count: those billed, or half of those sent, whichever fills a call first."""
    return max(len(text), (len(escape(text)) + len("<s></s>") + 1) // 2)


def _pieces(text: str) -> Iterator[str]:
    while _cost(text) > MAX_BILLED:
        room = MAX_BILLED
        while _cost(text[:room]) > MAX_BILLED:
            room //= 2
        cut = text.rfind(" ", room // 2, room)
        cut = cut if cut > 0 else room
        yield text[:cut]
        text = text[cut:].strip()
    if text:
        yield text
