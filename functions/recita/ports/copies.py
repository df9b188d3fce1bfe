"""Where results are copied to: a bucket that belongs to whoever reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol


class Copies(Protocol):
    """Copies of results in another bucket; ``key`` is that of the original."""

    def read(self, key: str) -> bytes | None:
        """Return a copy, or None when there is none."""

    def copy(self, keys: Iterable[str]) -> None:
        """Copy objects as they are now, over what is there.

        Raises ProviderUnavailableError when an original is gone: it was run again, or erased.
        """

    def delete(self, keys: Iterable[str]) -> None:
        """Delete copies; what is not there is fine."""

    def publish(self, key: str, body: bytes, accept: Callable[[bytes], bool]) -> bytes:
        """Write by one conditional write over what ``accept`` takes; return what is there then."""
