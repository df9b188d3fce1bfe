"""An upload from outside: a form that lets its bearer put one file into the input bucket."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from secrets import token_hex

from pydantic import ValidationError

from recita.decoding.sniff import SUPPORTED
from recita.errors import RequestRefusedError
from recita.models.api import UploadOffer, UploadRequest
from recita.models.base import now
from recita.ports.links import Links, UploadOrder
from recita.steps.handover import MAX_BYTES
from recita.steps.wishes import WISHES

PREFIX = "uploads"
VALID = timedelta(minutes=15)
"""From the offer to the last byte; a role's credentials live longer."""
MOST_NAME_BYTES = 200
"""An object key may have 1,024 (S3 user guide, "Naming objects")."""
MOST_METADATA_BYTES = 2000
"""User metadata may have 2 KB, names included (S3 user guide, "Working with object metadata")."""


def run(body: str | None, links: Links) -> UploadOffer:
    """Return a form for what the body describes; raises RequestRefusedError."""
    return links.upload(order(body))


def order(body: str | None) -> UploadOrder:
    """Return the one object that the body describes; raises RequestRefusedError."""
    try:
        asked = UploadRequest.model_validate_json(body or "")
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise RequestRefusedError("body-unusable", f"{where}: {first['msg']}.") from error
    return UploadOrder(
        # Nobody can guess a key or write over another's upload.
        key=f"{PREFIX}/{token_hex(16)}/{_name(asked.filename)}",
        content_type=_type(asked.content_type),
        max_bytes=_size(asked.size),
        expires_at=now() + VALID,
        metadata=_metadata(asked),
    )


def _name(filename: str) -> str:
    """The name in one Unicode form; refused when it could be more than a name."""
    name = unicodedata.normalize("NFC", filename)
    unfit = not name.isprintable() or not name.strip(" .") or set(name) & set("/\\${}")
    if unfit or len(name.encode("utf-8", "replace")) > MOST_NAME_BYTES:
        raise RequestRefusedError("filename-unusable", "filename is no name of a file.")
    return name


def _type(content_type: str) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in SUPPORTED or not content_type.isascii() or not content_type.isprintable():
        raise RequestRefusedError(
            "type-unsupported", "content_type is no type that is read: " + ", ".join(_types())
        )
    return content_type


def _types() -> list[str]:
    return sorted(SUPPORTED)


def _size(size: int | None) -> int:
    if size is None:
        return MAX_BYTES
    if size < 1:
        raise RequestRefusedError("body-unusable", "size: a document has at least one byte.")
    if size > MAX_BYTES:
        raise RequestRefusedError("upload-too-large", f"{size} bytes; {MAX_BYTES} are the most.")
    return size


def _metadata(asked: UploadRequest) -> dict[str, str]:
    """The options that are set, each read as inspection will read it."""
    metadata: dict[str, str] = {}
    for name, (wish, parse) in WISHES.items():
        value = getattr(asked, wish)
        if value is None:
            continue
        try:
            parse(value)
        except ValueError as error:
            raise RequestRefusedError("option-unusable", f"{wish}: {error}.") from error
        if not value.isascii() or not value.isprintable():  # headers hold nothing else
            raise RequestRefusedError("option-unusable", f"{wish} holds more than ASCII.")
        metadata[name] = value
    if sum(len(name) + len(value) for name, value in metadata.items()) > MOST_METADATA_BYTES:
        raise RequestRefusedError("option-unusable", "the options are longer than metadata may be.")
    return metadata
