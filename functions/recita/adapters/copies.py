"""Amazon S3: copies of results in a consumer's bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from recita.adapters.backfill import COPYING
from recita.adapters.s3 import MISSING, S3Results
from recita.errors import ProviderUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

AT_ONCE = 16
"""A document of 3,000 pages has as many files, and S3 copies each in some 50 ms."""


class S3Copies:
    """A bucket of this account or another, under a prefix of it."""

    def __init__(self, originals: str, bucket: str, prefix: str) -> None:
        self._originals, self._bucket, self._prefix = originals, bucket, prefix
        pool = Config(max_pool_connections=AT_ONCE)
        self._s3: S3Client = boto3.client("s3", config=COPYING.merge(pool))
        self._copies = S3Results(bucket, self._s3)

    def read(self, key: str) -> bytes | None:
        """Return a copy, or None when there is none."""
        return self._copies.read(self._prefix + key)

    def copy(self, keys: Iterable[str]) -> None:
        """Copy objects from bucket to bucket, many at once; nothing of them passes through here."""
        self._each(self._copy, keys)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete copies; what is not there is fine."""
        self._each(self._delete, keys)

    def publish(self, key: str, body: bytes, accept: Callable[[bytes], bool]) -> bytes:
        """Write by one conditional write over what ``accept`` takes; return what is there then."""
        return self._copies.publish(self._prefix + key, body, accept)

    def _each(self, do: Callable[[str], None], keys: Iterable[str]) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(do, keys):  # raises what the first that failed raised
                pass

    def _copy(self, key: str) -> None:
        try:
            self._s3.copy_object(
                Bucket=self._bucket,
                Key=self._prefix + key,
                CopySource={"Bucket": self._originals, "Key": key},
                TaggingDirective="REPLACE",  # copying tags needs more rights, and there are none
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in MISSING:
                raise
            message = f"{key} is not there any more"
            raise ProviderUnavailableError("s3", "copy_object", "NoSuchKey", message) from error

    def _delete(self, key: str) -> None:
        self._s3.delete_object(Bucket=self._bucket, Key=self._prefix + key)
