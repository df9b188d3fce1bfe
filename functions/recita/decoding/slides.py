"""Presentations (.pptx, .pptm, .ppsx): a slide is a page; its notes follow it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pptx
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.presentation import Presentation
from pptx.slide import Slide

from recita.decoding import containers, drawing
from recita.decoding.content import NativePage, left_out
from recita.errors import DocumentRejectedError
from recita.text.markdown import Rows, blocks, heading, inline, item, rectangular, table

TITLES = ("title", "ctrTitle")
LISTS = ("body", "obj")
"""Placeholders whose paragraphs have bullets unless told otherwise."""
FURNITURE = ("dt", "sldNum", "sldImg", "hdr")
"""Placeholders that say nothing of their slide (ECMA-376-1, 19.7.10)."""


def read(path: Path) -> Iterator[NativePage]:
    """Yield the slides that are shown; one page without text when there are none.

    Raises DocumentRejectedError: ``corrupt``, ``unsupported-type``.
    """
    dropped = containers.leftovers(containers.names(path))
    # A chart's numbers are read, so the workbook that each brings along is nothing new.
    dropped["objects-dropped"] -= dropped.pop("charts-dropped", 0)
    presentation = opened(path)
    shown = slides_of(presentation)
    dropped["hidden-dropped"] = len(presentation.slides) - len(shown)
    warnings, footers = left_out(dropped), set[str]()
    for slide in shown:
        reader = _Slide(slide, footers)
        yield NativePage(reader.text(), "a slide", tuple(reader.tables), warnings)
        warnings = ()
    if not shown:
        yield NativePage("", "a presentation without slides", warnings=warnings)


def slides_of(presentation: Presentation) -> list[Slide]:
    """Return the slides that are shown."""
    return [s for s in presentation.slides if s.element.get("show") not in ("0", "false")]


def opened(path: Path) -> Presentation:
    """Open a presentation; raises DocumentRejectedError: ``unsupported-type``."""
    try:
        return pptx.Presentation(str(path))
    except KeyError:
        raise DocumentRejectedError(
            "unsupported-type", "no ordinary presentation, perhaps Strict Open XML"
        ) from None


class _Slide:
    """Reads one slide in the order in which screen readers do: that of its shapes."""

    def __init__(self, slide: Slide, footers: set[str]) -> None:
        self.tables: list[Rows] = []
        self._slide = slide
        self._titles: list[str] = []
        self._parts: list[str] = []
        self._footers = footers

    def text(self) -> str:
        """Return the slide as Markdown: title, shapes, notes."""
        self._shapes(self._slide.shapes.element)
        notes = ""
        if self._slide.has_notes_slide and self._slide.notes_slide.notes_text_frame:
            notes = self._slide.notes_slide.notes_text_frame.text.replace("\v", "\n").strip()
        return blocks((*self._titles, *self._parts, f"Notes: {notes}" if notes else ""))

    def _shapes(self, parent: Any) -> None:
        for child in parent:
            if child.tag == qn("p:sp"):
                self._shape(child)
            elif child.tag == qn("p:grpSp"):
                self._shapes(child)
            elif child.tag == qn("p:graphicFrame"):
                self._frame(child)
            elif (form := drawing.alternative(child)) is not None:
                self._shapes(form)

    def _shape(self, shape: Any) -> None:
        placeholder = shape.find(f".//{qn('p:nvPr')}/{qn('p:ph')}")
        kind = "" if placeholder is None else placeholder.get("type", "obj")
        body = shape.find(qn("p:txBody"))
        if body is None or kind in FURNITURE:
            return
        line = " ".join(drawing.lines(body))
        if kind in TITLES:
            self._titles += [heading(1, line)] if line else []
        elif kind == "ftr":
            self._parts += [line] if line not in self._footers else []
            self._footers.add(line)
        else:
            self._parts += _paragraphs(body, listed=kind in LISTS)

    def _frame(self, frame: Any) -> None:
        for grid in frame.iter(qn("a:tbl")):
            self._table([[_cell(c) for c in row.iter(qn("a:tc"))] for row in grid.iter(qn("a:tr"))])
        for kind, name in drawing.references(frame):
            root = self._related(name)
            if root is not None and kind == "chart":
                self._parts.append(drawing.chart_title(root))
                self._table(drawing.chart_rows(root))
            elif root is not None:
                self._parts += [item(text) for text in drawing.diagram_lines(root)]

    def _related(self, name: str) -> Any | None:
        try:
            return parse_xml(self._slide.part.related_part(name).blob)
        except KeyError:
            return None

    def _table(self, cells: list[list[str]]) -> None:
        rows = rectangular(cells)
        if rows:
            self.tables.append(rows)
            self._parts.append(table(rows))


def _cell(cell: Any) -> str:
    """Return a cell's text; those that a merged one covers are empty."""
    covered = any(cell.get(name) in ("1", "true") for name in ("hMerge", "vMerge"))
    return "" if covered else " ".join(drawing.lines(cell))


def _paragraphs(body: Any, *, listed: bool) -> Iterator[str]:
    for paragraph in body.iter(qn("a:p")):
        text = drawing.paragraph(paragraph).strip()
        properties = paragraph.find(qn("a:pPr"))
        level = 0 if properties is None else int(properties.get("lvl") or 0)
        marks = set() if properties is None else {child.tag for child in properties}
        bullet = bool(marks & {qn("a:buChar"), qn("a:buAutoNum"), qn("a:buBlip")})
        if text and (bullet or (listed and qn("a:buNone") not in marks)):
            yield item(text, level=level)
        elif text:
            yield "\n".join(inline(line) for line in text.split("\n"))
