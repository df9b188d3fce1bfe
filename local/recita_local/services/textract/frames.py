"""Tables whose cells are framed: a grid of ruled lines, parts of which may be missing.

Forms are one large frame around many small grids, so a frame is read band by band: bands that are
parted at the same places are one table.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from recita_local.services.textract.reading import Box, Edges, Merged, Slot, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from recita_local.services.textract.reading import Rules

TOUCH = 0.5
"""Rules that come so near each other meet, in heights of the text; ends of lines are ragged."""
SAME_LINE = 0.7
"""Parallel rules so near are one: double lines, and lines that a scan bent."""
COVER = 0.6
"""Share of a cell's side that must be ruled."""
MOST_RULES = 1500
"""A page with more strokes is a drawing."""


def find_grids(rules: Rules, tall: float) -> list[Table]:
    """The framed grids of a page, from top to bottom; they may hold nothing."""
    frames = (_Frame(level, upright, tall) for level, upright in _connected(rules, TOUCH * tall))
    return sorted((grid for frame in frames for grid in frame.grids()), key=lambda one: one.rows)


class _Frame:
    """Rules that hang together, and the finest grid they make."""

    def __init__(self, level: list[Box], upright: list[Box], tall: float) -> None:
        self._level, self._upright = level, upright
        self._near = SAME_LINE * tall
        self.rows = _places((rule.middle for rule in level), self._near)
        self.columns = _places(((rule.left + rule.right) / 2 for rule in upright), self._near)

    def grids(self) -> Iterator[Table]:
        for first, last in self._runs():
            used = set().union(*(self._parted(band) for band in range(first, last + 1)))
            columns = (self.columns[0], *(self.columns[one] for one in sorted(used)),
                       self.columns[-1])  # fmt: skip
            rows = self._ruled_rows(first, last, columns)
            if len(rows) > 2 or (len(rows) == 2 and len(columns) > 2):
                yield Table(rows, columns, self._merged(rows, columns))

    def _runs(self) -> Iterator[tuple[int, int]]:
        """First and last band of each run that is parted alike; bands across only inside one."""
        run: list[int] = []
        known: frozenset[int] = frozenset()
        for band in range(len(self.rows) - 1):
            parted = self._parted(band)
            if run and parted and not (parted <= known or known <= parted):
                yield run[0], run[-1]
                run, known = [], frozenset()
            if parted:
                run = [*range(run[0], band + 1)] if run else [band]
                known |= parted
            elif run and not self._continues(band, known):
                yield run[0], run[-1]
                run, known = [], frozenset()
        if run:
            yield run[0], run[-1]

    def _continues(self, band: int, known: frozenset[int]) -> bool:
        """Whether a band across is a section's title: the next band is parted as those before."""
        after = self._parted(band + 1) if band + 2 < len(self.rows) else frozenset()
        return bool(after) and (after <= known or known <= after)

    def _parted(self, band: int) -> frozenset[int]:
        """Columns' edges, but the outer ones, at which a band is parted."""
        top, bottom = self.rows[band], self.rows[band + 1]
        return frozenset(
            number
            for number, place in enumerate(self.columns)
            if 0 < number < len(self.columns) - 1 and self._stands(place, top, bottom)
        )

    def _ruled_rows(self, first: int, last: int, columns: Edges) -> Edges:
        """Edges of the bands' rows: those that are ruled under at least one cell."""
        cells = list(pairwise(columns))
        inner = (row for row in self.rows[first + 1 : last + 1]
                 if any(self._lies(row, left, right) for left, right in cells))  # fmt: skip
        return (self.rows[first], *inner, self.rows[last + 1])

    def _merged(self, rows: Edges, columns: Edges) -> tuple[Merged, ...]:
        slots = [
            (row, column) for row in range(len(rows) - 1) for column in range(len(columns) - 1)
        ]
        groups = {slot: [slot] for slot in slots}
        for row, column in slots:
            if column and not self._stands(columns[column], rows[row], rows[row + 1]):
                _join(groups, (row, column), (row, column - 1))
            if row and not self._lies(rows[row], columns[column], columns[column + 1]):
                _join(groups, (row, column), (row - 1, column))
        unique = {id(group): group for group in groups.values() if len(group) > 1}
        spans = ((Merged.over(group), len(group)) for group in unique.values())
        return tuple(sorted(one for one, count in spans if one.rows * one.columns == count))

    def _stands(self, place: float, top: float, bottom: float) -> bool:
        """Whether an upright rule parts a row at ``place``."""
        rules = (rule for rule in self._upright
                 if abs((rule.left + rule.right) / 2 - place) <= self._near)  # fmt: skip
        covered = sum(max(0.0, min(rule.bottom, bottom) - max(rule.top, top)) for rule in rules)
        return covered >= COVER * (bottom - top)

    def _lies(self, place: float, left: float, right: float) -> bool:
        """Whether a level rule parts a column at ``place``."""
        rules = (rule for rule in self._level if abs(rule.middle - place) <= self._near)
        covered = sum(max(0.0, min(rule.right, right) - max(rule.left, left)) for rule in rules)
        return covered >= COVER * (right - left)


def _join(groups: dict[Slot, list[Slot]], one: Slot, other: Slot) -> None:
    if groups[one] is not groups[other]:
        groups[other].extend(groups[one])
        for slot in groups[one]:
            groups[slot] = groups[other]


def _places(middles: Iterable[float], near: float) -> Edges:
    """Where lines are: rules that are near each other are one line."""
    lines: list[list[float]] = []
    for middle in sorted(middles):
        if lines and middle - lines[-1][-1] <= near:
            lines[-1].append(middle)
        else:
            lines.append([middle])
    return tuple(sum(line) / len(line) for line in lines)


def _connected(rules: Rules, near: float) -> Iterator[tuple[list[Box], list[Box]]]:
    """Level and upright rules that hang together, if there are two of each."""
    every = [*rules.level, *rules.upright]
    waiting = set(range(len(every))) if len(every) <= MOST_RULES else set[int]()
    while waiting:
        frame, open_ends = list[int](), [waiting.pop()]
        while open_ends:
            rule = open_ends.pop()
            frame.append(rule)
            met = {other for other in waiting if _meet(every[rule], every[other], near)}
            waiting -= met
            open_ends += met
        level = [every[rule] for rule in frame if rule < len(rules.level)]
        upright = [every[rule] for rule in frame if rule >= len(rules.level)]
        if min(len(level), len(upright)) > 1:
            yield level, upright


def _meet(one: Box, other: Box, near: float) -> bool:
    return (
        one.left - near <= other.right
        and other.left - near <= one.right
        and one.top - near <= other.bottom
        and other.top - near <= one.bottom
    )
