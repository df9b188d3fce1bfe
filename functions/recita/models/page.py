"""Pages as they were read."""

from __future__ import annotations

from typing import Literal

from recita.models.base import Model

Method = Literal["text-layer", "ocr", "native", "none"]
Feature = Literal["TABLES", "FORMS", "LAYOUT"]
"""What Textract can look for beside text; each is paid by the page."""


class Box(Model):
    """A bounding box as ratios (0 to 1) of the upright page."""

    left: float
    top: float
    width: float
    height: float


class Word(Model):
    """One word; ``confidence`` is 0 to 100."""

    text: str
    confidence: float | None = None
    box: Box | None = None


class Line(Model):
    """One line of text, in reading order."""

    text: str
    confidence: float | None = None
    box: Box | None = None
    words: tuple[Word, ...] = ()


class Merged(Model):
    """Cells of a table that are one; ``row`` and ``column``, from 1, hold its text."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1


class Table(Model):
    """Cell texts, row by row, each row as long as the others; a checkbox reads [x] or [ ]."""

    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 0
    """How many of the first rows are headings."""
    merged: tuple[Merged, ...] = ()
    title: str | None = None
    footer: str | None = None
    confidence: float | None = None
    box: Box | None = None
    artifact: str | None = None
    """The CSV file, relative to the document's prefix."""


class KeyValue(Model):
    """One labelled value of a form; a checkbox reads [x] or [ ] and is ``selected`` or not."""

    key: str
    value: str
    confidence: float | None = None
    selected: bool | None = None
    key_box: Box | None = None
    value_box: Box | None = None


class Selection(Model):
    """A checkbox or radio button, whether or not it is part of a table or a form."""

    selected: bool
    confidence: float | None = None
    box: Box | None = None


class Page(Model):
    """The content of ``pages/0001.json``: one page, however it was read."""

    number: int
    method: Method
    why: str
    text: str = ""
    confidence: float | None = None
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    key_values: tuple[KeyValue, ...] = ()
    selections: tuple[Selection, ...] = ()
    error: str | None = None

    @property
    def artifact(self) -> str:
        """Key relative to the document's prefix."""
        return f"pages/{self.number:04d}.json"


class Reading(Model):
    """All pages of a document, as later steps need them."""

    pages: tuple[Page, ...]
