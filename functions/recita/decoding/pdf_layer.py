"""The text layers of a PDF: words and lines in reading order, and what each layer is worth."""

from __future__ import annotations

import ctypes
import resource
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pypdfium2 as pdfium
from pypdfium2 import raw

from recita.decoding import glyphs, pdf
from recita.decoding.glyphs import Quad, Run
from recita.errors import DocumentRejectedError
from recita.text.layer import judge
from recita.text.order import Placed, reading_order

Verdict = Literal["good", "blank", "ocr", "lost"]
PARAGRAPH_GAP = 0.9
"""Line heights of white between two lines that begins a new paragraph."""
MAX_OBJECTS = 5000
"""Objects looked at for pictures; a page with more is a drawing."""
MAX_FORMS = 3
"""Forms within forms that are looked into."""
MAX_GROWTH = 128 * 1024 * 1024
"""Bytes after which the document is opened anew: PDFium keeps every stream that it has met."""
BOMB = "decompression-bomb"
FILLED_BY_HAND = (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT)
"""Annotations whose text a reader sees on the page: form fields, and notes typed onto it."""

LayerLine = tuple[str, Quad, tuple[tuple[str, Quad], ...]]
"""A line's text and box, and those of its words; plain, for it travels between processes."""


@dataclass(frozen=True)
class LayerPage:
    """The text layer of one page, and what it is worth: it stands for the page, or OCR must.

    ``lost``: the page can't be opened, or ended the process that read it; ``error`` is its code.
    """

    number: int
    verdict: Verdict
    why: str
    text: str = ""
    lines: tuple[LayerLine, ...] = ()
    error: str | None = None


def read_layers(path: Path, first: int = 1) -> Iterator[LayerPage]:
    """Yield the text layer of every page from the ``first`` (1-based) on."""
    index, pages = first - 1, first
    while index < pages:
        with pdf.opened(path) as document:
            pages, before = len(document), resident()
            while index < pages:
                layer = _layer(document, index)
                yield _checked(path, layer) if layer.verdict == "blank" else layer
                index += 1
                if resident() - before > MAX_GROWTH:
                    break


def resident() -> int:
    """Bytes of this process in memory; 0 where the kernel does not tell."""
    if sys.platform != "linux":
        return 0
    statm = Path("/proc/self/statm").read_text(encoding="ascii")
    return int(statm.split()[1]) * resource.getpagesize()


def _checked(path: Path, layer: LayerPage) -> LayerPage:
    """Return a blank page, or why nothing was found on one that is not: blank is no gap."""
    try:
        if not pdf.paints(path, layer.number - 1):
            return layer
    except DocumentRejectedError as error:
        if error.code == BOMB:
            return replace(layer, verdict="lost", why=str(error), error=BOMB)
    return replace(layer, verdict="ocr", why="the page's content can't be decoded")


def _layer(document: pdfium.PdfDocument, index: int) -> LayerPage:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return LayerPage(index + 1, "lost", "the page can't be opened", error="corrupt")
    with closing(page):
        page = with_annotations(document, page, index, FILLED_BY_HAND)
        with closing(page.get_textpage()) as textpage:
            return _read(page, textpage, index + 1)


def with_annotations(
    document: pdfium.PdfDocument, page: Any, index: int, kinds: tuple[int, ...]
) -> Any:
    """Return the page with its annotations drawn onto it, as readers show it, if it has such."""
    count = raw.FPDFPage_GetAnnotCount(page)
    if not any(_subtype(page, number) in kinds for number in range(count)):
        return page
    if raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
        return page
    page.close()
    return document[index]  # PDFium reads the new content only when the page is opened again


def _subtype(page: Any, number: int) -> int:
    annotation = raw.FPDFPage_GetAnnot(page, number)
    if not annotation:
        return 0
    try:
        return int(raw.FPDFAnnot_GetSubtype(annotation))
    finally:
        raw.FPDFPage_CloseAnnot(annotation)


def _read(page: Any, textpage: Any, number: int) -> LayerPage:
    count = raw.FPDFText_CountChars(textpage)
    rows = _rows(page, textpage, count)
    text = _text(rows)
    painted = raw.FPDFPage_CountObjects(page)
    if not text and not painted:
        return LayerPage(number, "blank", "blank page")
    invisible = bool(text) and glyphs.invisible(textpage, count)
    good, why = judge(text, picture=_largest_picture(page, painted), invisible=invisible)
    if not good:
        return LayerPage(number, "ocr", why)
    return LayerPage(number, "good", why, text, tuple(_line(row) for row in rows))


def _rows(page: Any, textpage: Any, count: int) -> list[list[Run]]:
    found = glyphs.runs(textpage, count, glyphs.frame(page, textpage, count))
    return reading_order([Placed(run, *run.box, len(run.text)) for run in found])


def _text(rows: list[list[Run]]) -> str:
    """Return the lines, with an empty one where a paragraph or a column begins."""
    parts: list[str] = []
    before: Quad | None = None
    for row in rows:
        box = glyphs.united([run.box for run in row])
        if before is not None:
            gap, height = box[1] - before[3], min(box[3] - box[1], before[3] - before[1])
            parts.append("\n\n" if gap > PARAGRAPH_GAP * height or gap < -2 * height else "\n")
        parts.append(" ".join(run.text for run in row))
        before = box
    return "".join(parts)


def _line(row: list[Run]) -> LayerLine:
    words = tuple((word.text, word.box) for run in row for word in run.words)
    return " ".join(run.text for run in row), glyphs.united([run.box for run in row]), words


def _largest_picture(page: Any, objects: int) -> float:
    """Return the share of the page (0 to 1) that its largest image covers."""
    width, height = page.get_size()
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    largest = 0.0
    for number in range(min(objects, MAX_OBJECTS)):
        shown = raw.FPDFPage_GetObject(page, number)
        if _pictured(shown) and raw.FPDFPageObj_GetBounds(shown, left, bottom, right, top):
            area = (right.value - left.value) * (top.value - bottom.value)
            largest = max(largest, area / (width * height))
    return min(1.0, largest)


def _pictured(shown: Any, depth: int = 0) -> bool:
    """Whether an object of the page is an image, or a form that holds one."""
    kind = raw.FPDFPageObj_GetType(shown)
    if kind != raw.FPDF_PAGEOBJ_FORM or depth == MAX_FORMS:
        return bool(kind == raw.FPDF_PAGEOBJ_IMAGE)
    count = min(raw.FPDFFormObj_CountObjects(shown), MAX_OBJECTS)
    return any(_pictured(raw.FPDFFormObj_GetObject(shown, n), depth + 1) for n in range(count))
