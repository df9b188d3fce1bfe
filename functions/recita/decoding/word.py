"""Word documents (.docx, .docm): paragraphs, lists and tables in the order of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.part import Part, PartFactory
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.package import Package
from docx.parts.document import DocumentPart

from recita.decoding import containers, drawing
from recita.decoding.content import NativePage, left_out
from recita.decoding.drawing import Pictured
from recita.decoding.numbering import BULLET, Numbering, whole
from recita.decoding.stored import Stored, related
from recita.decoding.wordrun import PAGE, Runs
from recita.errors import DocumentRejectedError
from recita.text.markdown import Rows, blocks, heading, inline, item, rectangular, table

OTHER_MAIN_TYPES = (
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
"""Main parts of .docm, .dotm and .dotx, built like a .docx's; python-docx knows only that."""
for _type in OTHER_MAIN_TYPES:
    PartFactory.part_type_for[_type] = DocumentPart

NOTES = {"w:footnote": RT.FOOTNOTES, "w:endnote": RT.ENDNOTES}
SAME_PAGE = ("continuous", "nextColumn")
"""Kinds of sections that begin without a new page (ECMA-376-1, 17.18.77)."""
HEADING_NAME = re.compile(r"(?:heading ([1-9])|(title)|(subtitle))$", re.IGNORECASE)


@dataclass(frozen=True)
class Style:
    """What a paragraph style says about structure; level 0 is no heading."""

    level: int = 0
    number: str = ""
    depth: int = 0


@dataclass
class _Page:
    parts: list[str] = field(default_factory=list)
    tables: list[Rows] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: list[tuple[Part, Pictured]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.parts or self.tables)


def read(path: Path) -> Iterator[NativePage]:
    """Yield the pages of a Word document, which are what its author divided by page breaks.

    Where Word itself breaks pages depends on the printer, so it stands nowhere in the file.
    Raises DocumentRejectedError: ``corrupt``, ``unsupported-type``.
    """
    part = _opened(path)
    reader = _Reader(part)
    reader.read()
    dropped = containers.leftovers(containers.names(path)) + reader.runs.dropped
    # A chart's numbers are read, so the workbook that each brings along is nothing new.
    dropped["objects-dropped"] -= dropped.pop("charts-dropped", 0)
    pages = [page for page in reader.pages if page] or [_Page()]
    why = "a Word document" if len(pages) == 1 else "a Word document, divided at its page breaks"
    warnings = left_out(dropped)
    for page in pages:
        yield NativePage(blocks((*page.parts, *page.notes)), why, tuple(page.tables), warnings)
        warnings = ()


def pictures(path: Path) -> Iterator[Stored]:
    """Yield the pictures of a Word document, by the numbers of the pages that ``read`` yields."""
    reader = _Reader(_opened(path))
    reader.read()
    number = 0
    for page in reader.pages:
        number += bool(page)  # one without text is no page: what it shows goes before it
        for part, pictured in page.pictures:
            load = related(part, pictured.relation)
            if load:
                yield Stored(load, max(1, number), alt=pictured.alt, crop=pictured.crop)


def _opened(path: Path) -> DocumentPart:
    try:
        part = Package.open(str(path)).main_document_part
    except KeyError:
        raise DocumentRejectedError(
            "unsupported-type", "no ordinary Word document, perhaps Strict Open XML"
        ) from None
    if not isinstance(part, DocumentPart):
        raise DocumentRejectedError("corrupt", "the main part is no Word document")
    return part


