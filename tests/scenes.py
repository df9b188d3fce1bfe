"""Pictures of continuous tone, made on the spot, and what is needed to compare them."""

from __future__ import annotations

import io
import random
from functools import cache

from PIL import Image
from recita.decoding.pictures import Found


@cache
def scenery(width: int = 240, height: int = 160, seed: int = 1) -> Image.Image:
    """A picture that is different in each corner, with the grain of a photo."""
    dice = random.Random(seed)  # noqa: S311 - pictures, not secrets
    corners = Image.new("RGB", (2, 2))
    corners.putdata([tuple(dice.randrange(256) for _ in range(3)) for _ in range(4)])
    smooth = corners.resize((width, height), Image.Resampling.BICUBIC)
    return Image.blend(smooth, Image.effect_noise((width, height), 60).convert("RGB"), 0.2)


def seen(found: Found) -> Image.Image:
    """The derived picture, which has to be what it is said to be."""
    assert found.jpeg is not None
    shown = Image.open(io.BytesIO(found.jpeg))
    assert (shown.format, shown.mode) == ("JPEG", "RGB")
    assert shown.size == (found.width, found.height)
    return shown


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures at large, 0 to 255."""
    a, b = (p.convert("RGB").resize((16, 16), Image.Resampling.BOX).tobytes() for p in (one, other))
    return sum(abs(x - y) for x, y in zip(a, b, strict=True)) / len(a)


def place(found: Found) -> tuple[float, float, float, float]:
    """Left, top, width and height as ratios."""
    assert found.box is not None
    return found.box.left, found.box.top, found.box.width, found.box.height
