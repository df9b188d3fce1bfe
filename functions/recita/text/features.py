"""Which pages are worth analysing for tables and forms, judged by where their words stand.

Plain text costs 0.0015 USD a page, TABLES ten times as much and FORMS 33 times, so text is read
first and this rule looks at it. Pages are put upright and level, and measured in the width of their
characters and the height of their words: turned scans, resolution and font size make no difference.

A cell is a run of few words with a wide gap around it; cells below each other with nothing between
them are a column. TABLES: two columns of cells side by side for three rows, or one beside anything
else for four rows of figures or six of words. So two columns of prose are no table, whose last
lines are as short as cells.

FORMS: five different labels that end in a colon with little after them, on a page that is not
prose, or three where little else stands; or three blanks or checkboxes that were read as
characters; or many short texts and few long ones outside of tables, which is what a page of boxes
leaves when their rules are not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from recita.models.page import Feature, Line, Page
from recita.text.level import frame

GAP = 2.2
"""Character widths between two cells; justified prose stretches its spaces to about two."""
SAME_ROW = 0.6
PITCH = 6.0
"""Heights of a word from a cell to the next of its column; others of the row may be wrapped."""
CELL_WORDS, CELL_WIDTH, FIGURE_WORDS = 4, 25, 2
"""A cell is no longer than that, in words and characters: lines of a narrow column are."""
TABLE_ROWS, FIGURE_ROWS, WORD_ROWS = 3, 4, 6

LABEL = re.compile(r"(?P<label>[^:]{2,40}):(?:\s+(?P<value>.*))?")
VALUE_WORDS = 8
LABELS, FEW_LABELS = 5, 3
"""Enough on any page but one of prose, and enough where they are a third of all there is."""
PROSE = 0.6
"""The share of long pieces that makes a page one of prose."""
BLANK = re.compile(r"_{3,}|[☐☑☒□]|\[[ xX_]?\]")
BLANKS = 3
BOXES, MOSTLY = 30, 0.75
BULLET = re.compile(r"[(\[]?(\d{1,3}|[a-zA-Z]|[ivxlc]{1,6})[.)\]]*|[-\u2013\u2014•·*]")


class Placed(NamedTuple):
    """A word on the upright, level page: character widths across, heights of a word down."""

    top: float
    left: float
    right: float
    text: str


@dataclass(frozen=True)
class Piece:
    """Words without a wide gap between them: a cell, or a line of prose."""

    left: float
    right: float
    words: tuple[str, ...]

    @property
    def short(self) -> bool:
        """Whether it is no longer than a cell."""
        return len(self.words) <= CELL_WORDS and self.right - self.left <= CELL_WIDTH

    @property
    def label(self) -> bool:
        """Whether it names what stands beside it."""
        return self.words[-1].endswith(":")

    @property
    def figure(self) -> bool:
        """Whether it may be an amount, a date or a number."""
        return len(self.words) <= FIGURE_WORDS and any(c.isdigit() for w in self.words for c in w)

    @property
    def bullet(self) -> bool:
        """Whether it may only number what stands beside it."""
        return len(self.words) == 1 and BULLET.fullmatch(self.words[0]) is not None

    def touches(self, other: Piece) -> bool:
        """Whether one would hide the other if both stood in one row."""
        return self.left < other.right and other.left < self.right

    def continues(self, other: Piece) -> bool:
        """Whether both are cells of one column: flush left, flush right or centred."""
        left, right = self.left - other.left, self.right - other.right
        aligned = min(abs(left), abs(right), abs(left + right) / 2) < 1
        return aligned and self.short and other.short


class Run(NamedTuple):
    """Rows of one table so far: the number of the first, and how many of them have cells."""

    first: int
    rows: int = 0

    def longer(self) -> Run:
        """Return the run with one more row."""
        return Run(self.first, self.rows + 1)


class Row(NamedTuple):
    """Pieces side by side, from left to right."""

    top: float
    pieces: tuple[Piece, ...]

    @property
    def cells(self) -> list[Piece]:
        """Pieces that may be cells: they have others beside them, labels with values apart."""
        apart = [
            piece
            for before, piece in zip((None, *self.pieces), self.pieces, strict=False)
            if not piece.label and not (before and before.label)
        ]
        return apart if len(apart) > 1 else []


def worth(page: Page) -> tuple[Feature, ...]:
    """Return the features that are worth their price on a page whose text has been read."""
    rows = list(_rows(page.lines))
    tables = _table_rows(rows)
    outside = [piece for n, row in enumerate(rows) if n not in tables for piece in row.pieces]
    blanks = sum(len(BLANK.findall(line.text)) for line in page.lines)
    found: list[Feature] = ["TABLES"] if tables else []
    if _labelled(rows, tables, outside) or blanks >= BLANKS or _boxed(outside):
        found.append("FORMS")
    return tuple(found)


def _labelled(rows: Sequence[Row], tables: set[int], outside: Sequence[Piece]) -> bool:
    labels = {label for n, row in enumerate(rows) for label in _labels(row, n in tables)}
    prose = sum(not piece.short for piece in outside) > PROSE * len(outside)
    if len(labels) >= LABELS and not prose:
        return True
    return len(labels) >= FEW_LABELS and len(labels) >= len(outside) / 3


def _labels(row: Row, in_table: bool) -> Iterator[str]:  # noqa: FBT001
    """Yield labels with their value behind them or beside them; in tables only the latter."""
    for number, piece in enumerate(row.pieces, start=1):
        found = LABEL.fullmatch(" ".join(piece.words))
        beside = number < len(row.pieces) and piece.label
        little = found and len((found["value"] or "").split()) <= VALUE_WORDS
        if found and little and (beside or not in_table):
            yield found["label"]


def _boxed(pieces: Sequence[Piece]) -> bool:
    short = sum(piece.short for piece in pieces)
    return short >= BOXES and short >= MOSTLY * len(pieces)


def _table_rows(rows: Sequence[Row]) -> set[int]:
    """Return the numbers of the rows from the first to the last of each table."""
    found: set[int] = set()
    columns: dict[tuple[int, Piece], Run] = {}
    tables: dict[int, Run] = {}
    for number, row in enumerate(rows):
        linked: Counter[int] = Counter()
        for piece in row.cells:
            above = _above(rows, number, piece)
            run = columns.get(above, Run(number)) if above else Run(number)
            columns[number, piece] = run = run.longer()
            if run.rows >= (FIGURE_ROWS if piece.figure else WORD_ROWS):
                found.update(range(run.first, number + 1))
            if above:
                linked[above[0]] += 1
        upper = next((n for n, cells in linked.most_common(1) if cells > 1), None)
        tables[number] = run = (tables[upper] if upper is not None else Run(number)).longer()
        if run.rows >= TABLE_ROWS:
            found.update(range(run.first, number + 1))
    return found


def _above(rows: Sequence[Row], number: int, piece: Piece) -> tuple[int, Piece] | None:
    """Return the cell above a cell, with its row's number; None when something else is there."""
    for n in range(number - 1, -1, -1):
        if rows[number].top - rows[n].top > PITCH:
            break
        touched = next((other for other in rows[n].pieces if piece.touches(other)), None)
        if touched:
            return (n, touched) if piece.continues(touched) else None
    return None


