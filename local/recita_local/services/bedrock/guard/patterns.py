"""Patterns for harmful text and attacks on the model, from the file beside this module."""

from __future__ import annotations

import base64
import re
import tomllib
import unicodedata
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

CONFIDENCES = ("HIGH", "MEDIUM", "LOW")
"""From certain to possible, as guardrail filters report it."""

INVISIBLE: dict[int, int | None] = {
    **dict.fromkeys([0x00AD, 0x034F, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]),
    **dict.fromkeys([*range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF]),
    **{0xE0000 + code: code for code in range(0x20, 0x7F)},
}
"""Characters that hide inside words so that filters miss them, and tags that spell unseen."""

LOOKALIKES = str.maketrans(
    "авсԁеһіјкӏмнорԛгѕтԝхуᴢαβεηικνορτυχ",
    "abcdehijklmhopqrstwxyzabenikvoptux",
)
FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f]")
ENCODED = re.compile(
    r"(?<![A-Za-z0-9+/=])(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
)
"""Base64 of eighteen bytes or more."""
USUAL = frozenset(" \t\r\n.,;:!?'\"-()<>/[]")
READABLE = 0.95
"""Share of letters, digits and usual signs in what is a text."""

MARKS = re.compile("[\u0300-\u036f]")
TOGETHER = 4
"""Alternatives of one pattern: of many, the engine tries each at every letter."""

APOSTROPHES = str.maketrans("’‘`", "'''")  # noqa: RUF001 - they are what is replaced


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "patterns.toml").read_text("utf-8"))


@cache
def patterns(kind: str, confidence: str) -> tuple[re.Pattern[str], ...]:
    """Everything of a filter type at a confidence, a few alternatives a pattern."""
    alternatives = _file().get(kind, {}).get(confidence, [])
    return tuple(
        re.compile("|".join(f"(?:{one})" for one in alternatives[start : start + TOGETHER]))
        for start in range(0, len(alternatives), TOGETHER)
    )


@cache
def profanities() -> tuple[str, ...]:
    """The words of the managed word list."""
    return tuple(_file()["words"]["PROFANITY"])


def plain(text: str) -> str:
    """What the patterns are matched on: lower case, no accents, nothing hidden or encoded."""
    text = f"{text}\n{_decoded(text)}"
    visible = unicodedata.normalize("NFKC", text.translate(INVISIBLE)).translate(APOSTROPHES)
    small = _latin(visible.lower())
    if not small.isascii():
        small = MARKS.sub("", unicodedata.normalize("NFKD", small))
    return " ".join(small.split())


def _latin(text: str) -> str:
    """Greek and Cyrillic letters as the Latin ones they look like, in a text of Latin script."""
    foreign = len(FOREIGN.findall(text))
    if not foreign or foreign > sum(map(str.isalpha, text)) / 2:
        return text
    return text.translate(LOOKALIKES)


def _decoded(text: str) -> str:
    """What stands in base64, where it is words."""
    found = []
    for match in ENCODED.finditer(text):
        with suppress(ValueError):
            words = base64.b64decode(match[0], validate=True).decode("utf-8")
            usual = sum(one.isalnum() or one in USUAL for one in words)
            if " " in words and usual >= READABLE * len(words):
                found.append(words)
    return "\n".join(found)


def confidence_of(kind: str, plain_text: str) -> str:
    """NONE, LOW, MEDIUM or HIGH for text that went through :func:`plain`."""
    for confidence in CONFIDENCES:
        if any(pattern.search(plain_text) for pattern in patterns(kind, confidence)):
            return confidence
    return "NONE"
