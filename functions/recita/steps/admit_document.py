"""Admission: from an event in the queue to one named execution."""

from __future__ import annotations

from typing import Any

from recita.models.document import Upload, document_id
from recita.ports import Documents, Workflow


def upload_of(event: dict[str, Any]) -> Upload:
    """Return the upload that an EventBridge ``Object Created`` event tells of.

    EventBridge, unlike S3's own notifications, does not URL-encode the key.
    """
    bucket = event["detail"]["bucket"]["name"]
    found = event["detail"]["object"]
    version = found.get("version-id") or "null"  # S3's own name for a version without versioning
    return Upload(
        document_id=document_id(bucket, found["key"], version),
        bucket=bucket,
        key=found["key"],
        version_id=version,
    )


def run(event: dict[str, Any], *, documents: Documents, workflow: Workflow) -> Upload:
    """Start the execution named after the document; a redelivered event changes nothing."""
    upload = upload_of(event)
    documents.admit(upload)
    workflow.start(upload)
    return upload
