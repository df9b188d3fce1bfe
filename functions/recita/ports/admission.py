"""The way in: the index of documents, and the state machine that works on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from recita.models.document import Upload
from recita.models.index import IndexRow
from recita.models.manifest import Manifest

Outcome = Literal["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]
"""States of an execution, in the words of Step Functions."""


class Documents(Protocol):
    """The index of documents."""

    def admit(self, upload: Upload) -> IndexRow:
        """Record that the upload waits, unless it is known already; return what is known."""

    def find(self, document_id: str) -> IndexRow | None:
        """Return the row of a document, as it is at this moment."""

    def waiting(self, most: int) -> Sequence[IndexRow]:
        """Return documents that wait for their execution, those that wait longest first."""

    def working(self, most: int) -> Sequence[IndexRow]:
        """Return documents whose execution has begun, those that began longest ago first."""

    def erased(self, since: datetime, most: int) -> Sequence[IndexRow]:
        """Return documents that were erased since then."""

    def started(self, row: IndexRow) -> None:
        """Record that the row's run has begun, unless the row says something newer."""

    def wait_again(self, row: IndexRow, run: int) -> bool:
        """Let a document wait for another run; False when the row has changed meanwhile."""

    def known(self, document_ids: Iterable[str]) -> frozenset[str]:
        """Return which of these have a row."""

    def record(self, manifest: Manifest, manifest_key: str) -> None:
        """Replace the row by what the manifest says, unless a later run is on its way."""


@dataclass(frozen=True)
class Uploaded:
    """One version of an object in the input bucket, and when it was put there."""

    upload: Upload
    at: datetime


class Listing(Protocol):
    """Everything that was ever uploaded and is still there."""

    def page(self, place: dict[str, str]) -> tuple[Sequence[Uploaded], dict[str, str]]:
        """Return up to 1,000 versions from ``place`` on, and the place after them.

        An empty place is the beginning, and the end.
        """


class Workflow(Protocol):
    """The state machine."""

    def start(self, upload: Upload, execution: str) -> bool:
        """Start the execution of that name; False when there was one already."""

    def outcome(self, execution: str) -> Outcome | None:
        """Return how an execution stands; None when there is none."""

    def resume(self, token: str, output: dict[str, Any]) -> None:
        """Hand ``output`` to the waiting task; a task that no longer waits is no error."""
