"""Objects that were there before: in the input bucket without a row, or in another bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from recita.models.document import Upload


@dataclass(frozen=True)
class Stored:
    """An object as it is now; ``version_id`` is None where its bucket has no versions."""

    bucket: str
    key: str
    bytes: int
    etag: str
    version_id: str | None
    media_type: str
    metadata: dict[str, str]
    """``x-amz-meta-…``, without the prefix."""
    archived: bool = False
    """Whether it must be restored before anybody can read it."""


class Objects(Protocol):
    """Objects of the input bucket and of the one that may be brought into it."""

    input_bucket: str

    def find(self, bucket: str, key: str) -> Stored | None:
        """Return the object; None when it has gone since it was listed."""

    def copy(
        self, source: Stored, key: str, metadata: dict[str, str], there: Stored | None
    ) -> Upload:
        """Copy an object into the input bucket, over what is ``there``; return its new version.

        Raises ProviderUnavailableError when either end has changed meanwhile: look again.
        """
