"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods): a sheet is a page and a table."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from recita.decoding import containers
from recita.decoding.content import NativePage, left_out
from recita.decoding.sniff import MAX_TEXT_BYTES
from recita.errors import DocumentRejectedError
from recita.text.markdown import Rows, blocks, heading, rectangular, table

MAX_CELLS = 10_000_000
"""Of a sheet's area: calamine holds it whole, 32 bytes a cell, and two far cells span billions."""
CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
ERROR = re.compile(rb'<(?:\w+:)?c [^>]*\bt="e"')
UNCOMPUTED = re.compile(
    rb"<(?:\w+:)?c ([^>]*)>\s*<(?:\w+:)?f\b[^>]*>(?:[^<]*</(?:\w+:)?f>)?\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
EMPTY_TEXT = b't="str"'
"""A formula whose value is the empty text was computed."""
TEXT_BOX = re.compile(rb"<(?:\w+:)?txBody\b(?:(?!</(?:\w+:)?txBody>).)*<a:t>", re.DOTALL)
CHUNK = 1024 * 1024


def read(path: Path) -> Iterator[NativePage]:
    """Yield the sheets that are shown; one page without text when there are none.

    Raises DocumentRejectedError: ``encrypted``, ``too-large``, ``decompression-bomb``.
    """
    dropped = _scan(path) if zipfile.is_zipfile(path) else Counter[str]()
    try:
        book = CalamineWorkbook.from_path(path)
    except PasswordError:
        raise DocumentRejectedError("encrypted", "the workbook needs a password") from None
    shown = names(book, dropped)
    warnings = left_out(dropped)
    for name in shown:
        rows = _rows(book.get_sheet_by_name(name))
        text = blocks((heading(2, name), table(rows)))
        yield NativePage(
            text, "a sheet" if rows else "an empty sheet", (rows,) if rows else (), warnings
        )
        warnings = ()
    if not shown:
        yield NativePage("", "a workbook without sheets", warnings=warnings)


def names(book: CalamineWorkbook, dropped: Counter[str] | None = None) -> list[str]:
    """Return the names of the sheets that are shown; counts the others."""
    counts = Counter[str]() if dropped is None else dropped
    return [sheet.name for sheet in book.sheets_metadata if _is_shown(sheet, counts)]


def _is_shown(sheet: SheetMetadata, dropped: Counter[str]) -> bool:
    """Whether a sheet is one of cells that people see; counts the others."""
    if sheet.typ == SheetTypeEnum.ChartSheet:
        return False  # its chart is counted as such
    if sheet.typ != SheetTypeEnum.WorkSheet:
        dropped["macros-dropped"] += 1
        return False
    hidden = sheet.visible != SheetVisibleEnum.Visible
    dropped["hidden-dropped"] += hidden
    return not hidden


def _rows(sheet: CalamineSheet) -> Rows:
    if sheet.height * sheet.width > MAX_CELLS:
        raise DocumentRejectedError("too-large", f"a sheet of {sheet.height * sheet.width} cells")
    rows, characters = [], 0
    for row in sheet.iter_rows():
        rows.append([_written(value) for value in row])
        characters += sum(map(len, rows[-1]))
        if characters > MAX_TEXT_BYTES:
            raise DocumentRejectedError("too-large", "a sheet with more than 10 MB of text")
    return rectangular(rows)


def _written(value: Any) -> str:
    """Return a cell as Excel shows it without a format: 15 digits, dates as ISO 8601."""
    match value:
        case bool():
            return str(value).upper()
        case float():
            return f"{value:.15g}"
        case datetime():
            return value.isoformat(" ", "minutes" if not value.second else "seconds")
    return str(value)


def _scan(path: Path) -> Counter[str]:
    """Look through the cells before anything holds them, and count what has no value."""
    dropped = containers.leftovers(containers.names(path))
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name):
                dropped["objects-dropped"] += len(TEXT_BOX.findall(archive.read(name)))
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                columns, last = {b""}, 0
                for piece in _pieces(archive, name):
                    cells = CELL.findall(piece)
                    columns.update(column for column, _ in cells)
                    last = max(last, *(int(row) for _, row in cells[-1:]), 0)
                    dropped["values-missing"] += len(ERROR.findall(piece))
                    formulas = UNCOMPUTED.findall(piece)
                    dropped["values-missing"] += sum(EMPTY_TEXT not in c for c in formulas)
                if last * max(map(_column, columns)) > MAX_CELLS:
                    raise DocumentRejectedError(
                        "decompression-bomb", "a sheet's few cells span more than 10 million"
                    )
    return dropped


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield an entry in pieces that begin with a cell."""
    rest = b""
    with archive.open(name) as entry:
        while chunk := entry.read(CHUNK):
            piece = rest + chunk
            cut = max(piece.rfind(b"<c "), piece.rfind(b":c "), 0)
            yield piece[:cut]
            rest = piece[cut:]
    yield rest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
