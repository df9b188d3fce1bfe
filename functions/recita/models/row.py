"""A document as one line of a table, for queries over many."""

from __future__ import annotations

from datetime import datetime

from recita.models.base import Model
from recita.models.document import run_number
from recita.models.manifest import Manifest, Status
from recita.models.summary import Fact


class TableRow(Model):
    """The content of ``tables/documents/part=<x>/<document_id>.json``: flat, and on one line."""

    document_id: str
    run: int
    status: Status
    reason: str | None
    """The reason's code."""
    created_at: datetime
    source_bucket: str
    source_key: str
    media_type: str
    bytes: int
    parent: str | None
    document_type: str | None
    language: str | None
    pages: int
    characters: int
    pictures: int
    translated: tuple[str, ...]
    spoken: tuple[str, ...]
    cost: float
    currency: str
    facts: tuple[Fact, ...]


def table_key(document: str) -> str:
    """Key of a document's row; it follows from the id alone, so a re-run replaces its row.

    Partitions are the id's first digit: of any number of documents, each holds a sixteenth.
    """
    return f"tables/documents/part={document[0]}/{document}.json"


def row_of(manifest: Manifest) -> TableRow:
    """Return the row of a manifest."""
    ledger, kind, language = manifest.ledger, manifest.classification, manifest.language
    return TableRow(
        document_id=manifest.document_id,
        run=run_number(manifest.execution),
        status=manifest.status,
        reason=manifest.reason.code if manifest.reason else None,
        created_at=manifest.created_at,
        source_bucket=manifest.source.bucket,
        source_key=manifest.source.key,
        media_type=manifest.source.media_type,
        bytes=manifest.source.bytes,
        parent=manifest.parent,
        document_type=kind.type if kind else None,
        language=language.code if language else None,
        pages=ledger.pages.total,
        characters=ledger.characters.extracted,
        pictures=ledger.images.found,
        translated=ledger.languages.translated,
        spoken=ledger.languages.spoken,
        cost=manifest.cost.estimated,
        currency=manifest.cost.currency,
        facts=manifest.facts,
    )
