"""Reading order: columns one after the other, rows from left to right.

Lines come from the detector in any order. Sorting by height alone mixes the columns of a page;
splitting at every gap tears the rows of a table apart. So a gap only parts columns where prose
stands on both of its sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from recita_local.services.textract.reading import Box, Line, union

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMN_LINES = 4
"""Fewer lines are no column."""
COLUMN_FILL = 0.55
"""In prose the median line is at least this wide, as a share of its column."""
COLUMN_CHARACTERS = 16
"""In prose the median line is at least this long; cells of tables are shorter."""
CROSSING_SHARE = 0.25
"""More lines than this across a gap, headings and tables among them, and it parts no columns."""
CANDIDATES = 100
"""Positions of a gap tried along the width of a page."""


@dataclass(frozen=True)
class _Item:
    line: Line
    box: Box


def reading_order(lines: Sequence[Line]) -> list[Line]:
    """The lines of one straight page, as a person would read them."""
    return [item.line for item in _ordered([_Item(line, line.box) for line in lines])]


def _ordered(items: list[_Item]) -> list[_Item]:
    gap = _gap(items)
    return _rows(items) if gap is None else _by_bands(items, gap)


def _by_bands(items: list[_Item], gap: float) -> list[_Item]:
    """Lines across the gap end the columns above them; both columns begin anew below."""
    ordered: list[_Item] = []
    band: list[_Item] = []
    for item in sorted(items, key=lambda item: item.box.middle):
        if item.box.left < gap < item.box.right:
            ordered += [*_by_columns(band, gap), item]
            band = []
        else:
            band.append(item)
    return ordered + _by_columns(band, gap)


def _by_columns(band: list[_Item], gap: float) -> list[_Item]:
    left = [item for item in band if item.box.right <= gap]
    right = [item for item in band if item.box.left >= gap]
    return _ordered(left) + _ordered(right)


def _rows(items: list[_Item]) -> list[_Item]:
    rows: list[list[_Item]] = []
    for item in sorted(items, key=lambda item: item.box.middle):
        if rows and _same_row(rows[-1][-1].box, item.box):
            rows[-1].append(item)
        else:
            rows.append([item])
    return [item for row in rows for item in sorted(row, key=lambda item: item.box.left)]


def _same_row(one: Box, other: Box) -> bool:
    return abs(one.middle - other.middle) < 0.5 * min(one.height, other.height)


def _gap(items: list[_Item]) -> float | None:
    """Where the page parts into columns: the x with the fewest lines across it, if any."""
    if len(items) < 2 * COLUMN_LINES:
        return None
    page = union([item.box for item in items])
    found: tuple[int, float] | None = None
    for step in range(1, CANDIDATES):
        x = page.left + page.width * step / CANDIDATES
        crossing = sum(item.box.left < x < item.box.right for item in items)
        if (found is None or crossing < found[0]) and _parts_columns(items, x, crossing):
            found = (crossing, x)
    return found[1] if found else None


def _parts_columns(items: list[_Item], x: float, crossing: int) -> bool:
    if crossing > CROSSING_SHARE * len(items):
        return False
    left = [item for item in items if item.box.right <= x]
    right = [item for item in items if item.box.left >= x]
    if min(len(left), len(right)) < COLUMN_LINES or not _side_by_side(left, right):
        return False
    return _is_column(left) and (_is_column(right) or _gap(right) is not None)


def _side_by_side(left: list[_Item], right: list[_Item]) -> bool:
    one, other = union([item.box for item in left]), union([item.box for item in right])
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.height, other.height)


def _is_column(items: list[_Item]) -> bool:
    width = union([item.box for item in items]).width
    fill = median(item.box.width for item in items) / width if width else 0.0
    return (
        fill >= COLUMN_FILL and median(len(item.line.text) for item in items) >= COLUMN_CHARACTERS
    )
