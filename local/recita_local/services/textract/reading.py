"""What the OCR engine hands over: plain picklable values, in pixels of the straight page."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
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

    def holds(self, other: Box) -> bool:
        """Whether the centre of ``other`` lies in this box."""
        across = (other.left + other.right) / 2
        return self.left <= across <= self.right and self.top <= other.middle <= self.bottom


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

    @property
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

    @property
    def box(self) -> Box:
        """Bounds in pixels of the straight page."""
        return bounds(self.polygon)


@dataclass(frozen=True)
class Cell:
    """One cell of a table; more than one slot (row, column; from 1) means a merged cell."""

    box: Box
    slots: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Table:
    """One table: its bounds and its cells, row by row."""

    box: Box
    cells: tuple[Cell, ...]


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
    skew: float = 0.0


class UnreadableError(Exception):
    """A document no engine will read; ``code`` is the name of Textract's own error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
