"""What the OCR engine hands over: plain picklable values, in pixels of the straight page."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from uuid import uuid4

Point = tuple[float, float]
Polygon = tuple[Point, Point, Point, Point]
"""Corners from the text's top left, clockwise."""


class Box(NamedTuple):
    """Axis-parallel bounds in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Vertical centre."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """Horizontal centre."""
        return (self.left + self.right) / 2

    def holds(self, other: Box) -> bool:
        """Whether the centre of ``other`` lies in this box."""
        return self.left <= other.centre <= self.right and self.top <= other.middle <= self.bottom


def bounds(polygon: Polygon) -> Box:
    """Smallest box around a polygon."""
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    return Box(min(xs), min(ys), max(xs), max(ys))


def union(boxes: list[Box]) -> Box:
    """Smallest box around all boxes; there must be one."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def corners(box: Box) -> Polygon:
    """A box as a polygon."""
    return (
        (box.left, box.top),
        (box.right, box.top),
        (box.right, box.bottom),
        (box.left, box.bottom),
    )


def turned_about(polygon: Polygon, centre: Point, angle: float) -> Polygon:
    """A polygon turned about ``centre``, clockwise by ``angle`` radians."""
    cosine, sine = math.cos(angle), math.sin(angle)
    first, second, third, fourth = (
        (
            centre[0] + (x - centre[0]) * cosine - (y - centre[1]) * sine,
            centre[1] + (x - centre[0]) * sine + (y - centre[1]) * cosine,
        )
        for x, y in polygon
    )
    return first, second, third, fourth


def new_id() -> str:
    """A block's Id, random as Textract's are."""
    return str(uuid4())


@dataclass(frozen=True)
class Word:
    """One word; ``confidence`` is 0 to 1, ``id`` becomes its block's Id."""

    text: str
    confidence: float
    polygon: Polygon
    id: str = field(default_factory=new_id)

    @cached_property
    def box(self) -> Box:
        """Bounds in pixels of the straight page."""
        return bounds(self.polygon)


@dataclass(frozen=True)
class Line:
    """One line of text, in one column."""

    text: str
    confidence: float
    polygon: Polygon
    words: tuple[Word, ...]
    id: str = field(default_factory=new_id)

    @cached_property
    def box(self) -> Box:
        """Bounds in pixels of the straight page."""
        return bounds(self.polygon)


@dataclass(frozen=True)
class Mark:
    """One box of a form, ticked or not; ``confidence`` is 0 to 1."""

    box: Box
    selected: bool
    confidence: float
    id: str = field(default_factory=new_id)


Edges = tuple[float, ...]
"""Where rows or columns of a table begin and end, in pixels: one more than there are."""
Slot = tuple[int, int]
"""Row and column in a table's grid, from 0."""


class Merged(NamedTuple):
    """Slots of a table that are one cell: its first slot, and how many rows and columns."""

    row: int
    column: int
    rows: int
    columns: int

    @classmethod
    def over(cls, slots: list[Slot]) -> Merged:
        """The smallest that covers all slots."""
        rows, columns = [row for row, _ in slots], [column for _, column in slots]
        first, left = min(rows), min(columns)
        return cls(first, left, max(rows) - first + 1, max(columns) - left + 1)

    @property
    def slots(self) -> list[Slot]:
        """The slots it covers, row by row."""
        rows = range(self.row, self.row + self.rows)
        return [(row, self.column + number) for row in rows for number in range(self.columns)]


@dataclass(frozen=True)
class Table:
    """One table: a grid, which of its slots are one cell, and what its parts are."""

    rows: Edges
    columns: Edges
    merged: tuple[Merged, ...] = ()
    headers: int = 0
    """Rows of column headers, at its top."""
    title: tuple[Line, ...] = ()
    footer: tuple[Line, ...] = ()

    @property
    def box(self) -> Box:
        """Bounds in pixels of the straight page."""
        return Box(self.columns[0], self.rows[0], self.columns[-1], self.rows[-1])

    @property
    def slots(self) -> list[Slot]:
        """Every slot, row by row."""
        rows, columns = range(len(self.rows) - 1), range(len(self.columns) - 1)
        return [(row, column) for row in rows for column in columns]

    def box_of(self, one: Merged) -> Box:
        """Bounds of a merged cell; of a slot, if it covers no other."""
        return Box(
            self.columns[one.column],
            self.rows[one.row],
            self.columns[one.column + one.columns],
            self.rows[one.row + one.rows],
        )

    def slot_of(self, box: Box) -> Slot | None:
        """The slot that holds the centre of ``box``."""
        if not self.box.holds(box):
            return None
        row = bisect_right(self.rows, box.middle, hi=len(self.rows) - 1) - 1
        column = bisect_right(self.columns, box.centre, hi=len(self.columns) - 1) - 1
        return row, column


@dataclass(frozen=True)
class Rules:
    """Level and upright ruled lines, as thin boxes in pixels of the straight page."""

    level: tuple[Box, ...] = ()
    upright: tuple[Box, ...] = ()


@dataclass(frozen=True)
class PageReading:
    """One page as read: everything is told in pixels of the upright, straight page.

    For that the input was turned ``turns`` quarters anticlockwise, and then about its centre by
    ``skew`` radians anticlockwise.
    """

    width: int
    height: int
    turns: int
    lines: tuple[Line, ...]
    tables: tuple[Table, ...] = ()
    marks: tuple[Mark, ...] = ()
    rules: Rules = Rules()
    skew: float = 0.0


class UnreadableError(Exception):
    """A document no engine will read; ``code`` is the name of Textract's own error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
