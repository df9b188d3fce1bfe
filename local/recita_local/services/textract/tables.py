"""Tables: framed ones from their rules, the others from the places of their words."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from recita_local.services.textract.borderless import NUMBER, find_borderless
from recita_local.services.textract.captions import described
from recita_local.services.textract.frames import find_grids
from recita_local.services.textract.order import areas
from recita_local.services.textract.reading import Edges, Line, Merged, Table, Word
from recita_local.services.textract.rows import Row, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recita_local.services.textract.reading import Rules

LEAST_FILLED, FILLED_SHARE = 3, 0.2
"""Slots with text that make a frame a table, and their share; the rest are barcodes and charts."""


def find_tables(lines: Sequence[Line], rules: Rules, tall: float) -> tuple[Table, ...]:
    """The tables of one straight page, from top to bottom."""
    words = [word for line in lines for word in line.words]
    framed = [_framed(table, words, tall) for table in find_grids(rules, tall)]
    framed = [table for table in framed if _is_filled(table, words)]
    loose = [line for line in lines if not any(table.box.holds(line.box) for table in framed)]
    found = [
        Table(*grid)
        for area in areas(loose)
        for grid in find_borderless([word for line in area for word in line.words], rules, tall)
    ]
    tables = sorted([*framed, *found], key=lambda table: table.box.top)
    return tuple(described(table, lines, tall) for table in tables)


def _is_filled(table: Table, words: Sequence[Word]) -> bool:
    filled = {slot for word in words if (slot := table.slot_of(word.box))}
    enough = len(filled) >= max(LEAST_FILLED, FILLED_SHARE * len(table.slots))
    return enough and len(table.rows) > 2


def _framed(table: Table, words: Sequence[Word], tall: float) -> Table:
    """A framed table, its bands parted where they hold several rows of numbers."""
    inside = [word for word in words if table.box.holds(word.box)]
    rows: list[float] = [table.rows[0]]
    for top, bottom in pairwise(table.rows):
        band = rows_of([word for word in inside if top <= word.box.middle < bottom], tall)
        parting = _parting(band, table.columns)
        if len(table.rows) == 2 and len(band) > 1 and not parting:
            parting = [_below(band, 0)]  # boxes in one row: labels, and answers below them
        rows += [*parting, bottom]
    if len(rows) == len(table.rows):
        return table
    return replace(table, rows=tuple(rows), merged=_moved(table, tuple(rows)))


def _parting(rows: list[Row], columns: Edges) -> list[float]:
    """Where a band parts: between numbers of one column, where rows are furthest apart."""
    anchors = max(
        (_numbered(rows, left, right) for left, right in pairwise(columns)), key=len, default=[]
    )
    parts = []
    for above, below in pairwise(anchors):
        gaps = [
            (rows[number + 1].box.top - rows[number].box.bottom, number)
            for number in range(above, below)
        ]
        parts.append(_below(rows, max(gaps)[1]))
    return parts


def _below(rows: list[Row], number: int) -> float:
    """Half way from a row to the next."""
    return (rows[number].box.bottom + rows[number + 1].box.top) / 2


def _numbered(rows: list[Row], left: float, right: float) -> list[int]:
    """Rows in which a column has a number and nothing else."""
    found = []
    for number, row in enumerate(rows):
        texts = [word.text for word in row.words if left <= word.box.centre < right]
        if texts and NUMBER.fullmatch(" ".join(texts)):
            found.append(number)
    return found


def _moved(table: Table, rows: Edges) -> tuple[Merged, ...]:
    """Merged cells by the rows' new numbers; what was merged over parted rows is no longer."""
    number = {edge: index for index, edge in enumerate(rows)}
    moved = []
    for one in table.merged:
        first, last = number[table.rows[one.row]], number[table.rows[one.row + one.rows]]
        if last - first == one.rows:
            moved.append(Merged(first, one.column, one.rows, one.columns))
    return tuple(moved)
