"""What the HTTP API takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from recita.models.base import Model
from recita.models.listing import Listed, ListedStatus
from recita.models.manifest import Step
from recita.models.reasons import Reason
from recita.models.record import Artifact


class UploadRequest(Model):
    """Body of ``POST /uploads``; the options are those that an object's metadata may name."""

    model_config = ConfigDict(extra="forbid")

    filename: str
    content_type: str
    size: int | None = None
    """Bytes; the form then takes no more."""
    languages: str | None = None
    speak: str | None = None
    translate: str | None = None
    ocr_features: str | None = None
    describe_images: str | None = None
    redact_text: str | None = None


class UploadOffer(Model):
    """A form for one upload: POST ``fields`` and then ``file`` to ``url``."""

    url: str
    fields: dict[str, str]
    key: str
    """Lists of documents by ``source_key`` find the upload by it."""
    max_bytes: int
    expires_at: datetime


class DocumentList(Model):
    """One page of documents, newest first; ``next`` asks for the one after it."""

    documents: tuple[Listed, ...]
    next: str | None


class DocumentView(Model):
    """Where a document stands, and its result once there is one."""

    document_id: str
    status: ListedStatus
    run: int
    updated_at: datetime
    queued_at: datetime | None = None
    source_key: str
    reason: Reason | None = None
    steps: tuple[Step, ...] = ()
    """Of the run that goes on or has ended."""
    result: dict[str, Any] | None = None
    """The manifest without what grows with the document: pages, images, artifacts, verdicts."""


class ArtifactList(Model):
    """The files of a result."""

    document_id: str
    artifacts: tuple[Artifact, ...]


class ArtifactLink(Model):
    """Where one file of a result can be fetched, for a while, without further authorization."""

    key: str
    url: str
    expires_at: datetime
