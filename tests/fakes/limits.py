"""Bounds and bookmarks in memory."""

from __future__ import annotations


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


class FakeBookmark:
    """A place in a walk."""

    def __init__(self) -> None:
        self.place: dict[str, str] = {}

    def read(self) -> dict[str, str]:
        return dict(self.place)

    def write(self, place: dict[str, str]) -> None:
        self.place = dict(place)