def _rows(lines: Sequence[Line]) -> Iterator[Row]:
    """Yield the rows of a page from its top."""
    row: list[Placed] = []
    for word in sorted(_placed(lines)):
        if row and word.top - row[0].top > SAME_ROW:
            yield _row(row)
            row = []
        row.append(word)
    if row:
        yield _row(row)


def _row(words: list[Placed]) -> Row:
    runs: list[list[Placed]] = []
    for word in sorted(words, key=lambda word: word.left):
        if runs and word.left - runs[-1][-1].right < GAP:
            runs[-1].append(word)
        else:
            runs.append([word])
    pieces = [Piece(run[0].left, run[-1].right, tuple(w.text for w in run)) for run in runs]
    if len(pieces) > 1 and pieces[0].bullet:
        del pieces[0]
    return Row(words[0].top, tuple(pieces))


def _placed(lines: Sequence[Line]) -> Iterator[Placed]:
    upright = frame(lines)
    words = [
        (word.text, upright.place(word.box))
        for line in lines
        for word in line.words
        if word.box and word.text
    ]
    across = median([box.width / len(text) for text, box in words] or [0.0])
    down = median([box.height for _, box in words] or [0.0])
    if not across or not down:
        return
    for text, box in words:
        middle = box.top + box.height / 2
        yield Placed(middle / down, box.left / across, (box.left + box.width) / across, text)
