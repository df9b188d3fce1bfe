"""What artifacts hold, field for field as the schemas in ``contracts/v1`` describe it."""

from __future__ import annotations

from recita_client.entries import Box, Grounding, Instance, Label, Moderation, Sentence
from recita_client.record import Record


class Word(Record):
    """One word; confidence from 0 to 100."""

    text: str
    confidence: float | None = None
    box: Box | None = None


class Line(Record):
    """One line of text, in reading order."""

    text: str
    confidence: float | None = None
    box: Box | None = None
    words: tuple[Word, ...] = ()


class Merged(Record):
    """Cells of a table that are one; ``row`` and ``column``, from 1, hold its text."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1


class Table(Record):
    """Cell texts, row by row; ``artifact`` is its CSV file."""

    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 0
    merged: tuple[Merged, ...] = ()
    title: str | None = None
    footer: str | None = None
    confidence: float | None = None
    box: Box | None = None
    artifact: str | None = None


class KeyValue(Record):
    """One labelled value of a form; a checkbox is ``selected`` or not."""

    key: str
    value: str
    confidence: float | None = None
    selected: bool | None = None
    key_box: Box | None = None
    value_box: Box | None = None


class Selection(Record):
    """A checkbox or radio button."""

    selected: bool
    confidence: float | None = None
    box: Box | None = None


class Page(Record):
    """One page."""

    number: int
    method: str
    why: str
    text: str = ""
    confidence: float | None = None
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    key_values: tuple[KeyValue, ...] = ()
    selections: tuple[Selection, ...] = ()
    error: str | None = None


class Picture(Record):
    """One picture; boxes of labels and faces refer to it, ``box`` to its page."""

    id: str
    page: int | None = None
    box: Box | None = None
    repeats: int = 0
    kind: str = "photo"
    width: int
    height: int
    alt: str = ""
    labels: tuple[Label, ...] = ()
    faces: int | None = None
    face_boxes: tuple[Instance, ...] = ()
    moderation: tuple[Moderation, ...] = ()
    text: str = ""
    description: str | None = None
    image: str | None = None
    error: str | None = None


class Summary(Record):
    """A summary in one language; sentences of a translation cite the pages of their source."""

    language: str
    title: str
    sentences: tuple[Sentence, ...]
    source_language: str
    model: str
    window_model: str | None = None
    prompt_version: str
    grounding: Grounding | None = None

    @property
    def text(self) -> str:
        """All sentences, as one paragraph."""
        return " ".join(sentence.text for sentence in self.sentences)


class Mark(Record):
    """When a word or sentence is heard, in milliseconds, and what it stands for.

    ``sentence`` counts the spoken sentences, ``source`` the summary's, both from 0; ``start`` and
    ``end`` are characters of that sentence.
    """

    time: int
    type: str
    value: str
    sentence: int
    pages: tuple[int, ...]
    source: int | None
    start: int | None
    end: int | None
