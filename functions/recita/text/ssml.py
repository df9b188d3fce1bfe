"""SSML, built with an XML library: document text can't break out of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

MAX_BILLED = 2_900
"""Characters of one call, below Polly's 3,000 billed ones (SynthesizeSpeech's quota)."""


def parts(segments: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """Group segments, each with its index, so that one call can speak a group."""
    group: list[tuple[int, str]] = []
    size = 0
    for index, segment in enumerate(segments):
        for text in _pieces(speakable(segment)):
            if group and size + len(text) > MAX_BILLED:
                yield group
                group, size = [], 0
            group.append((index, text))
            size += len(text)
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
    kept = "".join(c if unicodedata.category(c) != "Cc" else " " for c in text)
    return " ".join(kept.replace("{", "").replace("}", "").split())


def _pieces(text: str) -> Iterator[str]:
    while len(text) > MAX_BILLED:
        cut = text.rfind(" ", MAX_BILLED // 2, MAX_BILLED)
        cut = cut if cut > 0 else MAX_BILLED
        yield text[:cut]
        text = text[cut:].strip()
    if text:
        yield text