class _Reader:
    """Walks through a document once."""

    def __init__(self, part: DocumentPart) -> None:
        self.pages = [_Page()]
        self._part = part
        self._body = part.element.find(qn("w:body"))
        self._styles = _styles(_related(part, RT.STYLES))
        self._numbering = Numbering(_related(part, RT.NUMBERING))
        self.runs = Runs({kind: _notes(part, kind) for kind in NOTES})

    def read(self) -> None:
        if self._body is None:
            raise DocumentRejectedError("corrupt", "the Word document has no body")
        sections = list(self._body.iter(qn("w:sectPr")))
        self._margins(sections, "w:headerReference")
        self._blocks(self._body, sections)
        self._margins(sections, "w:footerReference")

    def _margins(self, sections: list[Any], kind: str) -> None:
        """Add what stands at the head or foot of all pages, once; bare page numbers say nothing."""
        seen: set[str] = set()
        for reference in (ref for section in sections for ref in section.findall(qn(kind))):
            part = self._part.related_parts.get(reference.get(qn("r:id")) or "")
            if part is None:
                continue
            text = "\n".join(self._texts(_root(part)))
            self._take_pictures(part)
            if re.search(r"[^\W\d_]{2}", text) and text not in seen:
                seen.add(text)
                self.pages[-1].parts.append(text)

    def _take_pictures(self, part: Part, before: int = 0) -> None:
        """Put pictures onto the page on which they were met; ``before``: pages up to there."""
        for breaks, pictured in self.runs.take_pictures():
            page = self.pages[before + breaks - 1] if before else self.pages[-1]
            page.pictures.append((part, pictured))

    def _texts(self, element: Any) -> list[str]:
        """Return the paragraphs below an element, those of tables too, as lines."""
        paragraphs = (self.runs.text(p) for p in self.runs.paragraphs(element))
        return [text for p in paragraphs if (text := inline(p))]

    def _blocks(self, parent: Any, sections: list[Any]) -> None:
        for child in parent:
            if child.tag == qn("w:p"):
                self._paragraph(child, sections)
            elif child.tag == qn("w:tbl"):
                self._table(child, sections)
            elif child.tag == qn("w:altChunk"):
                self.runs.dropped["objects-dropped"] += 1
            elif isinstance(child.tag, str) and child.tag not in self.runs.unread:
                self._blocks(child, sections)  # content controls, insertions, custom XML

    def _paragraph(self, paragraph: Any, sections: list[Any]) -> None:
        properties = paragraph.find(qn("w:pPr"))
        style = self._style(properties)
        if _flag(properties, "w:pageBreakBefore"):
            self.pages.append(_Page())
        before = len(self.pages)
        first, *others = self.runs.text(paragraph).split(PAGE)
        self._add(first, style)
        for text in others:
            self.pages.append(_Page())
            self._add(text, Style())
        self._take_pictures(self._part, before)
        for box in self.runs.take_boxes():
            self._blocks(box, [])
        for kind, name in self.runs.take_drawings():
            self._drawing(kind, self._part.related_parts.get(name))
        ended = None if properties is None else properties.find(qn("w:sectPr"))
        if ended is not None and ended in sections:
            following = sections[sections.index(ended) + 1 :]
            if following and _value(following[0], "w:type") not in SAME_PAGE:
                self.pages.append(_Page())

    def _add(self, text: str, style: Style) -> None:
        page = self.pages[-1]
        page.notes += self.runs.take_notes()
        if not text.strip():
            return
        mark = self._numbering.mark(style.number, style.depth) if style.number else ""
        if style.level:
            page.parts.append(heading(style.level, f"{mark.removeprefix(BULLET)} {text}"))
        elif mark:
            mark = mark if mark == BULLET or re.fullmatch(r"\d+\.", mark) else f"- {mark}"
            page.parts.append(item(text, level=style.depth, mark=mark))
        else:
            page.parts.append("\n".join(inline(line) for line in text.strip().split("\n")))

    def _style(self, properties: Any | None) -> Style:
        if properties is None:
            return self._styles.get("", Style())
        known = self._styles.get(_value(properties, "w:pStyle") or "", Style())
        return _structure(properties, known)

    def _table(self, element: Any, sections: list[Any]) -> None:
        rows = rectangular([self._row(row) for row in self.runs.rows(element)])
        if rows and len(rows[0]) > 1:
            self.pages[-1].parts.append(table(rows))
            self.pages[-1].tables.append(rows)
            self.pages[-1].notes += self.runs.take_notes()
        elif rows:  # a frame around text
            self.runs.take_notes()
            self.runs.take_pictures()
            for cell in element.iter(qn("w:tc")):
                self._blocks(cell, sections)
        self._take_pictures(self._part)

    def _drawing(self, kind: str, part: Part | None) -> None:
        if part is None:
            return
        if kind == "diagram":
            self.pages[-1].parts += [item(text) for text in drawing.diagram_lines(_root(part))]
            return
        rows = rectangular(drawing.chart_rows(_root(part)))
        self.pages[-1].parts += [drawing.chart_title(_root(part)), table(rows)]
        self.pages[-1].tables += [rows] if rows else []

    def _row(self, row: Any) -> list[str]:
        cells: list[str] = []
        for cell in self.runs.cells(row):
            properties = cell.find(qn("w:tcPr"))
            merged = None if properties is None else properties.find(qn("w:vMerge"))
            below = merged is not None and merged.get(qn("w:val")) != "restart"
            span = 1 if properties is None else whole(_value(properties, "w:gridSpan"), 1)
            text = "" if below else " ".join(self._texts(cell))
            cells += [text.replace(PAGE, " "), *[""] * (min(span, 63) - 1)]
        return cells


def _related(part: Part, kind: str) -> Any | None:
    try:
        return _root(part.part_related_by(kind))
    except KeyError:
        return None


def _root(part: Part) -> Any:
    return parse_xml(part.blob)


def _notes(part: Part, kind: str) -> dict[str, Any]:
    root = _related(part, NOTES[kind])
    found = [] if root is None else root.findall(qn(kind))
    return {note.get(qn("w:id")): note for note in found}


def _styles(root: Any | None) -> dict[str, Style]:
    """Return the paragraph styles by id, each with what it takes over from those it is based on."""
    found = {} if root is None else {s.get(qn("w:styleId")): s for s in root.iter(qn("w:style"))}
    return {name: _resolved(style, found) for name, style in found.items()}


def _resolved(style: Any, found: dict[str, Any]) -> Style:
    chain = [style]
    while (base := found.get(_value(chain[-1], "w:basedOn") or "")) is not None:
        if base in chain:
            break
        chain.append(base)
    known = Style()
    for element in reversed(chain):
        name = HEADING_NAME.match(_value(element, "w:name") or "")
        if name:
            known = Style(int(name[1] or (1 if name[2] else 2)), known.number, known.depth)
        properties = element.find(qn("w:pPr"))
        known = known if properties is None else _structure(properties, known)
    return known


def _structure(properties: Any, known: Style) -> Style:
    """Return what paragraph properties add to a style."""
    outline = _value(properties, "w:outlineLvl")
    level = known.level if outline is None else (whole(outline, 9) + 1) % 10
    numbered = properties.find(qn("w:numPr"))
    if numbered is None:
        return Style(level, known.number, known.depth)
    number = _value(numbered, "w:numId")
    depth = whole(_value(numbered, "w:ilvl"), known.depth)
    number = known.number if number is None else number
    return Style(level, "" if number == "0" else number, depth)


def _value(element: Any, child: str) -> str | None:
    found = element.find(qn(child))
    return None if found is None else found.get(qn("w:val"))


def _flag(properties: Any | None, name: str) -> bool:
    """Whether an on/off property is on (ECMA-376-1, 17.17.4)."""
    found = None if properties is None else properties.find(qn(name))
    return found is not None and found.get(qn("w:val")) not in ("0", "false", "off")
