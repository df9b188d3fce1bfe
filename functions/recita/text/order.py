"""Reading order: columns one after the other, rows from left to right.

Sorting by height alone mixes the columns of a page; splitting at every gap tears the rows of a
table apart. So a gap only parts columns where prose stands on both of its sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Generic, TypeVar

T = TypeVar("T")

COLUMN_LINES = 4
"""Fewer lines are no column."""
COLUMN_FILL = 0.55
"""In prose the median line is at least this wide, as a share of its column."""
COLUMN_CHARACTERS = 16
"""In prose the median line is at least this long; cells of tables are shorter."""
CROSSING_SHARE = 0.25
"""More lines than this across a gap, headings and tables among them, and it parts no columns."""
CLIMB = 0.8
"""Line heights; what lies farther above the item before it is a climb, not a superscript."""
MAX_CLIMBS = 0.15
"""Share of the items that may climb in an order that is kept."""
LEAP = 3.0
"""Line heights; what lies farther below the item before it begins another block."""
SAME_COLUMN = 0.3
"""Share of the narrower block's width that two blocks of one column have in common."""
MAX_BLOCKS = 300
"""A page of more is a drawing, of which no order is right."""
BESIDE_SHARE = 0.5
"""Columns stand beside each other for at least this share of the shorter one's height."""


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """Something with a text of ``length`` characters in a box; y grows downwards, any unit."""

    item: T
    left: float
    top: float
    right: float
    bottom: float
    length: int

    @property
    def middle(self) -> float:
        """Height of its centre line."""
        return (self.top + self.bottom) / 2


def reading_order(items: Sequence[Placed[T]]) -> list[list[T]]:
    """Return the items of one upright, level page as rows, in the order a person reads them.

    The order they are given in is kept where it runs down the page or down its columns: whoever
    wrote a file knew how it reads, formulas and figures included.
    """
    return [[placed.item for placed in row] for row in _ordered(list(items))]


def _ordered(items: list[Placed[T]]) -> list[list[Placed[T]]]:
    downward = _runs_down(items)
    if downward and _neighbours(items) < COLUMN_LINES:
        return _in_sequence(items)
    gap = _gap(items)
    if gap is not None and (not downward or _interleaved(items, gap)):
        return _by_bands(items, gap)
    return _in_sequence(items) if downward else _rows(items)


def _runs_down(items: list[Placed[T]]) -> bool:
    """Whether the given order seldom climbs; it does once a column."""
    climbs = sum(
        after.middle < before.middle - CLIMB * (before.bottom - before.top)
        for before, after in pairwise(items)
    )
    return climbs <= MAX_CLIMBS * len(items) + 1


def _neighbours(items: list[Placed[T]]) -> int:
    return sum(_same_row(before, after) for before, after in pairwise(items))


def _interleaved(items: list[Placed[T]], gap: float) -> bool:
    """Whether the given order keeps changing from one side of the gap to the other."""
    sides = [item.left >= gap for item in items if not item.left < gap < item.right]
    return sum(before != after for before, after in pairwise(sides)) >= 2 * COLUMN_LINES


def _in_sequence(items: list[Placed[T]]) -> list[list[Placed[T]]]:
    rows: list[list[Placed[T]]] = []
    for item in (item for block in _top_down(_blocks(items)) for item in block):
        if rows and _same_row(rows[-1][-1], item) and item.left >= rows[-1][-1].left:
            rows[-1].append(item)
        else:
            rows.append([item])
    return rows


def _blocks(items: list[Placed[T]]) -> list[list[Placed[T]]]:
    """Split the given order where it climbs or leaps down."""
    blocks: list[list[Placed[T]]] = []
    for item in items:
        if blocks:
            height = blocks[-1][-1].bottom - blocks[-1][-1].top
            step = item.middle - blocks[-1][-1].middle
        if not blocks or not -CLIMB * height <= step <= LEAP * height:
            blocks.append([])
        blocks[-1].append(item)
    return blocks


def _top_down(blocks: list[list[Placed[T]]]) -> list[list[Placed[T]]]:
    """Keep the blocks' order, but let none come before one that lies above it in its column.

    Forms and invoices draw their letterhead last, as often as not.
    """
    if len(blocks) > MAX_BLOCKS:
        return blocks
    boxes = [_around(block) for block in blocks]
    ordered: list[int] = []
    seen: set[int] = set()

    def place(number: int) -> None:
        seen.add(number)
        for other, box in enumerate(boxes):
            if other not in seen and _above(box, boxes[number]):
                place(other)
        ordered.append(number)

    for number in range(len(blocks)):
        if number not in seen:
            place(number)
    return [blocks[number] for number in ordered]


