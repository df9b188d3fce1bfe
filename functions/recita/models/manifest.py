"""The contract that consumers read: ``documents/<document_id>/manifest.json``."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from recita.models.base import Model
from recita.models.document import Child, Route
from recita.models.page import Method
from recita.models.picture import Kind, Label, Moderation, SkippedPictures
from recita.models.reasons import Reason
from recita.models.record import Artifact, EngineUsed, StepError, StepStatus, Usage, Warned
from recita.models.summary import (
    Classification,
    Fact,
    Grounding,
    Language,
    MissingPage,
    Sentence,
    SpokenText,
    Verdict,
    WindowLedger,
)

SCHEMA_VERSION = "1.0"

Status = Literal["COMPLETED", "PARTIAL", "BLOCKED", "REJECTED", "FAILED"]


class Source(Model):
    """The upload."""

    bucket: str
    key: str
    version_id: str
    bytes: int
    sha256: str
    media_type: str


class PageEntry(Model):
    """One page; its full content lies in ``artifact``."""

    number: int
    method: Method
    why: str
    characters: int
    confidence: float | None
    tables: int
    key_values: int
    artifact: str | None
    error: str | None


class ImageEntry(Model):
    """One picture; boxes and the derived JPEG are named in ``artifact``."""

    id: str
    page: int | None
    repeats: int
    kind: Kind
    labels: tuple[Label, ...]
    faces: int | None
    moderation: tuple[Moderation, ...]
    text: str
    alt: str
    description: str | None
    image: str | None
    artifact: str
    error: str | None


class SummaryEntry(Model):
    """The summary in the document's own language."""

    text: str
    language: str
    artifact: str
    model: str
    window_model: str | None = None
    prompt_version: str
    grounding: Grounding | None
    sentences: tuple[Sentence, ...]


class LanguageEntry(Model):
    """What became of one requested language; SUCCEEDED when all is there that was asked for."""

    language: str
    status: StepStatus
    reason: Reason | None = None
    artifact: str | None = None


class TranslationEntry(LanguageEntry):
    """The summary in one requested language, and the whole text where that was asked for."""

    text: str | None = None
    """Key of the text; pages that are not in it are told."""
    missing: tuple[MissingPage, ...] = ()


class AudioEntry(LanguageEntry):
    """The spoken summary in one requested language."""

    voice: str | None = None
    engine: str | None = None
    captions: str | None = None
    marks: str | None = None
    read_along: str | None = None
    """The page that lights the words as they are spoken; it plays the MP3 beside it."""
    duration_seconds: float | None = None
    characters: int | None = None
    """Of the summary that was spoken."""
    text: SpokenText | None = None


class MissingLanguage(Model):
    """A language that was asked for and not delivered, and why."""

    language: str
    reason: str


class PageLedger(Model):
    """Pages in = pages read + pages missing."""

    total: int = 0
    read: int = 0
    missing: tuple[MissingPage, ...] = ()


class CharacterLedger(Model):
    """Characters extracted, and how many of them the summary has seen."""

    extracted: int = 0
    summarised: int = 0


class LanguageLedger(Model):
    """Languages asked for = translated and spoken, or missing with a reason."""

    requested: tuple[str, ...] = ()
    translated: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    missing: tuple[MissingLanguage, ...] = ()
    characters_spoken: int = 0
    seconds_spoken: float = 0
    """Both over all languages: speech that is far shorter than its text was cut off."""


class MissingImage(Model):
    """A picture that was not seen, or not described though the rule asks for it, and why."""

    image: str
    reason: str


class ImageLedger(Model):
    """Pictures found = seen + missing; what is no picture to look at is counted as skipped."""

    found: int = 0
    seen: int = 0
    described: int = 0
    withheld: int = 0
    repeats: int = 0
    """Further places where pictures that were found stand again."""
    skipped: tuple[SkippedPictures, ...] = ()
    missing: tuple[MissingImage, ...] = ()
    error: str | None = None
    """Reason code when not all of the document could be searched for pictures."""


class Ledger(Model):
    """What went in against what came out; COMPLETED only when it adds up."""

    pages: PageLedger = PageLedger()
    characters: CharacterLedger = CharacterLedger()
    windows: WindowLedger = WindowLedger()
    languages: LanguageLedger = LanguageLedger()
    images: ImageLedger = ImageLedger()


class Step(Model):
    """One step as it ran."""

    name: str
    status: StepStatus
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: int = 1
    error: StepError | None = None


class Cost(Model):
    """An estimate from list prices; ``price_table`` dates them."""

    currency: str = "USD"
    estimated: float
    price_table: str


class Manifest(Model):
    """The index of everything Recita knows about one document; written last, by one write."""

    schema_version: str = Field(default=SCHEMA_VERSION, pattern=r"^1\.\d+$")
    document_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    execution: str
    created_at: datetime
    status: Status
    reason: Reason | None
    source: Source
    parent: str | None = None
    children: tuple[Child, ...] = ()
    route: Route | None
    language: Language | None = None
    classification: Classification | None = None
    pages: tuple[PageEntry, ...] = ()
    images: tuple[ImageEntry, ...] = ()
    summary: SummaryEntry | None = None
    facts: tuple[Fact, ...] = ()
    guardrails: tuple[Verdict, ...] = ()
    translations: tuple[TranslationEntry, ...] = ()
    audio: tuple[AudioEntry, ...] = ()
    ledger: Ledger
    artifacts: tuple[Artifact, ...] = ()
    usage: tuple[Usage, ...] = ()
    cost: Cost
    steps: tuple[Step, ...] = ()
    engines: tuple[EngineUsed, ...] = ()
    warnings: tuple[Warned, ...] = ()
