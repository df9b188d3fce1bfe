"""SSML to characters that know where they stand in the request and how to be said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from xml.parsers import expat

from recita_local.services.polly.script import Mark, Pause, SsmlError
from recita_local.services.polly.voices import LANGUAGE_NAMES

RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "fast": 1.25, "x-fast": 1.5, "default": 1.0}
VOLUMES = {"silent": 0.0, "x-soft": 0.35, "soft": 0.6, "medium": 1.0, "loud": 1.4, "x-loud": 1.8}
STRENGTHS = {
    "none": 0.0,
    "x-weak": 0.0,
    "weak": 0.15,
    "medium": 0.3,
    "strong": 0.45,
    "x-strong": 0.75,
}
MAX_BREAK_SECONDS = 10.0
"""Polly's limit for one break."""

STANDARD_ONLY = ("emphasis", "amazon:effect", "amazon:auto-breaths")
"""Neural voices of Polly refuse these."""


@dataclass(frozen=True)
class Style:
    """How a character is said; ``unit`` numbers what is read as one word, ``reading`` how."""

    language_code: str
    rate: float = 1.0
    gain: float = 1.0
    unit: int = 0
    reading: str = ""
    alias: str = ""


@dataclass
class Block:
    """Text between two paragraph or sentence ends; events stand before the n-th character."""

    whole: bool = False  # one <s>: not to be split further
    text: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    events: list[tuple[int, Pause | Mark]] = field(default_factory=list)

    def add(self, char: str, span: tuple[int, int], style: Style) -> None:
        """Append one character and the bytes it stands for."""
        self.text.append(char)
        self.spans.append(span)
        self.styles.append(style)


def plain(text: str, language_code: str) -> list[Block]:
    """Blocks of text without tags: empty lines separate paragraphs."""
    block, style, offset = Block(), Style(language_code), 0
    for char in text:
        width = len(char.encode())
        block.add(char, (offset, offset + width), style)
        offset += width
    return [block]


def parse(text: str, language_code: str, *, neural: bool) -> list[Block]:
    """Blocks of an SSML request.

    Raises :class:`SsmlError` for bad XML, unknown tags and what neural voices cannot do.
    """
    return _Reader(text.encode(), Style(language_code), neural=neural).read()


class _Reader:
    """Expat's handlers; byte offsets are its own."""

    def __init__(self, source: bytes, style: Style, *, neural: bool) -> None:
        self._source = source
        self._neural = neural
        self._styles = [style]
        self._open: list[str] = []
        self._blocks = [Block()]
        self._units = 0
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self) -> list[Block]:
        try:
            self._parser.Parse(self._source, True)  # noqa: FBT003 - expat takes no keywords
        except expat.ExpatError as error:
            raise SsmlError(f"Invalid SSML request: {error}") from error
        return self._blocks

    def _doctype(self, *_: object) -> None:
        raise SsmlError("Invalid SSML request: a document type is not allowed")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if (tag == "speak") == bool(self._open):
            raise SsmlError("Invalid SSML request: <speak> must be the root, and only the root")
        if self._neural and tag in STANDARD_ONLY:
            raise SsmlError(f"Unsupported Neural feature: <{tag}>")
        self._open.append(tag)
        self._styles.append(self._styled(tag, attributes))
        if tag == "break":
            self._event(Pause(_break_seconds(attributes), *self._tag()))
        elif tag == "mark":
            self._event(Mark(_required(tag, attributes, "name"), *self._tag()))
        elif tag in {"p", "s"}:
            self._blocks.append(Block(whole=tag == "s"))

    def _end(self, tag: str) -> None:
        self._open.pop()
        self._styles.pop()
        if tag in {"p", "s"}:
            self._blocks.append(Block())
        if tag == "p":
            self._event(Pause(STRENGTHS["strong"]))

    def _styled(self, tag: str, attributes: dict[str, str]) -> Style:
        style = self._styles[-1]
        if tag == "prosody":
            return _prosody(style, attributes)
        if tag == "lang":
            return replace(style, language_code=_language(attributes, style))
        if tag == "say-as":
            self._units += 1
            reading = _required(tag, attributes, "interpret-as")
            return replace(style, unit=self._units, reading=reading)
        if tag == "sub":
            self._units += 1
            return replace(style, unit=self._units, alias=_required(tag, attributes, "alias"))
        if tag in {"speak", "p", "s", "break", "mark", "w", "phoneme", "amazon:domain"}:
            return style
        if tag in STANDARD_ONLY:
            return style
        raise SsmlError(f"Invalid SSML request: <{tag}> is not a tag this voice knows")

    def _event(self, event: Pause | Mark) -> None:
        self._blocks[-1].events.append((len(self._blocks[-1].text), event))

    def _tag(self) -> tuple[int, int]:
        start = self._parser.CurrentByteIndex
        return start, self._source.index(b">", start) + 1

    def _characters(self, data: str) -> None:
        start = self._parser.CurrentByteIndex
        if self._source[start : start + 1] == b"&":  # an entity is one character of many bytes
            end = self._source.index(b";", start) + 1
            self._blocks[-1].add(data, (start, end), self._styles[-1])
            return
        if self._source[start : start + 9] == b"<![CDATA[":
            start += 9
        for char in data:
            width = len(char.encode())
            self._blocks[-1].add(char, (start, start + width), self._styles[-1])
            start += width


