"""Rows that only look like one table: blocks side by side, tables one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from recita_local.services.textract.reading import Word
from recita_local.services.textract.rows import Row, Span, columns_of, corridors

COLUMN_GAP = 1.2
"""Space between columns, in heights of the text."""
STACK_GAP, ALIGNED = 1.5, 3.0
"""Space between stacked tables as a share of that between rows; how far apart their sides may be,
in heights of the text."""
LEAST_PROSE, PROSE_LETTERS = 3, 24
"""Rows of prose beside a table, and letters of such a row."""


def wide_corridors(rows: Sequence[Row], tall: float) -> list[Span]:
    """Corridors through all rows that are wide enough to part columns."""
    return [span for span in corridors(rows) if span[1] - span[0] >= COLUMN_GAP * tall]


def sides(words: Sequence[Word], place: float) -> tuple[list[Word], list[Word]]:
    """Words left and right of a place."""
    left = [word for word in words if word.box.centre < place]
    return left, [word for word in words if word.box.centre >= place]


def independent(run: list[Row], tall: float) -> float | None:
    """Where two blocks stand side by side: prose below or above a table, or a list of labels.

    In one table, no cell is as wide as several columns while other columns are filled. Of the
    places where that is so, the nearest to the prose parts the blocks.
    """
    parted = [row for row in run if row.parts(COLUMN_GAP * tall)]
    places = [(left + right) / 2 for left, right in corridors(parted)]
    left = (place for place in places if _has_prose(parted, place, 0, tall))
    right = (place for place in reversed(places) if _has_prose(parted, place, 1, tall))
    listed = (place for place in places if _parts_lists(parted, place))
    return next(right, next(left, next(listed, None)))


def _parts_lists(parted: list[Row], place: float) -> bool:
    """Whether a list of ``label: value`` ends or begins at a place, beside something else."""
    halves = [sides(row.words, place) for row in parted]
    beside = [half for half in halves if half[0] and half[1]]
    if len(beside) < 2:
        return False
    labels = [any(word.text.endswith(":") for word in half[0][:-1]) for half in beside]
    others = [any(word.text.endswith(":") for word in half[1][:-1]) for half in beside]
    open_ended = any(half[0][-1].text.endswith(":") for half in beside)
    return not open_ended and 2 * max(sum(labels), sum(others)) > len(beside)


def _has_prose(parted: list[Row], place: float, side: int, tall: float) -> bool:
    """Whether one side of a place has rows of prose and of a table, with text beside them."""
    halves = [sides(row.words, place) for row in parted]
    rows = [Row.of(half[side], parted[0].gap) for half in halves if half[0] and half[1]]
    table = [row for row in rows if row.parts(COLUMN_GAP * tall)]
    free = wide_corridors(table, tall) if len(table) > 1 else []
    return sum(_is_prose(row, free) for row in rows) >= LEAST_PROSE


def _is_prose(row: Row, free: list[Span]) -> bool:
    """Whether a row runs on over a corridor of the rows around it."""
    letters = sum(len(word.text) for word in row.words)
    return letters >= PROSE_LETTERS and any(
        piece.left < left and right < piece.right for piece in row.pieces for left, right in free
    )


def stacked(run: list[Row], tall: float) -> list[list[Row]]:
    """Tables one below the other: more space than between rows, and other columns."""
    gaps = [below.box.top - above.box.bottom for above, below in pairwise(run)]
    usual = median(gaps) if gaps else 0.0
    for gap, number in sorted(zip(gaps, range(1, len(run)), strict=True), reverse=True):
        if gap < STACK_GAP * max(usual, tall / 2):
            break
        upper, lower = run[:number], run[number:]
        if _other_columns(upper, lower, tall):
            return [*stacked(upper, tall), *stacked(lower, tall)]
    return [run]


def _other_columns(upper: list[Row], lower: list[Row], tall: float) -> bool:
    """Whether two stacks of rows begin at one side, but part differently."""
    if min(len(upper), len(lower)) < 2:
        return False
    one, other = columns_of(upper), columns_of(lower)
    return abs(one[0][0] - other[0][0]) <= ALIGNED * tall and len(one) != len(other)
