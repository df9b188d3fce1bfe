"""Amazon S3: forms and links that are signed in advance, which takes no call."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from recita.adapters.clients import CONFIG
from recita.models.api import ArtifactLink, UploadOffer
from recita.models.base import now
from recita.ports.links import UploadOrder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Links:
    """Both buckets. A link ends with the function's credentials at the latest, after hours."""

    def __init__(self, uploads: str, results: str, client: S3Client | None = None) -> None:
        self._uploads, self._results = uploads, results
        # Said, or botocore signs for the global endpoint, which redirects to the bucket's.
        signed = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
        self._s3: S3Client = client or boto3.client("s3", config=CONFIG.merge(signed))

    def upload(self, order: UploadOrder) -> UploadOffer:
        """Return a form that S3 takes for this object and no other.

        Every field is a condition of the policy too: a form with another key, type, option or
        more bytes is refused by S3 itself.
        """
        fields = {"Content-Type": order.content_type, "success_action_status": "201"}
        fields |= {f"x-amz-meta-{name}": value for name, value in order.metadata.items()}
        conditions: list[Any] = [{name: value} for name, value in fields.items()]
        conditions.append(["content-length-range", 1, order.max_bytes])
        form = self._s3.generate_presigned_post(
            self._uploads,
            order.key,
            Fields=dict(fields),
            Conditions=conditions,
            ExpiresIn=_seconds(order.expires_at),
        )
        return UploadOffer(
            url=form["url"],
            fields=form["fields"],
            key=order.key,
            max_bytes=order.max_bytes,
            expires_at=order.expires_at,
        )

    def download(self, key: str, expires_at: datetime) -> ArtifactLink:
        """Return a link to an object in the results bucket, which browsers save as a file.

        Saved, never shown: some results are pages, and what stands in them comes from a document.
        """
        name = key.rpartition("/")[2]
        url = self._s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._results,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{name}"',
            },
            ExpiresIn=_seconds(expires_at),
        )
        return ArtifactLink(key=key, url=url, expires_at=expires_at)


def _seconds(expires_at: datetime) -> int:
    return max(1, round((expires_at - now()).total_seconds()))
