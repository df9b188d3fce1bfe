"""What a picture is like, from its pixels and its size."""

from __future__ import annotations

from PIL import Image, ImageChops

from recita.decoding import image
from recita.decoding.found import Derived, Kind, Skipped

MIN_SIDE = 64
"""Pixels; below are icons, bullets and buttons."""
MAX_ASPECT = 20
"""Long by short side; beyond are lines, borders and strips of colour."""
HAIR = 2
"""Pixels a side of which only lines are made."""
PLAIN = 8
"""Most that the channels of one colour differ by, of 255: what JPEG makes of a flat area."""
SAMPLE = 256
"""Pixels a side that tell a photo from a figure."""
EVEN = 3
"""Most that neighbours in a flat area differ by, of 255."""
FLAT = 0.6
"""Share of flat neighbours from which a picture was drawn rather than taken."""
FEW_COLOURS = 0.5
"""Share of the most frequent colours in a figure."""
THUMB = 8
ALIKE = 24
"""Most that two thumbnails of one picture differ by in a channel, of 255."""


def misfit(width: int, height: int) -> Skipped | None:
    """Return why a picture of that many pixels is not looked at, before it is decoded."""
    short, long = sorted((width, height))
    if short <= HAIR or long > MAX_ASPECT * short:
        return "rule"
    if short < MIN_SIDE:
        return "small"
    return "too-large" if width * height > image.MAX_PIXELS else None


def derive(picture: Image.Image) -> Derived | None:
    """Return what is sent on of an upright RGB picture; None when it has one colour only."""
    if all(high - low <= PLAIN for low, high in picture.getextrema()):  # type: ignore[misc]
        return None
    drawn, small = kind(picture), thumb(picture)
    return Derived(*image.encode(image.fit(picture)), drawn, small)


def kind(picture: Image.Image) -> Kind:
    """Return whether an RGB picture was taken (continuous tone) or drawn (flat areas)."""
    sample = picture.copy()
    sample.thumbnail((2 * SAMPLE, 2 * SAMPLE), Image.Resampling.NEAREST)
    return "figure" if flatness(sample) > FLAT else "photo"


def flatness(sample: Image.Image) -> float:
    """Return the share of neighbours (0 to 1) that have the same colour."""
    grey = sample.convert("L")
    across = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0)).histogram()
    down = ImageChops.difference(grey, ImageChops.offset(grey, 0, 1)).histogram()
    return sum(across[: EVEN + 1] + down[: EVEN + 1]) / (2 * grey.width * grey.height)


def thumb(picture: Image.Image) -> bytes:
    """Return so few pixels of a picture that only its look at large remains."""
    return picture.resize((THUMB, THUMB), Image.Resampling.BOX).tobytes()


def alike(one: bytes, other: bytes) -> bool:
    """Whether two thumbnails show the same."""
    return all(abs(a - b) <= ALIKE for a, b in zip(one, other, strict=True))
