"""What keeps the whole deployment inside its bounds, however many functions run at once."""

from __future__ import annotations

from typing import Protocol


class Places(Protocol):
    """A bounded number of places, each held under a name.

    Holders are a set: taking or giving back twice is the same as once, there are never fewer than
    none, and a place that was never given back says whose it is.
    """

    def take(self, name: str) -> bool:
        """Take a place, or keep the one held already; False when all are held by others."""

    def give_back(self, name: str) -> None:
        """Give the place back, if ``name`` holds one."""

    def holders(self) -> frozenset[str]:
        """Who holds a place at this moment."""


class Pace(Protocol):
    """A rate of calls, or of what calls use up, that all functions keep together.

    Each operation is counted by itself, as the services' quotas are.
    """

    def turn(self, operation: str, units: float = 1, *, patience: float = 2) -> float | None:
        """Return the seconds until a call may go, its turn kept.

        None, and no turn, when that is longer than ``patience`` seconds.
        """


class Bookmark(Protocol):
    """Where a walk that takes many invocations goes on."""

    def read(self) -> dict[str, str]:
        """Return what was written last; empty at the beginning."""

    def write(self, place: dict[str, str]) -> None:
        """Remember a place; an empty one is the beginning."""
