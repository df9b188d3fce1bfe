"""Prompt attacks in five languages, plain and disguised, and harmless sentences like them."""

from __future__ import annotations

import base64
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from recita_local.services.bedrock.guard.patterns import confidence_of, plain

TEXTS = Path(__file__).with_name("attacks.toml")
FAMILIES = ("seen", "held_out")
LOOKALIKES = str.maketrans("aeopcx", "аеорсх")  # noqa: RUF001 - Cyrillic letters


DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "wrapped lines": lambda text: text.replace(" ", "\n", 3),
    "zero-width characters": "\u200b".join,
    "look-alike letters": lambda text: text.translate(LOOKALIKES),
    "base64": lambda text: "Payload: " + base64.b64encode(text.encode()).decode(),
    "in a long page": lambda text: f"{FILLER}\n\n{text}\n\n{FILLER}",
}
"""Ways to write the same sentence so that a filter may miss it."""

FILLER = "The committee met on Tuesday and read the minutes of its last meeting. " * 10


def attacks(_: Path) -> dict[str, Any]:
    """Attacks found, and harmless sentences taken for one."""
    return {family: measured(family) for family in FAMILIES}


def measured(family: str) -> dict[str, Any]:
    """Counts by language and by disguise, as a filter of strength HIGH sees them."""
    texts = tomllib.loads(TEXTS.read_text("utf-8"))[family]
    languages: dict[str, Counter[str]] = {}
    disguises: dict[str, Counter[str]] = {}
    mistakes = []
    for side, language, sentence in _sentences(texts):
        for name, disguise in DISGUISES.items():
            found = confidence_of("PROMPT_ATTACK", plain(disguise(sentence))) != "NONE"
            counted = {side: 1, f"{side}_found": found}
            disguises.setdefault(name, Counter()).update(counted)
            if name == "plain":
                languages.setdefault(language, Counter()).update(counted)
                if found != (side == "attacks"):
                    mistakes.append(f"{language} {side}: {sentence}")
    return {
        "languages": {language: dict(one) for language, one in languages.items()},
        "disguises": {name: dict(one) for name, one in disguises.items()},
        "mistakes": mistakes,
    }


def _sentences(texts: dict[str, dict[str, list[str]]]) -> Iterator[tuple[str, str, str]]:
    """Side, language and sentence."""
    for side, by_language in texts.items():
        for language, sentences in by_language.items():
            for sentence in sentences:
                yield side, language, sentence
