"""Minimal layout: a title, tables, and runs of lines that stand together."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from recita_local.services.textract.reading import Box, Line, PageReading, union

TEXT, TITLE, TABLE = "LAYOUT_TEXT", "LAYOUT_TITLE", "LAYOUT_TABLE"
TITLE_HEIGHT = 1.5
"""A first line this many times as high as the page's median line is its title."""
PARAGRAPH_GAP, INDENT = 1.0, 6
"""In heights of the line above: a larger gap or offset begins a new element."""


@dataclass(frozen=True)
class LayoutElement:
    """One element: its block type and its lines, in reading order."""

    kind: str
    lines: tuple[Line, ...]

    @property
    def box(self) -> Box:
        """Bounds in pixels of the upright page."""
        return union([line.box for line in self.lines])


def find_layout(page: PageReading) -> list[LayoutElement]:
    """Layout elements of one page, in reading order; every line is in exactly one."""
    groups: list[tuple[str, list[Line]]] = []
    for number, line in enumerate(page.lines):
        kind = _kind(page, number)
        if groups and groups[-1][0] == kind and _together(kind, groups[-1][1][-1], line):
            groups[-1][1].append(line)
        else:
            groups.append((kind, [line]))
    return [LayoutElement(kind.partition("#")[0], tuple(lines)) for kind, lines in groups]


def _kind(page: PageReading, number: int) -> str:
    line = page.lines[number]
    for table_number, table in enumerate(page.tables):
        if table.box.holds(line.box):
            return f"{TABLE}#{table_number}"  # two tables that touch stay two
    usual = median(other.box.height for other in page.lines)
    return TITLE if number == 0 and line.box.height >= TITLE_HEIGHT * usual else TEXT


def _together(kind: str, above: Line, line: Line) -> bool:
    if kind.startswith(TABLE):
        return True
    height = above.box.height
    return (
        line.box.top - above.box.bottom <= PARAGRAPH_GAP * height
        and abs(line.box.left - above.box.left) <= INDENT * height
    )
