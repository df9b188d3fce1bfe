"""Erasing: every version of what lies somewhere, and the row that says it is gone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from recita.errors import ProviderUnavailableError
from recita.models.document import Upload
from recita.models.receipt import Deleted, Place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def erased_row(document: str, at: datetime) -> dict[str, Any]:
    """Return the row of an erased document: it is known, so no late event brings it back."""
    return {"document_id": document, "status": "ERASED", "updated_at": at.isoformat()}


def erase_prefix(s3: S3Client, bucket: str, prefix: str, place: Place) -> Deleted:
    """Delete every version and delete marker under a prefix and count them.

    Raises ProviderUnavailableError when S3 deletes one and not another; doing it again goes on
    where it stopped.
    """
    total, last = Deleted(place=place), ""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        # A page holds at most a thousand of both, as many as one DeleteObjects takes.
        versions, markers = page.get("Versions", []), page.get("DeleteMarkers", [])
        keys = {str(one["Key"]) for one in (*versions, *markers)}
        _delete(s3, bucket, [*versions, *markers])
        total += Deleted(
            place=place,
            objects=len(keys - {last}),  # a key's versions may fill more than one page
            versions=len(versions),
            delete_markers=len(markers),
        )
        last = max(keys, default=last)
    return total


def erase_upload(s3: S3Client, upload: Upload) -> Deleted:
    """Delete the one version that is this document; others of the same key are other documents.

    A delete marker that would be all that is left of the key goes too, for it holds the name.
    """
    versions: list[Any] = []
    markers: list[Any] = []
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=upload.bucket, Prefix=upload.key
    )
    for page in pages:
        versions += [one for one in page.get("Versions", ()) if one["Key"] == upload.key]
        markers += [one for one in page.get("DeleteMarkers", ()) if one["Key"] == upload.key]
        if page.get("NextKeyMarker") != upload.key:
            break  # longer keys that begin alike follow
    own = [one for one in versions if one["VersionId"] == upload.version_id]
    left: list[Any] = [] if len(versions) > len(own) else [*markers]
    _delete(s3, upload.bucket, [*own, *left])
    return Deleted(
        place="upload",
        objects=1 if own else 0,
        versions=len(own),
        delete_markers=len(left),
    )


def _delete(s3: S3Client, bucket: str, found: list[Any]) -> None:
    if not found:
        return
    objects: Any = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
    reply = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    for error in reply.get("Errors", ()):
        code, message = error.get("Code", "Unknown"), error.get("Message", "")
        raise ProviderUnavailableError("s3", "delete_objects", code, message)
