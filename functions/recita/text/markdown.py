"""Markdown: what native text is written in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Rows = tuple[tuple[str, ...], ...]
"""Cell texts, row by row; all rows equally long."""

DEEPEST_HEADING = 6
DEEPEST_ITEM = 8
"""Word's nine levels; a file may claim a billion."""


def heading(level: int, text: str) -> str:
    """Return a heading; levels run from 1, and Markdown knows six."""
    return f"{'#' * max(1, min(level, DEEPEST_HEADING))} {inline(text)}"


def item(text: str, *, level: int = 0, mark: str = "-") -> str:
    """Return a list item; ``level`` 0 is the outermost list."""
    return f"{indent(level)}{mark} {inline(text)}"


def indent(level: int) -> str:
    """Return the space before an item or what belongs to one."""
    return "  " * max(0, min(level, DEEPEST_ITEM))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first row is its head, as Markdown asks for."""
    squared = rectangular(rows)
    if not squared:
        return ""
    lines = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in squared]
    lines.insert(1, "|" + " --- |" * len(squared[0]))
    return "\n".join(lines)


def rectangular(rows: Sequence[Sequence[str]]) -> Rows:
    """Return the rows padded to the longest, without rows and columns that are empty throughout."""
    width = max((len(row) for row in rows), default=0)
    filled = [n for n in range(width) if any(n < len(row) and row[n].strip() for row in rows)]
    if len(filled) == width:  # as most are: a million cells need no second look
        cells = (tuple(row) + ("",) * (width - len(row)) for row in rows)
    else:
        cells = (tuple(row[n] if n < len(row) else "" for n in filled) for row in rows)
    return tuple(row for row in cells if any(cell.strip() for cell in row))


def inline(text: str) -> str:
    """Return text on one line."""
    return " ".join(text.split())


def blocks(parts: Iterable[str]) -> str:
    """Join blocks, such as paragraphs and tables, by blank lines; items of one list stay close."""
    joined: list[str] = []
    for part in parts:
        if not part.strip():
            continue
        close = joined and _is_item(joined[-1]) and _is_item(part)
        joined.append(("\n" if close else "\n\n") + part if joined else part)
    return "".join(joined)


def _is_item(part: str) -> bool:
    mark = part.lstrip(" \n").split(" ", 1)[0]
    return mark == "-" or (mark.endswith(".") and mark[:-1].isdigit())


def _cell(text: str) -> str:
    return inline(text).replace("|", r"\|")
