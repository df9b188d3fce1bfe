"""Key-value pairs by layout alone: what ends in a colon, and labels beside a number.

Good for letters, receipts and "Label: value" documents; far from the real service on dense boxed
forms, for which no model comes without a download.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from recita_local.services.textract.reading import Line, PageReading, Table, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NUMBER = re.compile(r"[$€£R]{0,2} ?-?[\d.,/:% -]+[A-Z]?")
SENTENCE_END = re.compile(r"[.!?]$")
LABEL_CHARACTERS = 40
SAME_ROW, VALUE_REACH, BELOW_REACH = 0.6, 25, 1.6
"""Distances to a value, in heights of the key's line."""

COLON, EMPTY, ROW = 0.88, 0.60, 0.70
"""How far each rule is to be trusted, 0 to 1; multiplied by the confidence of the words."""


@dataclass(frozen=True)
class KeyValue:
    """A key and its value, which may be empty; ``certainty`` is 0 to 1."""

    key: tuple[Word, ...]
    value: tuple[Word, ...]
    certainty: float


def find_pairs(page: PageReading) -> list[KeyValue]:
    """The key-value pairs of one page, in reading order; no line serves two pairs."""
    return list(_Search(page).pairs())


class _Search:
    def __init__(self, page: PageReading) -> None:
        self._lines = page.lines
        self._tables = page.tables
        self._taken: set[str] = set()

    def pairs(self) -> Iterator[KeyValue]:
        for line in self._lines:
            if line.id in self._taken:
                continue
            if any(_is_key_end(word) for word in line.words):
                yield from self._colon_pairs(line)
            elif _is_label(line) and not _in_table(line, self._tables):
                yield from self._number_beside(line)

    def _colon_pairs(self, line: Line) -> Iterator[KeyValue]:
        """``Key: value Other key: value``; a last key without a value looks around itself."""
        self._taken.add(line.id)
        spans = list(_spans(line.words))
        for key, value in spans[:-1]:
            yield _pair(key, value)
        key, value = spans[-1]
        yield _pair(key, value or self._value_around(line))

    def _value_around(self, line: Line) -> tuple[Word, ...]:
        beside = self._nearest(line, _distance_right)
        if beside is None or beside.text.endswith(":"):
            beside = self._nearest(line, _distance_below)
        if beside is None:
            return ()
        self._taken.add(beside.id)
        return beside.words

    def _number_beside(self, line: Line) -> Iterator[KeyValue]:
        beside = self._nearest(line, _distance_right)
        if beside is not None and NUMBER.fullmatch(beside.text):
            self._taken.update((line.id, beside.id))
            yield _pair(line.words, beside.words, ROW)

    def _nearest(self, line: Line, distance: Callable[[Line, Line], float | None]) -> Line | None:
        found: tuple[float, Line] | None = None
        for other in self._lines:
            if other is line or other.id in self._taken:
                continue
            gap = distance(line, other)
            if gap is not None and (found is None or gap < found[0]):
                found = (gap, other)
        return found[1] if found else None


def _spans(words: tuple[Word, ...]) -> Iterator[tuple[tuple[Word, ...], tuple[Word, ...]]]:
    """Keys and values of one line that has at least one key."""
    ends = [number for number, word in enumerate(words) if _is_key_end(word)]
    start = 0
    for end, following in zip_longest(ends, ends[1:]):
        stop = len(words) if following is None else _next_key(words, end, following)
        yield words[start : end + 1], words[end + 1 : stop]
        start = stop


def _next_key(words: tuple[Word, ...], end: int, following: int) -> int:
    """Where the key that ends at ``following`` begins: after a wide gap, else one word earlier."""
    numbers = range(end + 1, following + 1)
    gaps = {number: words[number].box.left - words[number - 1].box.right for number in numbers}
    widest = max(numbers, key=lambda number: gaps[number])
    if gaps[widest] > words[end].box.height:
        return widest
    return max(end + 2, following - 1) if following > end + 1 else following


def _pair(key: tuple[Word, ...], value: tuple[Word, ...], rule: float = COLON) -> KeyValue:
    words = key + value
    read = sum(word.confidence for word in words) / len(words)
    return KeyValue(key, value, (rule if value else EMPTY) * read)


def _is_key_end(word: Word) -> bool:
    return word.text.endswith(":") and len(word.text) > 1


def _is_label(line: Line) -> bool:
    return (
        len(line.text) < LABEL_CHARACTERS
        and any(character.isalpha() for character in line.text)
        and not SENTENCE_END.search(line.text)
    )


def _in_table(line: Line, tables: tuple[Table, ...]) -> bool:
    return any(table.box.holds(line.box) for table in tables)


def _distance_right(line: Line, other: Line) -> float | None:
    height = line.box.height
    gap = other.box.left - line.box.right
    same_row = abs(other.box.middle - line.box.middle) < SAME_ROW * height
    return gap if same_row and -2 <= gap < VALUE_REACH * height else None


def _distance_below(line: Line, other: Line) -> float | None:
    height = line.box.height
    gap = other.box.top - line.box.bottom
    aligned = abs(other.box.left - line.box.left) < 3 * height and ":" not in other.text
    return gap if aligned and -0.2 * height <= gap < BELOW_REACH * height else None
