"""Admission: from an event in the queue to a document that waits or is on its way."""

from __future__ import annotations

from typing import Any

from recita.models.document import Upload, document_id
from recita.steps.admission import Admission


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


def run(event: dict[str, Any], *, admission: Admission) -> Upload:
    """Let the upload in; a redelivered event changes nothing, or mends what a crash left."""
    upload = upload_of(event)
    admission.enter(upload)
    return upload
