"""Tables that only the places of their words tell: rows parted alike, one below the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from recita_local.services.textract.parting import (
    COLUMN_GAP,
    independent,
    sides,
    stacked,
    wide_corridors,
)
from recita_local.services.textract.reading import Edges, Merged, Rules, Word
from recita_local.services.textract.rows import Row, Span, columns_of, rows_of, sides_of

NUMBER = re.compile(r"[\W_]*(?:\d[\W_]*)+[a-zA-Z%]{0,2}\W*")
ENUMERATION = re.compile(r"\(?\d{1,2}[.)]")
LARGEST_GAP = 3.0
"""Between two rows of one table, in heights of the text."""
WRAPPED_PITCH = 0.75
"""Rows of one cell are at most so far apart, as a share of the table's other rows."""
SINGLE_ROWS = 2
"""Rows of one piece, a section's title or the rest of a cell, that may follow one another."""
FILLED, COLUMN_FILLED = 0.4, 2
"""Share of the slots with text, and slots of every column, that make a table."""
SHORT_CELL = 25
"""Characters of the median cell in a table without numbers."""
FEW_ROWS = 4
"""Fewer rows part by chance: their columns must be a whole column gap apart."""
MOST_ACROSS = 0.25
"""Share of rows, but the first three, with a cell across columns that are filled elsewhere."""

Grid = tuple[Edges, Edges, tuple[Merged, ...]]


def find_borderless(words: Sequence[Word], rules: Rules, tall: float) -> list[Grid]:
    """Edges of rows and columns, and merged cells, of each table in one area of a page."""
    found = []
    for run in _runs(rows_of(words, tall), tall):
        side = independent(run, tall)
        if side is not None:
            every = [word for row in run for word in row.words]
            for part in sides(every, side):
                found += find_borderless(part, rules, tall)
            continue
        for stack in stacked(run, tall):
            rows, columns = _merged_rows(stack, rules, tall), columns_of(stack)
            if _is_table(rows, columns, tall):
                found.append(_grid(rows, columns))
    return found


def _runs(rows: list[Row], tall: float) -> Iterator[list[Row]]:
    """Rows one below the other that share at least one corridor."""
    run: list[Row] = []
    single: list[Row] = []
    for row in rows:
        if run and row.box.top - (single or run)[-1].box.bottom > LARGEST_GAP * tall:
            yield run
            run, single = [], []
        if not row.parts(COLUMN_GAP * tall):
            single.append(row)
            if len(single) > SINGLE_ROWS and run:
                yield run
                run = []
            continue
        parted = [one for one in [*run, row] if one.parts(COLUMN_GAP * tall)]
        if run and not wide_corridors(parted, tall):
            yield run
            run, single = [], []
        run = [*run, *single, row] if run else [row]
        single = []
    yield run


def _merged_rows(run: list[Row], rules: Rules, tall: float) -> list[Row]:
    """Lines of one cell as one row: rows that stand closer than the table's others, or heads."""
    pitches = [below.box.middle - above.box.middle for above, below in pairwise(run)]
    if not pitches:
        return run
    usual = median(sorted(pitches)[len(pitches) // 2 :])
    head = next((number for number, (above, row) in enumerate(pairwise(run), start=1)
                 if _ruled(above, row, rules)), 0)  # fmt: skip
    merged = [run[0]]
    for number, row in enumerate(run[1:], start=1):
        above = run[number - 1]
        tight = row.box.top - above.box.bottom < tall and number < head
        close = pitches[number - 1] <= WRAPPED_PITCH * usual and not _ruled(above, row, rules)
        if (close or tight) and not (_has_number(merged[-1]) and _has_number(row)):
            merged[-1] = merged[-1].with_line(row)  # no numbers wrap
        else:
            merged.append(row)
    return merged


def _ruled(above: Row, below: Row, rules: Rules) -> bool:
    """Whether a level rule runs between two rows."""
    left, right = min(above.box.left, below.box.left), max(above.box.right, below.box.right)
    return any(
        above.box.middle < rule.middle < below.box.middle
        and min(rule.right, right) - max(rule.left, left) > 0
        for rule in rules.level
    )


def _has_number(row: Row) -> bool:
    return any(NUMBER.fullmatch(word.text) for word in row.words[1:])


def _is_table(rows: list[Row], columns: list[Span], tall: float) -> bool:
    if len(rows) < 2 or len(columns) < 2:
        return False
    apart = min(other[0] - one[1] for one, other in pairwise(columns))
    if len(rows) < FEW_ROWS and apart < COLUMN_GAP * tall:
        return False
    return _is_filled(rows, columns) and _says_table(rows, columns)


def _is_filled(rows: list[Row], columns: list[Span]) -> bool:
    filled = [sum(bool(_text(row, column)) for row in rows) for column in columns]
    enough = sum(filled) >= FILLED * len(rows) * len(columns)
    edges = sides_of(columns, rows)
    across = sum(len(row.pieces) > 1 and any(_across(row, edges))
                 for row in rows[3:])  # fmt: skip
    least = min(COLUMN_FILLED, len(rows) - 1)
    heads = filled[1:] if len(columns) > 2 else filled  # the first may hold a title of its side
    return enough and min(heads) >= least and across <= MOST_ACROSS * len(rows)


def _says_table(rows: list[Row], columns: list[Span]) -> bool:
    """Whether what the cells say is what tables say: numbers, labels, short texts."""
    texts = [[_text(row, column) for row in rows] for column in columns]
    numeric = sum(_is_numeric(column[1:]) for column in texts)
    if len(columns) == 2:
        labels = [label for label in texts[0] if label]
        listed = sum(label.endswith(":") for label in labels) * 2 >= len(labels)
        return listed or (numeric > 0 and len(rows) > 2)
    lengths = [len(text) for column in texts for text in column if text]
    return numeric > 0 or (len(rows) > 3 and median(lengths) <= SHORT_CELL)


def _text(row: Row, column: Span) -> str:
    return " ".join(word.text for word in row.words if column[0] <= word.box.centre <= column[1])


def _is_numeric(texts: list[str]) -> bool:
    filled = [text for text in texts if text]
    numbers = sum(bool(NUMBER.fullmatch(text)) and not ENUMERATION.fullmatch(text)
                  for text in filled)  # fmt: skip
    return bool(filled) and 2 * numbers >= len(filled)


def _grid(rows: list[Row], columns: list[Span]) -> Grid:
    edges = sides_of(columns, rows)
    spans = [(row.box.top, row.box.bottom) for row in rows]
    between = [(above[1] + below[0]) / 2 for above, below in pairwise(spans)]
    merged = [
        Merged(number, first, 1, last - first + 1)
        for number, row in enumerate(rows)
        for first, last in _across(row, edges)
    ]
    return (spans[0][0], *between, spans[-1][1]), tuple(edges), tuple(merged)


def _across(row: Row, edges: list[float]) -> Iterator[tuple[int, int]]:
    """First and last column of each piece that reaches over several."""
    for piece in row.pieces:
        over = [
            number
            for number, (left, right) in enumerate(pairwise(edges))
            if min(piece.right, right) - max(piece.left, left) > row.gap
        ]
        if len(over) > 1:
            yield over[0], over[-1]
