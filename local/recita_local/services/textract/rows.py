"""Rows of text, the pieces they fall into, and the corridors between columns of pieces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from recita_local.services.textract.reading import Box, Word, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PIECE_GAP = 0.8
"""Space inside a column's text, in heights of the text."""
SAME_ROW = 0.5
"""Words whose middles are at most so many heights of the text apart stand in one row."""
CURRENCIES = frozenset({"$", "€", "£", "R$", "US$", "USD", "EUR"})
"""Signs that belong to the sum right of them, however wide the gap in a column of sums."""

Span = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """Words side by side, from left to right; ``pieces`` have gaps as wide as ``gap`` between."""

    words: tuple[Word, ...]
    gap: float
    pieces: tuple[Box, ...]

    @classmethod
    def of(cls, words: Iterable[Word], gap: float) -> Row:
        """A row of words, parted wherever nothing stands for more than ``gap`` pixels."""
        ordered = sorted(words, key=lambda word: word.box.left)
        return cls(tuple(ordered), gap, tuple(_pieces(ordered, gap)))

    @cached_property
    def box(self) -> Box:
        """Bounds in pixels of the straight page."""
        return union([word.box for word in self.words])

    def parts(self, gap: float) -> bool:
        """Whether two pieces stand at least so far apart."""
        return any(other.left - one.right > gap for one, other in pairwise(self.pieces))

    def with_line(self, below: Row) -> Row:
        """One row of two, for cells of several lines."""
        return Row.of(self.words + below.words, self.gap)


def rows_of(words: Iterable[Word], tall: float) -> list[Row]:
    """Words as rows, from top to bottom; ``tall`` is the height of the text."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.box.middle):
        if rows and word.box.middle - _middle(rows[-1]) <= SAME_ROW * tall:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [Row.of(row, PIECE_GAP * tall) for row in rows]


def in_rows(words: Sequence[Word]) -> list[Word]:
    """Words in the order of their own rows: what stands beside them does not part them."""
    if not words:
        return []
    tall = median(word.box.height for word in words)
    return [word for row in rows_of(words, tall) for word in row.words]


def _pieces(words: list[Word], gap: float) -> list[Box]:
    parted: list[Box] = []
    sign = False
    for word in words:
        if parted and (sign or word.box.left - parted[-1].right <= gap):
            parted[-1] = union([parted[-1], word.box])
        else:
            parted.append(word.box)
        sign = word.text in CURRENCIES
    return parted


def corridors(rows: Sequence[Row]) -> list[Span]:
    """Where nothing stands from top to bottom, though something does left and right of it."""
    standing: list[Box] = []
    for piece in sorted(piece for row in rows for piece in row.pieces):
        if standing and piece.left - standing[-1].right <= rows[0].gap:
            standing[-1] = union([standing[-1], piece])
        else:
            standing.append(piece)
    return [(one.right, other.left) for one, other in pairwise(standing)]


def columns_of(rows: Sequence[Row]) -> list[Span]:
    """Left and right of each column, told by the pieces that stand in it.

    Narrow pieces say where columns are; a piece across several of them is a title over them, if
    more rows part them than join them.
    """
    pieces = [(piece.left, piece.right) for row in rows for piece in row.pieces]
    columns: list[Span] = []
    for piece in sorted(pieces, key=lambda piece: piece[1] - piece[0]):
        under = [column for column in columns if _overlap(column, piece)]
        if not under:
            columns.append(piece)
        elif len(under) == 1:
            columns[columns.index(under[0])] = _grown(under[0], piece, columns)
    return _voted(sorted(columns), rows)


def sides_of(columns: Sequence[Span], rows: Sequence[Row]) -> list[float]:
    """Edges of columns: between two of them, where the fewest pieces stand in the way."""
    boxes = [piece for row in rows for piece in row.pieces]
    inner = [
        _least_crossed(boxes, sum(one) / 2, sum(other) / 2) for one, other in pairwise(columns)
    ]
    return [min(box.left for box in boxes), *inner, max(box.right for box in boxes)]


def _least_crossed(boxes: Sequence[Box], start: float, end: float) -> float:
    places = {place for box in boxes for place in (box.left, box.right) if start < place < end}
    spans = list(pairwise(sorted({start, end, *places})))
    crossed = [sum(box.left < right and left < box.right for box in boxes) for left, right in spans]
    free = [span for span, count in zip(spans, crossed, strict=True) if count == min(crossed)]
    left, right = max(free, key=_width)
    return (left + right) / 2


def _width(span: Span) -> float:
    return span[1] - span[0]


def _grown(column: Span, piece: Span, columns: list[Span]) -> Span:
    """A column with a piece of it that reaches further."""
    whole = min(column[0], piece[0]), max(column[1], piece[1])
    free = all(other == column or not _overlap(other, whole) for other in columns)
    return whole if free else column


def _voted(columns: list[Span], rows: Sequence[Row]) -> list[Span]:
    """Columns that most rows with anything in both have no gap between are one."""
    kept: list[Span] = []
    for column in columns:
        if kept:
            joined = parted = 0
            for row in rows:
                under = {piece for piece in row.pieces if _overlap(piece[::2], kept[-1])}
                over = {piece for piece in row.pieces if _overlap(piece[::2], column)}
                joined += bool(under & over)
                parted += bool(under and over) and not under & over
            if joined > parted or (joined == parted and column[0] - kept[-1][1] < 2 * rows[0].gap):
                kept[-1] = kept[-1][0], column[1]
                continue
        kept.append(column)
    return kept


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _middle(row: list[Word]) -> float:
    return sum(word.box.middle for word in row) / len(row)
