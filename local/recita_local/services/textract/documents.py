"""Where a document comes from: bytes of the request, or an object in S3."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from recita_local.services.textract.media import PDF, TIFF, media_type
from recita_local.wire.service import ServiceError

if TYPE_CHECKING:
    from recita_local.wire.service import Params, RequestContext

MEGABYTE = 1024 * 1024
SYNC_BYTES = 10 * MEGABYTE
ASYNC_BYTES = {PDF: 500 * MEGABYTE, TIFF: 500 * MEGABYTE}
"""Textract's quotas; asynchronous JPEG and PNG are held to the synchronous one."""

CHUNK = MEGABYTE
NO_OBJECT = (
    "Unable to get object metadata from S3. Check object key, region and/or access permissions."
)


def document_bytes(document: Params, context: RequestContext) -> bytes:
    """The document of a synchronous request; raises what Textract raises."""
    if ("Bytes" in document) == ("S3Object" in document):
        message = "Request has invalid parameters: give either Bytes or S3Object"
        raise ServiceError("InvalidParameterException", message)
    if "Bytes" in document:
        data = bytes(document["Bytes"])
        _check_size(len(data), SYNC_BYTES)
    else:
        data = object_bytes(document["S3Object"], context, SYNC_BYTES)
    if media_type(data[:1024]) is None:
        raise ServiceError(
            "UnsupportedDocumentException", "Request has unsupported document format"
        )
    return data


def object_bytes(
    location: Params,
    context: RequestContext,
    limit: int,
    too_large: str = "DocumentTooLargeException",
) -> bytes:
    """An object of at most ``limit`` bytes; ``too_large`` names the error of a larger one."""
    reply = _s3("get_object", location, context)
    _check_size(reply["ContentLength"], limit, too_large)
    return bytes(reply["Body"].read())


def check_object(location: Params, context: RequestContext) -> None:
    """What Textract checks before it accepts a job: the object is there and within the quota."""
    reply = _s3("head_object", location, context)
    _check_size(reply["ContentLength"], max(ASYNC_BYTES.values()))


def download(location: Params, context: RequestContext, folder: Path) -> Path:
    """The object as a file in ``folder``; a 500 MB document must not lie in memory."""
    reply = _s3("get_object", location, context)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        for chunk in reply["Body"].iter_chunks(CHUNK):
            file.write(chunk)
    path = Path(file.name)
    with path.open("rb") as head:
        kind = media_type(head.read(1024))
    _check_size(path.stat().st_size, ASYNC_BYTES.get(kind or "", SYNC_BYTES))
    return path


def _s3(operation: str, location: Params, context: RequestContext) -> Any:
    version = {"VersionId": location["Version"]} if "Version" in location else {}
    call = getattr(context.client("s3"), operation)
    try:
        return call(Bucket=location["Bucket"], Key=location["Name"], **version)
    except (ClientError, BotoCoreError) as error:
        raise ServiceError("InvalidS3ObjectException", NO_OBJECT) from error


def _check_size(size: int, limit: int, code: str = "DocumentTooLargeException") -> None:
    if size > limit:
        message = f"The document has {size} bytes; the limit is {limit}"
        raise ServiceError(code, message)
