"""How crooked a page lies. Runs in the engine's process only.

The detector's boxes lean by chance where lines are short: a form turned by 0.9 degrees was told as
straight, and a straight one as 0.8 degrees off. They say where to look; the ink says how much.
"""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recita_local.services.textract.raster import Pixels
    from recita_local.services.textract.reading import Polygon

LEAST_SKEW = math.radians(0.2)
"""Rows and rules run true enough on a page that leans less; turning it would only blur it."""
LONG_LINE = 4
"""In heights: shorter lines lean by chance."""
SIDE = 1600
"""Pixels a page is looked at; with 800 one page in four was 0.1 degrees off or more."""
SURROUNDINGS, LEAST_CONTRAST = 31, 15
"""Pixels around a pixel that say what paper is there, and shades that ink is darker by."""
STEPS = (math.radians(0.2), 10), (math.radians(0.05), 4)
"""Angles tried around the best so far: how far apart, and how many on each side."""


def skew_of(shades: Pixels, polygons: Sequence[Polygon]) -> float:
    """Radians by which the lines of a page descend to the right; nothing for next to nothing."""
    if not polygons:
        return 0.0
    ink = _text_ink(shades, polygons)
    angle = _leaning(polygons)
    for step, most in STEPS:
        angle = max((angle + number * step for number in _inside_out(most)),
                    key=lambda tried: _sharpness(ink, tried))  # fmt: skip
    return angle if abs(angle) >= LEAST_SKEW else 0.0


def _inside_out(most: int) -> list[int]:
    """0, 1, -1, 2, -2, …: of equals the nearest is taken."""
    return sorted(range(-most, most + 1), key=abs)


def _leaning(polygons: Sequence[Polygon]) -> float:
    """Median angle of the long lines' boxes."""
    angles = []
    for polygon in polygons:
        (left, top), (right, bottom) = polygon[0], polygon[1]
        if right - left > LONG_LINE * math.dist(polygon[0], polygon[3]):
            angles.append(math.atan2(bottom - top, right - left))
    return median(angles) if angles else 0.0


def _text_ink(shades: Pixels, polygons: Sequence[Polygon]) -> Pixels:
    """1 where text is printed; pictures have slants of their own."""
    scale = min(1.0, SIDE / max(shades.shape))
    small = cv2.resize(shades, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(
        small,
        1,
        cv2.ADAPTIVE_THRESH_MEAN_C,
        cv2.THRESH_BINARY_INV,
        SURROUNDINGS,
        LEAST_CONTRAST,
    )
    text = np.zeros_like(small)
    cv2.fillPoly(text, [np.rint(np.asarray(one) * scale).astype(np.int32) for one in polygons], 1)
    return (ink * text).astype(np.float32)


def _sharpness(ink: Pixels, angle: float) -> float:
    """How suddenly rows of ink begin and end once the page is sheared level."""
    height, width = ink.shape
    slope = math.tan(angle)
    shear = np.asarray([[1, 0, 0], [-slope, 1, slope * width / 2]], np.float32)
    level = cv2.warpAffine(ink, shear, (width, height))
    rows = cv2.reduce(level, 1, cv2.REDUCE_SUM).ravel()
    return float((np.diff(rows) ** 2).sum())