def _required(tag: str, attributes: dict[str, str], name: str) -> str:
    if name not in attributes:
        raise SsmlError(f"Invalid SSML request: <{tag}> needs the attribute {name}")
    return attributes[name]


def _language(attributes: dict[str, str], style: Style) -> str:
    """The asked language, or the voice's own where nothing here speaks it."""
    asked = _required("lang", attributes, "xml:lang")
    if asked in LANGUAGE_NAMES:
        return asked
    same = (code for code in LANGUAGE_NAMES if code[:2] == asked[:2].lower())
    return next(same, style.language_code)


def _prosody(style: Style, attributes: dict[str, str]) -> Style:
    unknown = set(attributes) - {"rate", "volume", "pitch", "amazon:max-duration"}
    if unknown:
        raise SsmlError(f"Invalid SSML request: <prosody> has no attribute {min(unknown)}")
    rate = _rate(attributes.get("rate", "medium"))
    gain = _gain(attributes.get("volume", "medium"))
    return replace(style, rate=style.rate * rate, gain=style.gain * gain)


def _rate(text: str) -> float:
    if text in RATES:
        return RATES[text]
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)%", text):
        return min(2.0, max(0.2, float(match[1]) / 100))  # Polly: 20 % to 200 %
    raise SsmlError(f"Invalid SSML request: the rate {text!r} is neither a name nor a percentage")


def _gain(text: str) -> float:
    if text in VOLUMES:
        return VOLUMES[text]
    if text == "default":
        return 1.0
    if match := re.fullmatch(r"([+-]\d+(?:\.\d+)?)dB", text):
        return float(10 ** (min(6.0, float(match[1])) / 20))
    raise SsmlError(f"Invalid SSML request: the volume {text!r} is neither a name nor in dB")


def _break_seconds(attributes: dict[str, str]) -> float:
    unknown = set(attributes) - {"time", "strength"}
    if unknown:
        raise SsmlError(f"Invalid SSML request: <break> has no attribute {min(unknown)}")
    if "time" in attributes:
        match = re.fullmatch(r"\+?(\d+(?:\.\d+)?)(ms|s)", attributes["time"])
        if not match:
            raise SsmlError(f"Invalid SSML request: {attributes['time']!r} is no duration")
        seconds = float(match[1]) / (1000 if match[2] == "ms" else 1)
        if seconds > MAX_BREAK_SECONDS:
            raise SsmlError("Invalid SSML request: a break lasts at most 10 s")
        return seconds
    strength = attributes.get("strength", "medium")
    if strength not in STRENGTHS:
        raise SsmlError(f"Invalid SSML request: no break is called {strength!r}")
    return STRENGTHS[strength]
