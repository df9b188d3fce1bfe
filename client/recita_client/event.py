"""The event that tells of a finished document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recita_client.decoding import check_version, decode
from recita_client.errors import ContractError, UnsafeNameError
from recita_client.manifest import Status
from recita_client.names import MANIFEST, check_bucket, check_document_id, document_key
from recita_client.record import Record

SOURCE = "recita.pipeline"


class EventMetadata(Record):
    """``event_id`` is the same for every delivery of one outcome."""

    schema_version: str
    event_id: str
    document_id: str


class EventData(Record):
    """Where the manifest lies and what it says at a glance."""

    bucket: str
    manifest_key: str
    status: Status
    source_key: str
    languages: tuple[str, ...]
    document_type: str | None = None


class DocumentEvent(Record):
    """The ``detail`` of an event."""

    metadata: EventMetadata
    data: EventData


def parse_event(event: Mapping[str, Any]) -> DocumentEvent:
    """Return what an EventBridge event, as Lambda gets it, says of a document.

    Raises ContractError for the event of another source, UnsupportedVersionError for another major
    version, and UnsafeNameError where bucket, key and id don't go together.
    """
    if event.get("source") != SOURCE:
        fix = f'let the rule ask for "source": ["{SOURCE}"]'
        raise ContractError("this is no event of Recita's", fix)
    detail = event.get("detail")
    metadata = detail.get("metadata") if isinstance(detail, dict) else None
    check_version(metadata.get("schema_version") if isinstance(metadata, dict) else None, "event")
    found = decode(DocumentEvent, detail, "event.detail")
    check_bucket(found.data.bucket)
    document_id = check_document_id(found.metadata.document_id)
    if found.data.manifest_key != document_key(document_id, MANIFEST):
        fix = "do not use this event; look who may put events on the bus"
        raise UnsafeNameError("the event's manifest_key is not of its document", fix)
    return found
