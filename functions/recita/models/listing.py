"""Lists of documents, as people ask for them: newest first, page by page."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from recita.models.base import Model

ListedStatus = Literal[
    "QUEUED", "PROCESSING", "COMPLETED", "PARTIAL", "BLOCKED", "REJECTED", "FAILED", "ERASED"
]
STATUSES: tuple[ListedStatus, ...] = get_args(ListedStatus)
LIVING: tuple[ListedStatus, ...] = tuple(one for one in STATUSES if one != "ERASED")
"""Whoever asks for no status is not told of what is gone."""


class Wanted(Model):
    """Which documents: those for which all that is set holds."""

    status: ListedStatus | None = None
    day: str | None = None
    """Of the last change, in UTC, such as 2026-05-01."""
    document_type: str | None = None
    source_key: str | None = None


class Position(Model):
    """Where a page ended: all that follows is older, or as old with a smaller id."""

    updated_at: str
    """As it stands in the table."""
    document_id: str


class Listed(Model):
    """One document of a list: what its row in the table tells."""

    document_id: str
    status: ListedStatus
    updated_at: str
    """When the status was last written: ISO 8601, in UTC."""
    created_at: datetime | None = None
    source_key: str | None = None
    """None of a document that was erased."""
    document_type: str | None = None
    language: str | None = None
    pages: int | None = None
    reason_code: str | None = None
    run: int = 1

    @property
    def position(self) -> Position:
        """The place behind this document."""
        return Position(updated_at=self.updated_at, document_id=self.document_id)


class Page(Model):
    """Part of a list; ``following`` is None at its end."""

    documents: tuple[Listed, ...]
    following: Position | None
