"""The receipt of an erased document: that it is gone, and nothing of what it said."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from recita.models.base import Model

Place = Literal["results", "work", "table", "upload"]


class Deleted(Model):
    """What was deleted at one place; an object counts once however many versions it had."""

    place: Place
    objects: int = 0
    versions: int = 0
    delete_markers: int = 0

    def __add__(self, other: Deleted) -> Deleted:
        return Deleted(
            place=self.place,
            objects=self.objects + other.objects,
            versions=self.versions + other.versions,
            delete_markers=self.delete_markers + other.delete_markers,
        )


class Receipt(Model):
    """``receipts/<document_id>.json`` in the results bucket.

    It names neither file nor person. ``source_sha256`` tells whoever has a copy of the file that
    this one was erased; it is None where nobody had read the upload yet.
    """

    schema_version: str = "1.0"
    document_id: str
    erased_at: datetime | None = None
    """None while the document is being erased: whoever was interrupted goes on."""
    status: str
    """What the table said of the document before."""
    source_sha256: str | None = None
    deleted: tuple[Deleted, ...] = ()
    stopped: tuple[str, ...] = ()
    """Executions that were running."""
    children: tuple[str, ...] = ()
    """Documents that came attached to this mail; one that is erased has a receipt of its own."""

    def plus(self, deleted: Deleted) -> Receipt:
        """Return the receipt with what was deleted besides."""
        before = next((one for one in self.deleted if one.place == deleted.place), None)
        others = tuple(one for one in self.deleted if one.place != deleted.place)
        sums = before + deleted if before else deleted
        return self.model_copy(update={"deleted": (*others, sums)})


def receipt_key(document: str) -> str:
    """Key of a receipt in the results bucket."""
    return f"receipts/{document}.json"
