"""What is found when a document is searched for pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from recita.models.page import Box

Kind = Literal["photo", "figure"]
Skipped = Literal[
    "repeat",
    "small",
    "rule",
    "mask",
    "blank",
    "scan",
    "unsupported",
    "corrupt",
    "too-large",
    "limit",
]
"""Why a picture is counted and not looked at; docs/seeing.md says what each means."""


@dataclass(frozen=True)
class Found:
    """One picture where it stands in a document.

    ``page``: page, slide or sheet from 1, as the document's reader numbers them. ``box``: as ratios
    of the upright page, clipped to it; None where the format does not place its pictures.
    ``digest``: equal for equal pictures of a document. ``width`` and ``height``: pixels of the
    JPEG, or as the file declares them when it was ``skipped``. ``alt``: what the file itself says
    of the picture. ``jpeg``: upright, sRGB, without metadata, within Rekognition's limits.
    """

    page: int | None
    box: Box | None
    digest: str
    width: int
    height: int
    kind: Kind = "figure"
    alt: str = ""
    jpeg: bytes | None = None
    skipped: Skipped | None = None
    frames: int = 1


class Tally:
    """What was found so far, as far as it decides on what comes: digests, and pictures to go."""

    def __init__(self, most: int, seen: frozenset[str] = frozenset()) -> None:
        self._left = most
        self._seen = set(seen)

    @property
    def full(self) -> bool:
        """Whether no more pictures are to be decoded."""
        return self._left <= 0

    def knows(self, digest: str) -> bool:
        """Whether a picture was found before."""
        return digest in self._seen

    def add(self, found: Found) -> Found:
        """Take in what was found and return it."""
        if found.skipped is None or found.skipped == "blank":
            self._seen.add(found.digest)
        self._left -= found.jpeg is not None
        return found


Finds = Iterator[Found]
