"""Patterns for harmful text and attacks on the model, from the file beside this module."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

CONFIDENCES = ("HIGH", "MEDIUM", "LOW")
"""From certain to possible, as guardrail filters report it."""

INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
"""Characters that hide inside words so that filters miss them."""

APOSTROPHES = str.maketrans("’‘`", "'''")  # noqa: RUF001 - they are what is replaced


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "patterns.toml").read_text("utf-8"))


@cache
def patterns(kind: str, confidence: str) -> re.Pattern[str] | None:
    """One pattern for everything of a filter type at a confidence, or nothing."""
    alternatives = _file().get(kind, {}).get(confidence, [])
    return re.compile("|".join(f"(?:{one})" for one in alternatives)) if alternatives else None


@cache
def profanities() -> tuple[str, ...]:
    """The words of the managed word list."""
    return tuple(_file()["words"]["PROFANITY"])


def plain(text: str) -> str:
    """What the patterns are matched on: lower case, no accents, no hidden characters."""
    visible = unicodedata.normalize("NFKC", text.translate(INVISIBLE)).translate(APOSTROPHES)
    decomposed = unicodedata.normalize("NFKD", visible.lower())
    letters = "".join(one for one in decomposed if not unicodedata.combining(one))
    return re.sub(r"\s+", " ", letters).strip()


def confidence_of(kind: str, plain_text: str) -> str:
    """NONE, LOW, MEDIUM or HIGH for text that went through :func:`plain`."""
    for confidence in CONFIDENCES:
        pattern = patterns(kind, confidence)
        if pattern is not None and pattern.search(plain_text):
            return confidence
    return "NONE"
