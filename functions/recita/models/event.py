"""The event that tells consumers a document is done."""

from __future__ import annotations

from recita.models.base import Model
from recita.models.manifest import SCHEMA_VERSION, Status
from recita.models.summary import DocumentType

SOURCE = "recita.pipeline"


class EventMetadata(Model):
    """``event_id`` is the same for every delivery of one outcome."""

    schema_version: str = SCHEMA_VERSION
    event_id: str
    document_id: str


class EventData(Model):
    """Where the manifest lies and what it says at a glance."""

    bucket: str
    manifest_key: str
    status: Status
    source_key: str
    languages: tuple[str, ...]
    document_type: DocumentType | None = None
    """What kind of document it is, so that a rule can choose; None where nobody could tell."""


class DocumentEvent(Model):
    """The ``detail`` of an EventBridge event from ``recita.pipeline``."""

    metadata: EventMetadata
    data: EventData

    @property
    def detail_type(self) -> str:
        """For example ``Recita Document Completed``."""
        return f"Recita Document {self.data.status.capitalize()}"
