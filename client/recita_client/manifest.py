"""The manifest, field for field as ``contracts/v1/manifest.schema.json`` describes it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from recita_client.decoding import check_version, decode, parse
from recita_client.entries import (
    AudioEntry,
    CharacterLedger,
    Child,
    Classification,
    Fact,
    ImageEntry,
    Language,
    PageEntry,
    PageLedger,
    Reason,
    SummaryEntry,
    Translation,
    Upload,
    Verdict,
    WindowLedger,
)
from recita_client.errors import ContractError
from recita_client.names import check_document_id
from recita_client.record import Record

Status = Literal["COMPLETED", "PARTIAL", "BLOCKED", "REJECTED", "FAILED"]


class MissingLanguage(Record):
    """A language that was asked for and not delivered, and why."""

    language: str
    reason: str


class LanguageLedger(Record):
    """Languages asked for = translated and spoken, or missing with a reason."""

    requested: tuple[str, ...] = ()
    translated: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    missing: tuple[MissingLanguage, ...] = ()
    characters_spoken: int = 0
    seconds_spoken: float = 0


class SkippedPictures(Record):
    """How many pictures were left out for one reason, such as ``small``."""

    reason: str
    count: int


class MissingImage(Record):
    """A picture that was not seen, or not described, and why."""

    image: str
    reason: str


class ImageLedger(Record):
    """Pictures found = seen + missing."""

    found: int = 0
    seen: int = 0
    described: int = 0
    withheld: int = 0
    repeats: int = 0
    skipped: tuple[SkippedPictures, ...] = ()
    missing: tuple[MissingImage, ...] = ()
    error: str | None = None


class Ledger(Record):
    """What went in against what came out; COMPLETED only when it adds up."""

    pages: PageLedger = PageLedger()
    characters: CharacterLedger = CharacterLedger()
    windows: WindowLedger = WindowLedger()
    languages: LanguageLedger = LanguageLedger()
    images: ImageLedger = ImageLedger()


class Artifact(Record):
    """One file of the result; ``key`` is relative to the document's prefix."""

    key: str
    media_type: str
    bytes: int
    sha256: str
    kind: str
    language: str | None = None


class Usage(Record):
    """Paid units of one operation; ``resource`` is the model where its price depends on it."""

    service: str
    operation: str
    resource: str | None = None
    calls: int
    units: float
    unit: str
    estimated: bool = False


class Cost(Record):
    """An estimate from list prices; ``price_table`` dates them."""

    currency: str = "USD"
    estimated: float
    price_table: str


class StepError(Record):
    """The error that ended a step."""

    name: str
    message: str


class Step(Record):
    """One step as it ran."""

    name: str
    status: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: int = 1
    error: StepError | None = None


class Engine(Record):
    """What answered for a service: ``aws``, or the name and version of a local engine."""

    service: str
    engine: str


class Warned(Record):
    """Something a reader should know, however the document ended."""

    code: str
    message: str


class Manifest(Record):
    """Everything Recita says of one document."""

    schema_version: str
    document_id: str
    execution: str
    created_at: datetime
    status: Status
    reason: Reason | None
    source: Upload
    parent: str | None = None
    children: tuple[Child, ...] = ()
    route: str | None
    language: Language | None = None
    classification: Classification | None = None
    pages: tuple[PageEntry, ...] = ()
    images: tuple[ImageEntry, ...] = ()
    summary: SummaryEntry | None = None
    facts: tuple[Fact, ...] = ()
    guardrails: tuple[Verdict, ...] = ()
    translations: tuple[Translation, ...] = ()
    audio: tuple[AudioEntry, ...] = ()
    ledger: Ledger
    artifacts: tuple[Artifact, ...] = ()
    usage: tuple[Usage, ...] = ()
    cost: Cost
    steps: tuple[Step, ...] = ()
    engines: tuple[Engine, ...] = ()
    warnings: tuple[Warned, ...] = ()

    @property
    def run(self) -> int:
        """Which run of its document this is: 1, and more after each deliberate re-run."""
        _, _, number = self.execution.partition(".")
        return int(number) if number.isascii() and number.isdigit() else 1


def parse_manifest(body: bytes | str) -> Manifest:
    """Return the content of a ``manifest.json``.

    Raises UnsupportedVersionError for another major version, ContractError for what is no
    manifest, UnsafeNameError for an id that is none.
    """
    data = parse(body, "the manifest")
    check_version(data.get("schema_version"), "the manifest")
    manifest = decode(Manifest, data, "manifest")
    check_document_id(manifest.document_id)
    keys = [artifact.key for artifact in manifest.artifacts]
    if len(keys) != len(set(keys)):
        fix = "do not use these results; run the document again"
        raise ContractError("the manifest names two artifacts by one key", fix)
    return manifest
