"""The table of documents as people ask it."""

from __future__ import annotations

from typing import Protocol

from recita.models.listing import Page, Position, Wanted


class Catalogue(Protocol):
    """Lists of documents."""

    def page(self, wanted: Wanted, limit: int, after: Position | None = None) -> Page:
        """Return up to ``limit`` of the wanted documents, newest first, from ``after`` on.

        A page may hold fewer, even none, and still have one that follows. What changes its
        status between two pages may be met twice, and is never lost.
        """
