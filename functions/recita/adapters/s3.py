"""Amazon S3: the input bucket and the results bucket."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from recita.adapters.clients import CONFIG, minding_the_clock
from recita.adapters.erasure import erase_prefix
from recita.errors import DocumentRejectedError, ProviderUnavailableError
from recita.models.document import Upload, document_id
from recita.ports import NewUpload, UploadedFile
from recita.ports.admission import Uploaded

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

COPY_BYTES = 1024 * 1024
MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
CONFLICTS = frozenset({"PreconditionFailed", "ConditionalRequestConflict", *MISSING})
"""Answers to a conditional write of what has changed, is being written, or is gone."""
PUBLISH_TRIES = 10


class S3Uploads:
    """The input bucket."""

    def __init__(self) -> None:
        self._s3: S3Client = boto3.client("s3", config=CONFIG)

    @contextmanager
    def fetch(self, upload: Upload, limit: int) -> Iterator[UploadedFile]:
        """Lend one version of an object as a file; refuse it by its size before reading it."""
        try:
            found = self._s3.get_object(
                Bucket=upload.bucket, Key=upload.key, VersionId=upload.version_id
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in {*MISSING, "NoSuchVersion", "MethodNotAllowed"}:
                raise DocumentRejectedError("empty", "the upload was deleted again") from error
            raise
        if found["ContentLength"] > limit:
            raise DocumentRejectedError("too-large", f"{found['ContentLength']} bytes")
        with TemporaryDirectory(prefix="recita-") as folder:
            path = Path(folder) / "upload"
            with path.open("wb") as file:
                shutil.copyfileobj(found["Body"], file, COPY_BYTES)
            yield UploadedFile(path, found.get("Metadata", {}))

    def attach(self, parent: Upload, attachment: NewUpload) -> Upload:
        """Put an object that is not there yet; what is there already is the same attachment."""
        try:
            version = self._s3.put_object(
                Bucket=parent.bucket,
                Key=attachment.key,
                Body=attachment.body,
                ContentType=attachment.media_type,
                Metadata=attachment.metadata,
                IfNoneMatch="*",
            )["VersionId"]
        except ClientError as error:
            match error.response["Error"]["Code"]:
                case "ConditionalRequestConflict":  # another is being put at this moment
                    return self.attach(parent, attachment)
                case "PreconditionFailed":
                    pass
                case _:
                    raise
            found = self._s3.head_object(Bucket=parent.bucket, Key=attachment.key)
            version = found["VersionId"]
        return _upload(parent.bucket, attachment.key, version)


class S3Listing:
    """All versions of all objects in the input bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        self._s3: S3Client = boto3.client("s3", config=CONFIG)

    def page(self, place: dict[str, str]) -> tuple[Sequence[Uploaded], dict[str, str]]:
        """Return up to 1,000 versions from ``place`` on, and the place after them."""
        found = self._s3.list_object_versions(Bucket=self._bucket, **place)  # type: ignore[arg-type]
        uploads = [
            Uploaded(_upload(self._bucket, one["Key"], one["VersionId"]), one["LastModified"])
            for one in found.get("Versions", ())
        ]
        if not found["IsTruncated"]:
            return uploads, {}
        following = {"KeyMarker": found["NextKeyMarker"]}
        if "NextVersionIdMarker" in found:
            following["VersionIdMarker"] = found["NextVersionIdMarker"]
        return uploads, following


class S3Results:
    """The results bucket."""

    def __init__(self, bucket: str, client: S3Client | None = None) -> None:
        self.bucket = bucket
        self._s3 = client or minding_the_clock(boto3.client("s3", config=CONFIG))

    def read(self, key: str) -> bytes | None:
        """Return the object, or None when there is none."""
        return self._get(key)[0]

    def names(self, prefix: str) -> list[str]:
        """Return the keys that begin with ``prefix``, in the order of their bytes."""
        return [key for page in self._pages(prefix) for key in page]

    def write(self, key: str, body: bytes, media_type: str) -> None:
        """Create or replace the object."""
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=media_type)

    def upload(self, key: str, path: Path, media_type: str) -> None:
        """Create or replace the object by a file, in parts when it is large."""
        self._s3.upload_file(str(path), self.bucket, key, ExtraArgs={"ContentType": media_type})

    def download(self, key: str, path: Path) -> bool:
        """Write the object to a file, which may be larger than memory; False without one."""
        try:
            found = self._s3.get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return False
            raise
        with path.open("wb") as file:
            shutil.copyfileobj(found["Body"], file, COPY_BYTES)
        return True

    def remove(self, prefix: str, keep: str = "") -> None:
        """Remove every object whose key begins with ``prefix``, but the one named ``keep``."""
        for page in self._pages(prefix):  # as many as one DeleteObjects takes
            self._delete([key for key in page if key != keep])

    def erase(self, prefix: str) -> int:
        """Delete every version of what lies under ``prefix``; return how many there were."""
        deleted = erase_prefix(self._s3, self.bucket, prefix, "results")
        return deleted.versions + deleted.delete_markers

    def _pages(self, prefix: str) -> Iterator[list[str]]:
        """Keys by the thousand, at most."""
        listing = self._s3.get_paginator("list_objects_v2")
        for page in listing.paginate(Bucket=self.bucket, Prefix=prefix):
            yield [one["Key"] for one in page.get("Contents", ())]

    def _delete(self, keys: list[str]) -> None:
        if not keys:
            return
        objects: list[ObjectIdentifierTypeDef] = [{"Key": key} for key in keys]
        reply = self._s3.delete_objects(
            Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True}
        )
        for error in reply.get("Errors", ()):
            code, message = error.get("Code", "Unknown"), error.get("Message", "")
            raise ProviderUnavailableError("s3", "delete_objects", code, message)

    def publish(self, key: str, body: bytes, accept: Callable[[bytes], bool]) -> bytes:
        """Write by one conditional write; return what the key holds afterwards."""
        etag = None  # most often there is none yet
        for number in range(PUBLISH_TRIES):
            if self._put_if(key, body, etag):
                return body
            current, etag = self._get(key)
            if current is not None and not accept(current):
                return current
            time.sleep(0.1 * number)
        raise ProviderUnavailableError(
            "s3", "put_object", "ConditionalRequestConflict", f"others keep writing {key}"
        )

    def _put_if(self, key: str, body: bytes, etag: str | None) -> bool:
        """Write if what is there has this ``etag``; without one, if nothing is there."""
        condition: Any = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        try:
            self._s3.put_object(
                Bucket=self.bucket, Key=key, Body=body, ContentType="application/json", **condition
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in CONFLICTS:
                raise
            return False
        return True

    def _get(self, key: str) -> tuple[bytes | None, str | None]:
        try:
            found = self._s3.get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None, None
            raise
        return found["Body"].read(), found["ETag"]


def _upload(bucket: str, key: str, version: str) -> Upload:
    name = document_id(bucket, key, version)
    return Upload(document_id=name, bucket=bucket, key=key, version_id=version)
