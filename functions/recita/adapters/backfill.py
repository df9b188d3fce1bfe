"""Amazon S3: objects that were there before Recita was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from recita.adapters.clients import CONFIG
from recita.errors import ProviderUnavailableError
from recita.models.document import Upload, document_id
from recita.ports.backfill import Stored

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MISSING = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})
CHANGED = frozenset({"412", "PreconditionFailed", "ConditionalRequestConflict", *MISSING})
COPYING = CONFIG.merge(
    Config(read_timeout=120, retries={"mode": "standard", "total_max_attempts": 2})
)
"""S3 answers a copy when it has made it: of half a gigabyte, not at once."""
ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})
RESTORED = 'ongoing-request="false"'
"""What ``x-amz-restore`` says while a restored copy can be read."""


class S3Objects:
    """Objects of the input bucket and of the one that may be brought into it."""

    def __init__(self, input_bucket: str) -> None:
        self.input_bucket = input_bucket
        self._s3: S3Client = boto3.client("s3", config=COPYING)

    def find(self, bucket: str, key: str) -> Stored | None:
        """Return the object; None when it has gone since it was listed."""
        try:
            found = self._s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise
        asleep = found.get("StorageClass") in ARCHIVED
        return Stored(
            bucket=bucket,
            key=key,
            bytes=found["ContentLength"],
            etag=found["ETag"],
            version_id=found.get("VersionId"),
            media_type=found.get("ContentType", "binary/octet-stream"),
            metadata=found.get("Metadata", {}),
            archived=asleep and RESTORED not in found.get("Restore", ""),
        )

    def copy(
        self, source: Stored, key: str, metadata: dict[str, str], there: Stored | None
    ) -> Upload:
        """Copy an object into the input bucket, over what is ``there``; return its new version."""
        unchanged: Any = {"IfMatch": there.etag} if there else {"IfNoneMatch": "*"}
        place: Any = {"Bucket": source.bucket, "Key": source.key}
        if source.version_id:
            place["VersionId"] = source.version_id
        try:
            copied = self._s3.copy_object(
                Bucket=self.input_bucket,
                Key=key,
                CopySource=place,
                CopySourceIfMatch=source.etag,
                MetadataDirective="REPLACE",
                Metadata=metadata,
                ContentType=source.media_type,
                TaggingDirective="REPLACE",  # tags are the source's; copying them needs more rights
                **unchanged,
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in CHANGED:
                raise
            message = error.response["Error"].get("Message", "")
            raise ProviderUnavailableError("s3", "copy_object", code, message) from error
        version = copied["VersionId"]
        return Upload(
            document_id=document_id(self.input_bucket, key, version),
            bucket=self.input_bucket,
            key=key,
            version_id=version,
        )
