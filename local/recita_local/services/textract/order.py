"""Reading order: columns one after the other, rows from left to right.

Lines come from the detector in any order. Sorting by height alone mixes the columns of a page;
splitting at every gap tears the rows of a table apart. So a gap only parts columns where prose
stands on both of its sides.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from recita_local.services.textract.reading import Box, Line, union

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMN_LINES = 4
"""Fewer lines are no column."""
COLUMN_FILL = 0.55
"""A line of prose is at least this wide, as a share of its column."""
COLUMN_CHARACTERS = 16
"""A line of prose is at least this long; cells of tables are shorter."""
PROSE_PITCH = 1.5
"""From line to line in prose, in heights of a line; rows of a table stand further apart."""
PROSE_SHARE = 0.25
"""Of the rows on both sides of a gap; the rest may be tables, formulas and captions."""
CROSSING_SHARE = 0.25
"""More lines than this across a gap, headings and tables among them, and it parts no columns."""
CANDIDATES = 100
"""Positions of a gap tried along the width of a page."""


def reading_order(lines: Sequence[Line]) -> list[Line]:
    """The lines of one straight page, as a person would read them."""
    return [line for area in areas(lines) for line in _rows(area)]


def areas(lines: Sequence[Line]) -> list[list[Line]]:
    """Parts of a page that are read one after the other: columns, and what lies across them."""
    gap = _gap(lines)
    if gap is None:
        return [list(lines)] if lines else []
    found: list[list[Line]] = []
    ordered = sorted(lines, key=lambda line: line.box.middle)
    for across, grouped in groupby(ordered, key=lambda line: line.box.left < gap < line.box.right):
        band = list(grouped)
        found += [band] if across else _by_columns(band, gap)
    return found


def _by_columns(band: list[Line], gap: float) -> list[list[Line]]:
    left = [line for line in band if line.box.right <= gap]
    right = [line for line in band if line.box.left >= gap]
    return areas(left) + areas(right)


def _rows(lines: Sequence[Line]) -> list[Line]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.middle):
        if rows and _same_row(rows[-1][0].box, line.box):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.box.left)]


def _same_row(one: Box, other: Box) -> bool:
    return abs(one.middle - other.middle) < 0.5 * min(one.height, other.height)


def _gap(lines: Sequence[Line]) -> float | None:
    """Where the page parts into columns: the x with the fewest lines across it, if any."""
    if sum(len(line.text) >= COLUMN_CHARACTERS for line in lines) < 2 * COLUMN_LINES:
        return None  # two columns need as much prose
    page = union([line.box for line in lines])
    found: tuple[int, float] | None = None
    for step in range(1, CANDIDATES):
        x = page.left + page.width * step / CANDIDATES
        crossing = sum(line.box.left < x < line.box.right for line in lines)
        if (found is None or crossing < found[0]) and _parts_columns(lines, x, crossing):
            found = (crossing, x)
    return found[1] if found else None


def _parts_columns(lines: Sequence[Line], x: float, crossing: int) -> bool:
    if crossing > CROSSING_SHARE * len(lines):
        return False
    left = [line for line in lines if line.box.right <= x]
    right = [line for line in lines if line.box.left >= x]
    if min(len(left), len(right)) < COLUMN_LINES or not _side_by_side(left, right):
        return False
    prose = [_prose_lines(side) for side in (left, right)]
    if prose[0] >= COLUMN_LINES <= prose[1]:
        return sum(prose) >= PROSE_SHARE * (_row_count(left) + _row_count(right))
    return prose[0] >= max(COLUMN_LINES, PROSE_SHARE * _row_count(left)) and _gap(right) is not None


def _side_by_side(left: Sequence[Line], right: Sequence[Line]) -> bool:
    one, other = union([line.box for line in left]), union([line.box for line in right])
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.height, other.height)


def _prose_lines(lines: Sequence[Line]) -> int:
    """Lines as long as their column is wide, as close to one another as in a paragraph."""
    width = union([line.box for line in lines]).width
    long = sorted(
        (line.box for line in lines
         if line.box.width >= COLUMN_FILL * width and len(line.text) >= COLUMN_CHARACTERS),
        key=lambda box: box.middle,
    )  # fmt: skip
    close = {
        box
        for above, below in pairwise(long)
        if below.middle - above.middle <= PROSE_PITCH * above.height
        for box in (above, below)
    }
    return len(close)


def _row_count(lines: Sequence[Line]) -> int:
    ordered = sorted((line.box for line in lines), key=lambda box: box.middle)
    return 1 + sum(not _same_row(above, below) for above, below in pairwise(ordered))
