"""The pictures of a workbook (.xlsx, .xlsm, .xlsb, .ods), on the sheets that are shown."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from docx.oxml.parser import parse_xml
from python_calamine import CalamineWorkbook

from recita.decoding import drawing, sheets
from recita.decoding.stored import Stored

RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
SHEET_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
ODF = "{urn:oasis:names:tc:opendocument:xmlns:"
HREF = "{http://www.w3.org/1999/xlink}href"
WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin")
CELL_PICTURES = "xl/richData/richValueRel.xml"
"""Where Excel keeps what the pictures inside cells are."""
MAX_XML = 64 * 1024 * 1024
"""Bytes; a tree takes ten times as many, and only huge tables of OpenDocument are larger."""


def pictures(path: Path) -> Iterator[Stored]:
    """Yield the pictures of a workbook by the numbers of the sheets that ``sheets.read`` yields."""
    shown = sheets.names(CalamineWorkbook.from_path(path))
    numbers = {name: number for number, name in enumerate(shown, start=1)}
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "content.xml" in names:
            yield from _of_tables(archive, numbers)
        else:
            yield from _of_sheets(archive, names, numbers)


def _of_sheets(
    archive: zipfile.ZipFile, names: set[str], numbers: dict[str, int]
) -> Iterator[Stored]:
    for part, number in _sheets(archive, names, numbers):
        for place in _related(archive, part, "/drawing").values():
            root = _parsed(archive, place)
            files = _related(archive, place, "/image")
            for picture in () if root is None else root.iter(f"{SHEET_DRAWING}pic"):
                yield from _pictured(archive, picture, files, number)
    for file in _related(archive, CELL_PICTURES, "/image").values():
        yield Stored(partial(archive.read, file))


def _sheets(
    archive: zipfile.ZipFile, names: set[str], numbers: dict[str, int]
) -> Iterator[tuple[str, int]]:
    """Yield the parts of the sheets that are shown, and their numbers."""
    book = next((name for name in WORKBOOKS if name in names), WORKBOOKS[0])
    parts = _related(archive, book, "/worksheet")
    root = _parsed(archive, book) if book.endswith(".xml") else None
    if root is None:  # binary: the sheets lie in the order of their numbers
        ordered = sorted(
            parts.values(), key=lambda part: [int(n) for n in re.findall(r"\d+", part)]
        )
        yield from zip(ordered, numbers.values(), strict=False)
        return
    for sheet in root.iter("{*}sheet"):
        part = parts.get(sheet.get(f"{drawing.RELATION}id") or "")
        number = numbers.get(sheet.get("name") or "")
        if part and number:
            yield part, number


def _pictured(
    archive: zipfile.ZipFile, picture: Any, files: dict[str, str], number: int
) -> Iterator[Stored]:
    named = picture.find(f".//{SHEET_DRAWING}cNvPr")
    alt = "" if named is None else named.get("descr") or ""
    for blip in picture.iter(f"{drawing.A}blip"):
        file = files.get(blip.get(f"{drawing.RELATION}embed") or "")
        if file:
            load = partial(archive.read, file)
            yield Stored(load, number, alt=alt, crop=drawing.crop(blip.getnext()))


def _of_tables(archive: zipfile.ZipFile, numbers: dict[str, int]) -> Iterator[Stored]:
    """Yield the pictures of an OpenDocument sheet (ODF 1.3 part 3, 10.4)."""
    root = _parsed(archive, "content.xml")
    for table in () if root is None else root.iter(f"{ODF}table:1.0}}table"):
        number = numbers.get(table.get(f"{ODF}table:1.0}}name") or "")
        for frame in table.iter(f"{ODF}drawing:1.0}}frame"):
            named = (
                frame.findtext(f"{ODF}svg-compatible:1.0}}{name}") for name in ("desc", "title")
            )
            alt = next((text for text in named if text), "")
            image = frame.find(f"{ODF}drawing:1.0}}image")  # others are the same in other formats
            file = "" if image is None else image.get(HREF) or ""
            if number and file and ":" not in file:
                yield Stored(partial(archive.read, file.removeprefix("./")), number, alt=alt)


def _related(archive: zipfile.ZipFile, part: str, kind: str) -> dict[str, str]:
    """Return the parts that one refers to by a kind of relation, by its ids."""
    folder, name = posixpath.split(part)
    root = _parsed(archive, f"{folder}/_rels/{name}.rels")
    found = () if root is None else root.iter(f"{RELATIONSHIPS}Relationship")
    return {
        relation.get("Id"): posixpath.normpath(
            posixpath.join("/", folder, relation.get("Target") or "")
        ).lstrip("/")
        for relation in found
        if (relation.get("Type") or "").endswith(kind) and relation.get("TargetMode") != "External"
    }


def _parsed(archive: zipfile.ZipFile, name: str) -> Any | None:
    """Return a part; Excel finds it with a slash before its name, too."""
    for written in (name, f"/{name}"):
        try:
            small = archive.getinfo(written).file_size <= MAX_XML
            return parse_xml(archive.read(written)) if small else None
        except KeyError:
            continue
        except SyntaxError:
            break
    return None
