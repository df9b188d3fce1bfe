"""What a picture is like, from its pixels and its size."""

from __future__ import annotations

from PIL import Image

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
SAMPLE = 512
"""Pixels a side that tell a photo from a figure."""
SHADES = 32
"""Steps of each channel in which colours are told apart: JPEG makes many of one."""
COLOURS = 4
FLAT = 0.4
"""Share of the few most frequent colours from which a picture was drawn: photos have 0.02 to 0.3,
charts, logos and screenshots 0.44 to 1."""
TONES = 6.5
"""Bits of information in a pixel's brightness from which a picture was taken: grey photos have few
colours and 6.8 to 7.9 bits, what is drawn has 0.1 to 6.3."""
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


def derive(picture: Image.Image) -> Derived:
    """Return what is sent on of an upright RGB picture."""
    taken_or_drawn = kind(picture)  # before it is scaled down in place
    return Derived(*image.encode(image.fit(picture)), taken_or_drawn)


def is_plain(picture: Image.Image) -> bool:
    """Return whether a picture has one colour only."""
    return all(band.getextrema()[1] - band.getextrema()[0] <= PLAIN for band in picture.split())  # type: ignore[operator]


def kind(picture: Image.Image) -> Kind:
    """Return whether an RGB picture was taken (continuous tone) or drawn (few colours)."""
    sample = picture.resize(
        (min(SAMPLE, picture.width), min(SAMPLE, picture.height)), Image.Resampling.NEAREST
    )
    pixels = sample.width * sample.height
    step = 256 // SHADES
    colours = sample.point(lambda value: value // step * step).getcolors(pixels) or []
    most = sorted((count for count, _ in colours), reverse=True)[:COLOURS]
    drawn = sum(most) > FLAT * pixels and sample.convert("L").entropy() < TONES
    return "figure" if drawn else "photo"


def thumb(picture: Image.Image) -> bytes:
    """Return so few pixels of a picture that only its look at large remains."""
    return picture.resize((THUMB, THUMB), Image.Resampling.BOX).tobytes()


def alike(one: bytes, other: bytes) -> bool:
    """Whether two thumbnails show the same."""
    return all(abs(a - b) <= ALIKE for a, b in zip(one, other, strict=True))
