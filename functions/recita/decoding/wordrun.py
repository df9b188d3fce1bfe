"""The text inside a Word paragraph, and where to look for paragraphs, rows and cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from docx.oxml.ns import qn

from recita.decoding import drawing
from recita.decoding.drawing import Pictured

PAGE = "\f"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
WRITTEN: dict[str, Callable[[Any], str]] = {
    qn("w:t"): lambda element: element.text or "",
    f"{MATH}t": lambda element: element.text or "",
    qn("w:tab"): lambda _: " ",
    qn("w:ptab"): lambda _: " ",
    qn("w:cr"): lambda _: "\n",
    qn("w:noBreakHyphen"): lambda _: "-",
    qn("w:sym"): lambda element: _symbol(element.get(qn("w:char")) or ""),
}
"""What elements of a run write (ECMA-376-1, 17.3.3)."""
MAX_SYMBOL = 0xE000
"""Symbols from here on are places in a symbol font and mean nothing without it."""
NOTE_KINDS = {qn("w:footnoteReference"): "w:footnote", qn("w:endnoteReference"): "w:endnote"}
TEXT_BOX = qn("w:txbxContent")
DRAWINGS = (qn("w:drawing"), qn("w:pict"))


class Runs:
    """Reads runs, and remembers what it met on the way: notes, text boxes, what was left out."""

    def __init__(self, notes: dict[str, dict[str, Any]]) -> None:
        self.dropped: Counter[str] = Counter()
        self.unread = frozenset(
            qn(name)
            for name in (
                *("w:pPr", "w:rPr", "w:sectPr", "w:tblPr", "w:tblGrid", "w:trPr", "w:tcPr"),
                *("w:sdtPr", "w:sdtEndPr", "w:instrText", "w:delText", "w:rt", "w:moveFrom"),
                *("w:del", "w:object", "w:fldChar", "w:binData"),
            )
        )
        self._written = (
            WRITTEN
            | dict.fromkeys(NOTE_KINDS, self._note)
            | {
                TEXT_BOX: self._box,
                qn("w:br"): self._break,
            }
            | dict.fromkeys(DRAWINGS, self._drawing)
        )
        self._notes = notes
        self._shown: dict[tuple[str, str], int] = {}
        self._new: list[tuple[int, Any]] = []
        self._boxes: list[Any] = []
        self._drawings: list[tuple[str, str]] = []
        self._breaks = 0
        self._pictures: list[tuple[int, Pictured]] = []

    def text(self, element: Any) -> str:
        """Return the text below an element; line breaks are newlines, page breaks form feeds."""
        self._breaks = 0
        return "".join(self._pieces(element))

    def take_boxes(self) -> list[Any]:
        """Return the text boxes met since the last call: they float beside their paragraph."""
        boxes, self._boxes = self._boxes, []
        return boxes

    def take_drawings(self) -> list[tuple[str, str]]:
        """Return the charts and diagrams met since the last call, by kind and part."""
        drawings, self._drawings = self._drawings, []
        return drawings

    def take_pictures(self) -> list[tuple[int, Pictured]]:
        """Return the pictures met since the last call, and after how many page breaks each was."""
        pictures, self._pictures = self._pictures, []
        return pictures

    def take_notes(self) -> list[str]:
        """Return the foot- and endnotes referred to since the last call, as Markdown."""
        notes, self._new = self._new, []
        return [f"[^{number}]: {' '.join(self.text(note).split())}" for number, note in notes]

    def paragraphs(self, element: Any) -> Iterator[Any]:
        """Yield the paragraphs below an element, without those of text boxes."""
        return self._below(element, "w:p")

    def rows(self, table: Any) -> Iterator[Any]:
        """Yield the rows of a table that were not deleted."""
        for row in self._below(table, "w:tr"):
            properties = row.find(qn("w:trPr"))
            if properties is None or properties.find(qn("w:del")) is None:
                yield row

    def cells(self, row: Any) -> Iterator[Any]:
        """Yield the cells of a row."""
        return self._below(row, "w:tc")

    def _below(self, element: Any, name: str) -> Iterator[Any]:
        for child in element:
            if child.tag == qn(name):
                yield child
            elif isinstance(child.tag, str) and child.tag not in self.unread:
                yield from self._below(child, name)

    def _pieces(self, element: Any) -> Iterator[str]:
        for child in element:
            if child.tag in self._written:
                yield self._written[child.tag](child)
            elif child.tag in self.unread:
                self.dropped["deletions-dropped"] += child.tag == qn("w:del")
            elif isinstance(child.tag, str):  # a comment has none
                yield from self._nested(child)

    def _nested(self, element: Any) -> Iterator[str]:
        if element.tag == qn("w:r") and _is_hidden(element):
            self.dropped["hidden-dropped"] += 1
        elif element.tag == f"{drawing.MC}AlternateContent":
            form = drawing.alternative(element)
            if form is not None:
                yield from self._pieces(form)
        else:
            yield from self._pieces(element)
            if element.tag == qn("w:p"):
                yield "\n"

    def _drawing(self, element: Any) -> str:
        self._drawings += drawing.references(element)
        self._pictures += [(self._breaks, found) for found in drawing.pictures(element)]
        return "".join(self._pieces(element))

    def _break(self, element: Any) -> str:
        page = element.get(qn("w:type")) == "page"
        self._breaks += page
        return PAGE if page else "\n"

    def _box(self, content: Any) -> str:
        self._boxes.append(content)
        return ""

    def _note(self, reference: Any) -> str:
        kind, name = NOTE_KINDS[reference.tag], reference.get(qn("w:id")) or ""
        note = self._notes[kind].get(name)
        if note is None:
            return ""
        number = self._shown.setdefault((kind, name), len(self._shown) + 1)
        self._new.append((number, note))
        return f"[^{number}]"


def _symbol(code: str) -> str:
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    return chr(value) if 32 <= value < MAX_SYMBOL else ""


def _is_hidden(run: Any) -> bool:
    properties = run.find(qn("w:rPr"))
    found = None if properties is None else properties.find(qn("w:vanish"))
    return found is not None and found.get(qn("w:val")) not in ("0", "false", "off")