def _around(items: list[Placed[T]]) -> tuple[float, float, float, float]:
    lefts, rights = [item.left for item in items], [item.right for item in items]
    return (min(lefts), *_extent(items), max(rights))


def _above(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether ``one`` ends above where ``other`` begins, in the same column."""
    shared = min(one[3], other[3]) - max(one[0], other[0])
    return one[2] <= other[1] and shared > SAME_COLUMN * min(one[3] - one[0], other[3] - other[0])


def _by_bands(items: list[Placed[T]], gap: float) -> list[list[Placed[T]]]:
    """What crosses the gap ends the columns above it; both columns begin anew below."""
    ordered: list[list[Placed[T]]] = []
    band: list[Placed[T]] = []
    for item in sorted(items, key=lambda item: item.middle):
        if item.left < gap < item.right:
            ordered += [*_by_columns(band, gap), [item]]
            band = []
        else:
            band.append(item)
    return ordered + _by_columns(band, gap)


def _by_columns(band: list[Placed[T]], gap: float) -> list[list[Placed[T]]]:
    left = [item for item in band if item.right <= gap]
    right = [item for item in band if item.left >= gap]
    return _ordered(left) + _ordered(right)


def _rows(items: list[Placed[T]]) -> list[list[Placed[T]]]:
    rows: list[list[Placed[T]]] = []
    for item in sorted(items, key=lambda item: item.middle):
        if rows and _same_row(rows[-1][-1], item):
            rows[-1].append(item)
        else:
            rows.append([item])
    return [sorted(row, key=lambda item: item.left) for row in rows]


def _same_row(one: Placed[T], other: Placed[T]) -> bool:
    height = min(one.bottom - one.top, other.bottom - other.top)
    return abs(one.middle - other.middle) < 0.5 * height


def _gap(items: list[Placed[T]]) -> float | None:
    """Where the page parts into columns: the x with the fewest lines across it, if any."""
    if len(items) < 2 * COLUMN_LINES:
        return None
    crossed = [(sum(item.left < x < item.right for item in items), x) for x in _candidates(items)]
    allowed = sorted(found for found in crossed if found[0] <= CROSSING_SHARE * len(items))
    return next((x for _, x in allowed if _parts_columns(items, x)), None)


def _candidates(items: list[Placed[T]]) -> list[float]:
    """Positions just left of where several lines begin: a column has a common left edge."""
    lefts = sorted(item.left for item in items)
    width = max(item.right for item in items) - lefts[0]
    step = width / 100
    edges: list[list[float]] = []
    for left in lefts:
        if edges and left - edges[-1][0] <= step:
            edges[-1].append(left)
        else:
            edges.append([left])
    return [edge[0] - step / 4 for edge in edges[1:] if len(edge) >= COLUMN_LINES]


def _parts_columns(items: list[Placed[T]], x: float) -> bool:
    """Whether a gap has prose on one side, and prose or columns of prose on the other."""
    left = [item for item in items if item.right <= x]
    right = [item for item in items if item.left >= x]
    if min(len(left), len(right)) < COLUMN_LINES or not _side_by_side(left, right):
        return False
    prose = _is_column(left), _is_column(right)
    return all(prose) or (any(prose) and _gap(left if prose[1] else right) is not None)


def _side_by_side(left: list[Placed[T]], right: list[Placed[T]]) -> bool:
    (top, bottom), (other_top, other_bottom) = _extent(left), _extent(right)
    shared = min(bottom, other_bottom) - max(top, other_top)
    return shared > BESIDE_SHARE * min(bottom - top, other_bottom - other_top)


def _extent(items: list[Placed[T]]) -> tuple[float, float]:
    return min(item.top for item in items), max(item.bottom for item in items)


def _is_column(items: list[Placed[T]]) -> bool:
    width = max(item.right for item in items) - min(item.left for item in items)
    fill = median(item.right - item.left for item in items) / width if width else 0.0
    return fill >= COLUMN_FILL and median(item.length for item in items) >= COLUMN_CHARACTERS
