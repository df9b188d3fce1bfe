"""Pictures that a document stores as files: judged by their bytes, decoded one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from recita.decoding import image, look
from recita.decoding.found import Finds, Found, Tally, Unit, said
from recita.errors import DocumentRejectedError
from recita.models.page import Box

MAX_BYTES = 200 * 1024 * 1024
"""Of a stored picture: larger than any camera's."""
Crop = tuple[float, float, float, float]
"""Shares that are cut off at the left, top, right and bottom."""
WHOLE: Crop = (0, 0, 0, 0)
VECTORS = (
    b"\xd7\xcd\xc6\x9a",
    b"\x01\x00\x09\x00",
    b"\x01\x00\x00\x00",
    b"\x1f\x8b",
    b"%!PS",
    b"<",
)
"""How WMF, EMF, packed ones of both, EPS and SVG begin."""


@dataclass(frozen=True)
class Stored:
    """A picture in a document: where it stands, and how to get its bytes.

    ``load`` raises OSError or KeyError when they can't be had.
    """

    load: Callable[[], bytes]
    page: int = 1
    box: Box | None = None
    alt: str = ""
    crop: Crop = WHOLE
    transposes: tuple[Image.Transpose, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the document shows it other than it is stored."""
        return self.crop != WHOLE or bool(self.transposes)

    def cut(self, picture: Image.Image) -> tuple[int, int, int, int]:
        """Return what is left of a picture in pixels; a crop that leaves nothing counts as none."""
        left, top, right, bottom = (min(1.0, max(0.0, share)) for share in self.crop)
        if left + right >= 1 or top + bottom >= 1:
            left = top = right = bottom = 0
        width, height = picture.size
        x0, y0 = round(left * width), round(top * height)
        x1, y1 = round((1 - right) * width), round((1 - bottom) * height)
        return x0, y0, max(x0 + 1, x1), max(y0 + 1, y1)


def related(part: Any, relation: str) -> Callable[[], bytes] | None:
    """Return what loads a picture that a part of an Office file refers to.

    None for one that lies elsewhere: nothing is fetched.
    """
    known = part.rels.get(relation)
    if known is not None and known.is_external:
        return None
    return lambda: bytes(part.rels[relation].target_part.blob)


def find(pictures: Iterable[Stored], tally: Tally, first: int = 1) -> Finds:
    """Yield what is found of stored pictures, from the ``first`` on."""
    for number, picture in enumerate(pictures, start=1):
        if number >= first:
            yield Unit(number, picture.page)
            yield tally.add(_found(picture, tally))


def upload(path: Path, tally: Tally, first: int = 1) -> Finds:
    """Yield an uploaded picture; whatever its shape, it was uploaded to be looked at."""
    if first > 1:
        return
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    found = Found(1, None, digest, 0, 0)
    yield Unit(1, 1)
    yield tally.add(_decoded(path, found, tally, None))


def _found(picture: Stored, tally: Tally) -> Found:
    found = Found(picture.page, picture.box, "", 0, 0, alt=said(picture.alt))
    try:
        body = picture.load()
    except MemoryError:
        return replace(found, skipped="too-large")
    except Exception:  # noqa: BLE001 - containers raise anything on broken entries
        return replace(found, skipped="corrupt")
    digest = hashlib.sha256(body)
    if picture.changes:
        digest.update(repr((picture.crop, picture.transposes)).encode())
    found = replace(found, digest=digest.hexdigest())
    if len(body) > MAX_BYTES:
        return replace(found, skipped="too-large")
    return _decoded(BytesIO(body), found, tally, picture)


def _decoded(source: Path | BytesIO, found: Found, tally: Tally, as_shown: Stored | None) -> Found:
    try:
        with image.opened(source) as stored:
            return _judged(stored, found, tally, as_shown)
    except UnidentifiedImageError:
        vector = isinstance(source, BytesIO) and source.getvalue().lstrip().startswith(VECTORS)
        return replace(found, skipped="unsupported" if vector else "corrupt")
    except (DocumentRejectedError, MemoryError):  # the only code of opened()
        return replace(found, skipped="too-large")
    except Exception:  # noqa: BLE001 - Pillow raises anything on fuzzed input
        return replace(found, skipped="corrupt")


def _judged(stored: Image.Image, found: Found, tally: Tally, as_shown: Stored | None) -> Found:
    """Return what is found of an opened picture; ``as_shown`` None: a document of its own."""
    left, top, right, bottom = as_shown.cut(stored) if as_shown else (0, 0, *stored.size)
    found = replace(found, width=right - left, height=bottom - top, frames=image.frames(stored))
    misfit = look.misfit(found.width, found.height) if as_shown else None
    if stored.width * stored.height > image.MAX_PIXELS:
        misfit = "too-large"
    if misfit:
        return replace(found, skipped=misfit)
    if found.digest in tally.known:
        return replace(found, skipped="repeat")
    if tally.full:
        return replace(found, skipped="limit")
    upright = image.decoded(stored)
    if as_shown and as_shown.changes:
        upright = upright.crop(as_shown.cut(upright))
        for transpose in as_shown.transposes:
            upright = upright.transpose(transpose)
    if as_shown and look.is_plain(upright):
        return replace(found, skipped="blank")
    return found.seen(look.derive(upright))
