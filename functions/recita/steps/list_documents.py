"""Lists of documents: filters and places in a list, as they come in an address."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from recita.errors import RequestRefusedError
from recita.models.api import DocumentList
from recita.models.listing import STATUSES, Position, Wanted
from recita.models.summary import DocumentType
from recita.ports.catalogue import Catalogue

USUAL, MOST = 25, 100
"""Documents of a page."""
NAMES = ("status", "day", "class", "source_key", "limit", "next")
CLASSES: tuple[str, ...] = get_args(DocumentType)
MOST_KEY_BYTES = 1024
"""Of an object's key (S3 user guide, "Naming objects")."""
MOST_TOKEN = 400
SEAL = 16
PLACE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{8,15}\+00:00 (?:[0-9a-f]{32}|~)")


def run(query: Mapping[str, str], catalogue: Catalogue) -> DocumentList:
    """Return one page of the documents that a query asks for; raises RequestRefusedError."""
    if unknown := sorted(set(query) - set(NAMES)):
        raise _unusable(unknown[0][:40], f"is unknown: use {', '.join(NAMES)}")
    wanted = Wanted(
        status=_one_of("status", query.get("status"), STATUSES),
        day=_day(query.get("day")),
        document_type=_one_of("class", query.get("class"), CLASSES),
        source_key=_key(query.get("source_key")),
    )
    after = _place(query["next"], wanted) if "next" in query else None
    page = catalogue.page(wanted, _limit(query.get("limit")), after)
    following = _token(page.following, wanted) if page.following else None
    return DocumentList(documents=page.documents, next=following)


def _unusable(name: str, why: str) -> RequestRefusedError:
    return RequestRefusedError("query-unusable", f"{name} {why}.")


def _one_of(name: str, value: str | None, known: tuple[str, ...]) -> Any:
    if value is not None and value not in known:
        raise _unusable(name, f"is one of {', '.join(known)}")
    return value


def _day(value: str | None) -> str | None:
    try:  # Python reads 20260501 and 2026-W18-5 too, which the table does not sort among days
        fits = value is None or date.fromisoformat(value).isoformat() == value
    except ValueError:
        fits = False
    if not fits:
        raise _unusable("day", "is a date such as 2026-05-01")
    return value


def _key(value: str | None) -> str | None:
    if value is not None and not 0 < len(value.encode("utf-8", "replace")) <= MOST_KEY_BYTES:
        raise _unusable("source_key", f"has 1 to {MOST_KEY_BYTES} bytes")
    return value


def _limit(value: str | None) -> int:
    if value is None:
        return USUAL
    if not re.fullmatch(r"[0-9]{1,3}", value) or not 1 <= int(value) <= MOST:
        raise _unusable("limit", f"is a number from 1 to {MOST}")
    return int(value)


def _token(position: Position, wanted: Wanted) -> str:
    """A place in this list; its seal goes with the filters.

    It is a check, no secret: the key that is asked for is always that of the filters, so that
    whoever makes a token of their own comes to another place of a list that they may read.
    """
    place = f"{position.updated_at} {position.document_id}"
    return urlsafe_b64encode(f"{_seal(place, wanted)}{place}".encode()).decode().rstrip("=")


def _place(token: str, wanted: Wanted) -> Position:
    try:
        told = urlsafe_b64decode(token[:MOST_TOKEN] + "=" * (-len(token) % 4)).decode("ascii")
    except ValueError as error:
        raise RequestRefusedError("page-unusable", "next is no place in a list.") from error
    seal, place = told[:SEAL], told[SEAL:]
    if not PLACE.fullmatch(place) or seal != _seal(place, wanted):
        raise RequestRefusedError("page-unusable", "next is no place in this list.")
    updated_at, _, document = place.partition(" ")
    position = Position(updated_at=updated_at, document_id=document)
    if _token(position, wanted) != token:  # another spelling of the same bytes
        raise RequestRefusedError("page-unusable", "next is no place in this list.")
    return position


def _seal(place: str, wanted: Wanted) -> str:
    asked = json.dumps([wanted.model_dump(), place], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:SEAL]
