"""Phrases: runs of words that belong together, as the labels and the answers of forms do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING

from recita_local.services.textract.reading import Box, PageReading, Table, Word, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PHRASE_GAP = 1.2
"""Space between two phrases, in heights of the text; within one it is narrower."""
JOIN_GAP, NUMBER_GAP = 0.8, 3
"""Space that the reader of lines may have parted a phrase at; the last behind its number."""
ENUMERATION = re.compile(r"\(?\w{1,2}[.)]")
SAME_ROW = 0.5
"""Middles of what stands in one row are at most so many of its heights apart."""
SMALL = 0.7
"""A neighbour of less than so many heights of a phrase is another's, however near it stands."""


@dataclass(frozen=True)
class Phrase:
    """Words side by side, at least one."""

    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        """Its words, with spaces."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def box(self) -> Box:
        """Bounds in pixels of the straight page."""
        return union([word.box for word in self.words])


class Form:
    """A page as its rules of reading see it; words that serve a pair are taken."""

    def __init__(self, page: PageReading) -> None:
        words = [word for line in page.lines for word in line.words]
        self.tall = median([word.box.height for word in words]) if words else page.height / 100
        self.page = page
        self._taken: set[str] = set()
        self._upright = [rule for rule in page.rules.upright if rule.height > 0]
        parts = [part for line in page.lines for part in self._parts(line.words)]
        self._phrases = self._joined(parts)

    @property
    def phrases(self) -> list[Phrase]:
        """What no pair has taken, in reading order."""
        return list(self._phrases)

    def is_free(self, phrase: Phrase) -> bool:
        """Whether no word of a phrase serves a pair."""
        return not any(word.id in self._taken for word in phrase.words)

    def take(self, words: Iterable[Word]) -> None:
        """Keep words from serving another pair; what is left of their phrases stays."""
        self._taken.update(word.id for word in words)
        self._phrases = [part for phrase in self._phrases for part in self._left_of(phrase)]

    def table_of(self, box: Box) -> Table | None:
        """The table that holds a box."""
        return next((table for table in self.page.tables if table.box.holds(box)), None)

    def in_row(self, box: Box, others: Sequence[Phrase]) -> list[Phrase]:
        """Those in one row with a box, from left to right."""
        level = (one for one in others if same_row(box, one.box))
        return sorted(level, key=lambda phrase: phrase.box.left)

    def parted(self, one: Box, other: Box) -> bool:
        """Whether an upright rule or a form's box stands between two boxes of a row."""
        middle = max(one.top, other.top) / 2 + min(one.bottom, other.bottom) / 2
        between = (
            (rule.left + rule.right) / 2
            for rule in (*self._upright, *(mark.box for mark in self.page.marks))
            if rule.top <= middle <= rule.bottom
        )
        return any(one.right - 1 <= place <= other.left + 1 for place in between)

    def _left_of(self, phrase: Phrase) -> list[Phrase]:
        if self.is_free(phrase):
            return [phrase]
        runs = groupby(phrase.words, key=lambda word: word.id in self._taken)
        return [Phrase(tuple(run)) for taken, run in runs if not taken]

    def _parts(self, words: Sequence[Word]) -> list[Phrase]:
        runs: list[list[Word]] = []
        for word in words:
            if runs and not self._apart(runs[-1][-1].box, word.box):
                runs[-1].append(word)
            else:
                runs.append([word])
        return [Phrase(tuple(run)) for run in runs]

    def _apart(self, one: Box, other: Box) -> bool:
        return other.left - one.right > PHRASE_GAP * self.tall or self.parted(one, other)

    def _joined(self, phrases: list[Phrase]) -> list[Phrase]:
        """Phrases that the reader of lines tore apart are one again."""
        joined: list[Phrase] = []
        for phrase in phrases:
            last = joined[-1] if joined else None
            if last and self._continues(last, phrase):
                joined[-1] = Phrase(last.words + phrase.words)
            else:
                joined.append(phrase)
        return joined

    def _continues(self, last: Phrase, phrase: Phrase) -> bool:
        counted = bool(ENUMERATION.fullmatch(last.text))
        reach = NUMBER_GAP if counted else JOIN_GAP
        one, other = last.box, phrase.box
        near = -self.tall / 2 <= other.left - one.right <= reach * self.tall
        alike = SMALL * max(one.height, other.height) <= min(one.height, other.height)
        return near and (alike or counted) and same_row(one, other) and not self.parted(one, other)


def same_row(one: Box, other: Box) -> bool:
    """Whether two boxes stand side by side."""
    return abs(one.middle - other.middle) < SAME_ROW * max(one.height, other.height)


def words_of(phrases: Iterable[Phrase]) -> tuple[Word, ...]:
    """All words, in order."""
    return tuple(word for phrase in phrases for word in phrase.words)
