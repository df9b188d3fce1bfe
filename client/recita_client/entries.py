"""What a manifest lists, field for field as ``contracts/v1`` describes it.

Sets of names that may grow within 1.x, such as methods and stages, are plain text here.
"""

from __future__ import annotations

from recita_client.record import Record


class Reason(Record):
    """Why a document is not COMPLETED: a stable code, what happened, what to do next."""

    code: str
    message: str
    hint: str


class Upload(Record):
    """The upload; ``media_type`` was found in its bytes."""

    bucket: str
    key: str
    version_id: str
    bytes: int
    sha256: str
    media_type: str


class Child(Record):
    """A document that was attached to this one."""

    document_id: str
    key: str
    name: str
    media_type: str


class Language(Record):
    """A BCP 47 code; confidence from 0 to 1."""

    code: str
    confidence: float | None = None


class Classification(Record):
    """What kind of document it is; confidence from 0 to 1."""

    type: str
    confidence: float | None = None


class PageEntry(Record):
    """One page at a glance; ``Document.page`` has its content."""

    number: int
    method: str
    why: str
    characters: int
    confidence: float | None
    tables: int
    key_values: int
    artifact: str | None
    error: str | None


class Box(Record):
    """A bounding box as ratios (0 to 1) of the upright page or picture."""

    left: float
    top: float
    width: float
    height: float


class Instance(Record):
    """Where in the picture one object of a label stands."""

    box: Box
    confidence: float


class Label(Record):
    """What a picture shows; confidence from 0 to 100."""

    name: str
    confidence: float
    parents: tuple[str, ...] = ()
    instances: tuple[Instance, ...] = ()


class Moderation(Record):
    """What is unsafe about a picture; confidence from 0 to 100."""

    name: str
    confidence: float
    parent: str = ""


class ImageEntry(Record):
    """One picture; ``Document.picture`` has its boxes. ``image`` is null when it is withheld."""

    id: str
    page: int | None
    repeats: int = 0
    kind: str = "photo"
    labels: tuple[Label, ...]
    faces: int | None
    moderation: tuple[Moderation, ...]
    text: str
    alt: str = ""
    description: str | None
    image: str | None = None
    artifact: str
    error: str | None = None


class Grounding(Record):
    """How far a text rests on the document, 0 to 1, and the threshold it was held against."""

    score: float
    threshold: float


class Sentence(Record):
    """One sentence and its citations: the pages it rests on, and how well it does."""

    text: str
    pages: tuple[int, ...] = ()
    grounding: Grounding | None = None


class SummaryEntry(Record):
    """The summary in the document's own language."""

    text: str
    language: str
    artifact: str
    model: str
    window_model: str | None = None
    prompt_version: str
    grounding: Grounding | None
    sentences: tuple[Sentence, ...]


class Fact(Record):
    """One key fact, quoted from its page; kinds are date, amount, party, identifier, other."""

    name: str
    kind: str = "other"
    value: str
    page: int | None = None
    confidence: float | None = None


class Guardrail(Record):
    """Which guardrail, in which version."""

    id: str
    version: str


class Verdict(Record):
    """One verdict of the guardrail."""

    stage: str
    target: str
    action: str
    policies: tuple[str, ...] = ()
    guardrail: Guardrail


class MissingPage(Record):
    """A page that is not in something, and why."""

    page: int
    reason: str


class Translation(Record):
    """One requested language; ``text`` is the key of the whole text where that was asked for."""

    language: str
    status: str
    reason: Reason | None = None
    artifact: str | None = None
    text: str | None = None
    missing: tuple[MissingPage, ...] = ()


class SpokenText(Record):
    """The whole text, spoken; nulls where no page was."""

    artifact: str | None = None
    captions: str | None = None
    marks: str | None = None
    duration_seconds: float = 0
    characters: int = 0
    missing: tuple[MissingPage, ...] = ()


class AudioEntry(Record):
    """The spoken summary in one requested language; ``Document.audio`` has its sound and marks."""

    language: str
    status: str
    reason: Reason | None = None
    artifact: str | None = None
    voice: str | None = None
    engine: str | None = None
    captions: str | None = None
    marks: str | None = None
    read_along: str | None = None
    duration_seconds: float | None = None
    characters: int | None = None
    text: SpokenText | None = None


class PageLedger(Record):
    """Pages in = pages read + pages missing."""

    total: int = 0
    read: int = 0
    missing: tuple[MissingPage, ...] = ()


class CharacterLedger(Record):
    """Characters extracted, and how many of them the summary has seen."""

    extracted: int = 0
    summarised: int = 0


class MissingWindow(Record):
    """Pages, such as ``3-7``, that no summary has seen, and why."""

    pages: str
    reason: str


class WindowLedger(Record):
    """Windows a document was cut into = windows summarised + windows missing."""

    total: int = 0
    summarised: int = 0
    missing: tuple[MissingWindow, ...] = ()
