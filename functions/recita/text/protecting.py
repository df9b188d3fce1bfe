"""What a translation must not touch: marked for Amazon Translate, and looked for afterwards."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

OPEN, CLOSE = '<span translate="no">', "</span>"
"""Translate leaves alone what stands between (developer guide, "Using do-not-translate")."""
ELEMENT = re.compile(r"<span translate=.?no.?>(.*?)</span>|&(?:#\w+|\w+);", re.DOTALL)
"""What may not be cut in marked text: an element, or a character reference."""
TAGS = re.compile(r"<span translate=.?no.?>(.*?)</span>", re.DOTALL)
MAX_TOKEN = 200
"""Characters; what is longer is no name, code or address."""

SUFFIX = (
    r"(?:(?:Ltda|Ltd|Inc|Corp|Cia|S\.A|S\.L|S\.R\.L)\b\.?"
    r"|(?:LLC|LLP|PLC|GmbH|AG|SARL|SAS|S/A|SpA|EIRELI)\b)"
)
NAME = r"[^\W\d_a-zà-ÿ][\w&'\u2019-]*"
FIGURES = r"\d+(?:[.,\u00a0\u202f' ]\d{3})*(?:[.,]\d+)?"
CURRENCY = r"(?:R\$|US\$|[$€£¥₹]|\b(?:BRL|USD|EUR|GBP|CHF|JPY)\b)"
FIRM = re.compile(
    "|".join(
        (
            r"\{[A-Z][A-Z0-9_]*\}",  # what a guardrail masked
            r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
            r"(?:https?://|www\.)[^\s<>()]*[\w/]",
            r"\b\d{1,4}([/.-])\d{1,2}\1\d{1,4}\b",  # dates in figures
            rf"{CURRENCY}\s?{FIGURES}(?!\w)",
            rf"(?<![\w.,]){FIGURES}\s?(?:[€£¥₹](?!\w)|\b(?:BRL|USD|EUR|GBP|CHF|JPY)\b)",
            r"\b\d+(?:[.,/-]\d+)+\b",  # figures with separators, tax numbers
            r"(?<![\w.,+(])\(?\+?\d{1,3}\)?(?:[ .-]\(?\d{2,5}\)?){2,}(?![.,]?\w)",  # telephones
            r"\(\d{2,3}\)\s?\d{4,5}-?\d{4}\b",
            r"\b(?=[\w/-]*\d)(?:[A-Z]{1,6}[-/]?)+\d[\w/-]*\b",  # codes: INV-2026-0042, ISO9001
            rf"\b{NAME}(?:\s+(?:(?:&|e|and|y|et|und|de|da|do|dos)\s+)?(?:{NAME}|\d{{1,4}})){{0,4}},?\s+{SUFFIX}",
        )
    )
)
"""Said alike in every language."""
PLAIN_NUMBER = re.compile(
    r"(?<![\w.,:/-])\d+(?::\d\d)?(?![\w:/]|[.,:/-]\d|\s?[ap]\.?m\b)", re.IGNORECASE
)
"""Engines keep these by themselves, and choose words by them: marked only when one was lost."""


def tokens(text: str, names: Iterable[str] = (), *, numbers: bool = False) -> list[tuple[int, int]]:
    """Return what must come through, as ranges of characters in order and without overlaps."""
    found: list[tuple[int, int]] = []
    for start, end in _candidates(text, names, numbers=numbers):
        if 0 < end - start <= MAX_TOKEN and all(end <= a or start >= b for a, b in found):
            found.append((start, end))
    return sorted(found)


def marked(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """Return text as HTML in which the ranges are not to be translated."""
    pieces, position = [], 0
    for start, end in ranges:
        pieces += [_escaped(text[position:start]), OPEN, _escaped(text[start:end]), CLOSE]
        position = end
    return "".join([*pieces, _escaped(text[position:])])


def unmarked(translated: str) -> str:
    """Return the text of such HTML; spaces are as they should be in one line."""
    return " ".join(html.unescape(TAGS.sub(r"\1", translated)).split())


def lost(text: str, translated: str, names: Iterable[str] = ()) -> list[str]:
    """Return what must come through and did not, as often as it is missing."""
    wanted = Counter(text[start:end] for start, end in tokens(text, names, numbers=True))
    return [
        token
        for token, times in wanted.items()
        for _ in range(max(0, times - translated.count(" ".join(token.split()))))
    ]


def _candidates(text: str, names: Iterable[str], *, numbers: bool) -> Iterator[tuple[int, int]]:
    for name in sorted(set(names), key=len, reverse=True):
        if name.strip():
            pattern = rf"(?<!\w){re.escape(name.strip())}(?!\w)"
            yield from (match.span() for match in re.finditer(pattern, text))
    yield from (match.span() for match in FIRM.finditer(text))
    if numbers:
        yield from (match.span() for match in PLAIN_NUMBER.finditer(text))


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
