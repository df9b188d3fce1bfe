"""The words that rules look for, read once from the file beside this module."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "es", "pt", "fr", "de", "it")
"""Languages the rules know; any other text is treated as English by them."""

MARKS = re.compile("[\u0300-\u036f]")
WORD = re.compile(r"\w+")


@cache
def lexicon() -> dict[str, Any]:
    """All word lists, by purpose and language."""
    return tomllib.loads((Path(__file__).parent / "lexicon.toml").read_text("utf-8"))


@cache
def function_words(language: str) -> frozenset[str]:
    """Small words every sentence has; all languages together when ``language`` is unknown."""
    lists: dict[str, str] = lexicon()["function_words"]
    chosen = [lists[language]] if language in lists else list(lists.values())
    return frozenset(fold(" ".join(chosen)).split())


def fold(text: str) -> str:
    """Lower case without accents, for comparing words; the length may change."""
    if text.isascii():
        return text.lower()
    return MARKS.sub("", unicodedata.normalize("NFKD", text.lower()))


def plain_letters(text: str) -> str:
    """Lower case without the accents of Latin letters; places stay as they are."""
    lower = text.lower()
    return (lower if len(lower) == len(text) else text).translate(_letters())


@cache
def _letters() -> dict[int, str]:
    """Accented letters to their own, one for one."""
    accented = map(chr, range(0xC0, 0x180))
    pairs = ((letter, unicodedata.normalize("NFD", letter)[0]) for letter in accented)
    return {ord(letter): plain.lower() for letter, plain in pairs if plain != letter}


def words(text: str) -> list[str]:
    """The folded words and numbers of a text, in order."""
    return WORD.findall(fold(text))
