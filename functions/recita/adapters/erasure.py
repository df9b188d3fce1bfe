"""Erasing: every version of what lies under a prefix, and the row that says it is gone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from recita.errors import ProviderUnavailableError
from recita.models.receipt import Deleted

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def erased_row(document: str, at: datetime) -> dict[str, Any]:
    """Return the row of an erased document: its id, so that no late event brings it back."""
    return {
        "document_id": document,
        "status": "ERASED",
        "updated_at": at.isoformat(),
    }


def erase_versions(s3: S3Client, bucket: str, prefix: str, place: Any) -> Deleted:
    """Delete every version and delete marker under a prefix and count them.

    Raises ProviderUnavailableError naming the code when S3 deletes one and not another; deleting
    again goes on where it stopped.
    """
    total = Deleted(place=place)
    last = ""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        # A page holds at most a thousand of both, as many as one DeleteObjects takes.
        versions, markers = page.get("Versions", []), page.get("DeleteMarkers", [])
        keys = sorted({one["Key"] for one in (*versions, *markers)})
        _delete(s3, bucket, [*versions, *markers])
        total = total.model_copy(
            update={
                "objects": total.objects + len(set(keys) - {last}),
                "versions": total.versions + len(versions),
                "delete_markers": total.delete_markers + len(markers),
            }
        )
        last = keys[-1] if keys else last
    return total


def _delete(s3: S3Client, bucket: str, found: list[Any]) -> None:
    if not found:
        return
    objects: Any = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
    reply = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    for error in reply.get("Errors", ()):
        code, message = error.get("Code", "Unknown"), error.get("Message", "")
        raise ProviderUnavailableError("s3", "delete_objects", code, message)
