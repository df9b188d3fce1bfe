"""Pages as they were read."""

from __future__ import annotations

from typing import Literal

from recita.models.base import Model

Method = Literal["text-layer", "ocr", "native", "none"]


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


class Table(Model):
    """Cell texts, row by row."""

    rows: tuple[tuple[str, ...], ...]
    artifact: str | None = None


class KeyValue(Model):
    """One labelled value of a form."""

    key: str
    value: str
    confidence: float | None = None


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
    error: str | None = None

    @property
    def artifact(self) -> str:
        """Key relative to the document's prefix."""
        return f"pages/{self.number:04d}.json"


class Reading(Model):
    """All pages of a document, as later steps need them."""

    pages: tuple[Page, ...]
