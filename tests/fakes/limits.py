"""Bounds and bookmarks in memory."""

from __future__ import annotations

from collections.abc import Callable


class FakePlaces:
    """A bounded number of places."""

    def __init__(self, most: int = 100) -> None:
        self.most = most
        self.held: set[str] = set()

    def take(self, name: str) -> bool:
        if name not in self.held and len(self.held) >= self.most:
            return False
        self.held.add(name)
        return True

    def give_back(self, name: str) -> None:
        self.held.discard(name)

    def holders(self) -> frozenset[str]:
        return frozenset(self.held)


class FakePace:
    """A rate, under a clock that a test moves."""

    def __init__(self, a_second: float, *, saved: float = 1, clock: Callable[[], float]) -> None:
        self.a_second = a_second
        self.saved = (max(1.0, saved) - 1) / a_second
        self.clock = clock
        self.ready: dict[str, float] = {}

    def turn(self, operation: str, units: float = 1, *, patience: float = 2) -> float | None:
        now = self.clock()
        ready = max(self.ready.get(operation, 0.0), now - self.saved)
        if ready - now > 600:  # a clock was wrong
            ready = now - self.saved
        if ready - now > patience:
            return None
        self.ready[operation] = ready + units / self.a_second
        return max(0.0, ready - now)


class FakeBookmark:
    """A place in a walk."""

    def __init__(self) -> None:
        self.place: dict[str, str] = {}

    def read(self) -> dict[str, str]:
        return dict(self.place)

    def write(self, place: dict[str, str]) -> None:
        self.place = dict(place)
