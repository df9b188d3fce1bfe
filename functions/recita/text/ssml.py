"""SSML, built with an XML library: document text can't break out of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

MAX_BILLED = 2_900
"""Characters of one call, below Polly's 3,000 billed ones (SynthesizeSpeech's quota); twice as
many with the markup."""
MAX_TASK = 95_000
"""The same for StartSpeechSynthesisTask: below its 100,000 billed characters."""
UNSPEAKABLE = frozenset({"Cc", "Cs"})
NO_XML = frozenset("{}\ufffe\uffff")
"""Braces of placeholders, and what XML 1.0 forbids besides control characters."""
NUMBER_OF_SOMETHING = re.compile(r"(?<![\w.,])\d{7,}(?![\w]|[.,]\d)")
"""So many digits without a separator are an account or an invoice, and no quantity: a voice would
read it as millions."""
DIGITS = {"interpret-as": "digits"}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FOREIGN_COST = 17
"""Half of what ``<lang xml:lang="en-US">`` and its end add to what is sent."""


@dataclass(frozen=True)
class Piece:
    """What is spoken of one text: where it begins in the speakable text, and how it reads."""

    index: int
    start: int
    text: str
    language: str = ""
    """Polly's code, where it is another than the voice's."""


def parts(
    segments: Sequence[str], most: int, languages: Sequence[str] = ()
) -> Iterator[list[Piece]]:
    """Group segments, each with its index, so that one call of ``most`` can speak a group.

    ``languages`` names those that are in another language than the voice's; others are empty.
    """
    group: list[Piece] = []
    size = 0
    for index, segment in enumerate(segments):
        language = languages[index] if languages else ""
        for start, text in _pieces(speakable(segment), most):
            cost = _cost(text) + (FOREIGN_COST if language else 0)
            if group and size + cost > most:
                yield group
                group, size = [], 0
            group.append(Piece(index, start, text, language))
            size += cost
    if group:
        yield group


def speak(paragraphs: Sequence[Sequence[str | Piece]]) -> tuple[str, list[list[int]]]:
    """Return SSML with one ``<s>`` a text, and the byte at which each character of a text begins.

    Each list has one number more than its text has characters: where the last character ends. A
    voice pauses between paragraphs.
    """
    ssml = b"<speak>"
    places = []
    for paragraph in paragraphs:
        ssml += b"<p>"
        for said in paragraph:
            text, language = (said, "") if isinstance(said, str) else (said.text, said.language)
            sentence, own = _sentence(text, language)
            places.append([len(ssml) + place for place in own])
            ssml += sentence
        ssml += b"</p>"
    return (ssml + b"</speak>").decode(), places


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


def _sentence(text: str, language: str = "") -> tuple[bytes, list[int]]:
    """Return one ``<s>``, and the byte in it at which each character begins, and the last ends."""
    whole = ET.Element("s")
    sentence = ET.SubElement(whole, "lang", {XML_LANG: language}) if language else whole
    places: list[int] = []
    opening = f'<s><lang xml:lang="{language}">' if language else "<s>"
    size, position = len(opening), 0
    for match in NUMBER_OF_SOMETHING.finditer(text):
        size = _add(places, text[position : match.start()], size)
        digits = ET.SubElement(sentence, "say-as", DIGITS)
        _put(sentence, digits, text[position : match.start()])
        digits.text = match[0]
        wrapped = len(ET.tostring(digits)) - len(match[0])
        closing = len("</say-as>")
        size = _add(places, match[0], size + wrapped - closing) + closing
        position = match.end()
    _put(sentence, None, text[position:])
    size = _add(places, text[position:], size)
    return ET.tostring(whole, encoding="unicode").encode(), [*places, size]


def _add(places: list[int], text: str, size: int) -> int:
    """Append where each character begins; return where the last one ends."""
    *begins, end = accumulate((len(escape(c).encode()) for c in text), initial=size)
    places += begins
    return end


def _put(sentence: ET.Element, before: ET.Element | None, text: str) -> None:
    """Put text before an element, or at the end."""
    elements = [element for element in sentence if element is not before]
    if elements:
        elements[-1].tail = text
    else:
        sentence.text = text


def _cost(text: str) -> int:
    """Characters that count: those billed, or half of those sent, whichever fills a call first."""
    return max(len(text), (len(_sentence(text)[0].decode()) + 1) // 2)


def _pieces(text: str, most: int) -> Iterator[tuple[int, str]]:
    """Yield pieces that fit, each with its place in ``text``, which has single spaces only."""
    start = 0
    while _cost(text[start:]) > most:
        room = most
        while _cost(text[start : start + room]) > most:
            room //= 2
        cut = text.rfind(" ", start + room // 2, start + room)
        cut = cut if cut > start else start + room
        yield start, text[start:cut]
        start = cut + (text[cut : cut + 1] == " ")
    if text[start:]:
        yield start, text[start:]
