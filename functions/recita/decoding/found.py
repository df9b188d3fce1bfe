"""What is found when a document is searched for pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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


FILE_NAME = re.compile(r"[^/\\]*\.(?:png|jpe?g|gif|bmp|tiff?|webp|svg|[ew]mf|heic)", re.IGNORECASE)
MAX_ALT = 2000
"""Characters; a page of prose is no alternative text."""


def said(alt: str) -> str:
    """Return an alternative text in one line; none when it is a file name, as programs fill in."""
    line = " ".join(alt.split())[:MAX_ALT]
    return "" if FILE_NAME.fullmatch(line) else line


@dataclass(frozen=True)
class Derived:
    """A picture as it is sent on."""

    jpeg: bytes
    width: int
    height: int
    kind: Kind


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

    def seen(self, derived: Derived) -> Found:
        """Return it with what it looks like."""
        return replace(
            self,
            width=derived.width,
            height=derived.height,
            kind=derived.kind,
            jpeg=derived.jpeg,
        )


@dataclass(frozen=True)
class Unit:
    """A part of a document that is searched as a whole: a page of a PDF, or a stored picture.

    Told before it is searched, so that one which ends the process costs no other.
    """

    number: int
    page: int | None


Finds = Iterator[Found | Unit]


class Tally:
    """What was found so far, as far as it decides on what comes: digests, and pictures to go."""

    def __init__(self, most: int, known: frozenset[str] = frozenset()) -> None:
        self.left = most
        self.known = set(known)

    @property
    def full(self) -> bool:
        """Whether no more pictures are to be decoded."""
        return self.left <= 0

    def add(self, found: Found) -> Found:
        """Take in what was found and return it."""
        if found.skipped in (None, "blank", "repeat"):
            self.known.add(found.digest)
        self.left -= found.jpeg is not None
        return found
