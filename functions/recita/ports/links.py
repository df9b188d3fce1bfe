"""Links that let their bearer do one thing for a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from recita.models.api import ArtifactLink, UploadOffer


@dataclass(frozen=True)
class UploadOrder:
    """The one object that may be put into the input bucket, and until when."""

    key: str
    content_type: str
    max_bytes: int
    expires_at: datetime
    metadata: dict[str, str] = field(default_factory=dict)


class Links(Protocol):
    """Presigned requests to Amazon S3."""

    def upload(self, order: UploadOrder) -> UploadOffer:
        """Return a form that S3 takes for this object and no other."""

    def download(self, key: str, expires_at: datetime) -> ArtifactLink:
        """Return a link to an object in the results bucket, which browsers save as a file."""
