"""Recita's results, typed: manifests and their artifacts, from S3, a folder or anywhere else."""

from __future__ import annotations

from recita_client.document import Audio, Document, open_document, open_event
from recita_client.errors import (
    ContractError,
    IntegrityError,
    NotFoundError,
    RecitaClientError,
    UnsafeNameError,
    UnsupportedVersionError,
)
from recita_client.event import DocumentEvent, parse_event
from recita_client.manifest import Manifest, parse_manifest
from recita_client.sources import FolderSource, S3Source, Source

__all__ = [
    "Audio",
    "ContractError",
    "Document",
    "DocumentEvent",
    "FolderSource",
    "IntegrityError",
    "Manifest",
    "NotFoundError",
    "RecitaClientError",
    "S3Source",
    "Source",
    "UnsafeNameError",
    "UnsupportedVersionError",
    "open_document",
    "open_event",
    "parse_event",
    "parse_manifest",
]
