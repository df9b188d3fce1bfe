"""The receipt of an erased document: that it is gone, and nothing of what it said."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from recita.models.base import Model


class Deleted(Model):
    """What was deleted at one place; an object counts once however many versions it had."""

    place: Literal["upload", "attachments", "results", "work"]
    objects: int = 0
    versions: int = 0
    delete_markers: int = 0


class Receipt(Model):
    """``receipts/<document_id>.json`` in the results bucket.

    It names neither file nor person. ``source_sha256`` tells whoever has a copy of the file that
    this one was erased; it is None where nobody had read the upload yet.
    """

    schema_version: str = "1.0"
    document_id: str
    erased_at: datetime
    status: str
    """What the table said of the document before."""
    source_sha256: str | None = None
    deleted: tuple[Deleted, ...] = ()
    stopped: tuple[str, ...] = ()
    """Executions that were running."""
    children: tuple[str, ...] = ()
    """Documents that came attached to this mail, erased only where each has a receipt."""


def receipt_key(document: str) -> str:
    """Key of a receipt in the results bucket."""
    return f"receipts/{document}.json"
