"""Geometry of detection: pictures fitted into a model's square, boxes and which of them to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recita_local.services.rekognition.seeing import Box

    Array = NDArray[Any]

SAME = 0.5
"""Overlap from which two boxes show one thing: shared area over joint area."""


@dataclass(frozen=True)
class Fitted:
    """A picture in the middle of a black square, its proportions kept."""

    pixels: Array
    """Float32, side x side x 3, 0 to 255."""
    width: int
    height: int
    left: int
    top: int

    @classmethod
    def of(cls, image: Image.Image, side: int) -> Fitted:
        """Scaled so that its longer side is ``side``."""
        scale = side / max(image.size)
        width, height = (max(1, round(length * scale)) for length in image.size)
        left, top = (side - width) // 2, (side - height) // 2
        square = Image.new("RGB", (side, side))
        square.paste(image.resize((width, height), Image.Resampling.BILINEAR), (left, top))
        return cls(np.asarray(square, np.float32), width, height, left, top)

    def mirrored(self) -> Fitted:
        """The same, left and right exchanged."""
        side = self.pixels.shape[1]
        left = side - self.width - self.left
        return Fitted(self.pixels[:, ::-1], self.width, self.height, left, self.top)

    def shares(self, points: Array) -> Array:
        """Pairs of x and y, in pixels of the square, as shares of the picture."""
        return cast("Array", (points - (self.left, self.top)) / (self.width, self.height))


def sigmoid(values: Array) -> Array:
    """Scores of 0 to 1 from logits."""
    return cast("Array", 1 / (1 + np.exp(-np.clip(values, -50, 50))))


def kept(corners: Array, scores: Array, kinds: Array, overlap: float = SAME) -> list[int]:
    """Places of the boxes that remain when weaker ones of the same kind and place are dropped.

    ``corners`` are rows of left, top, right and bottom; the surest comes first.
    """
    chosen: list[int] = []
    for place in np.argsort(-scores, kind="stable"):
        same = [one for one in chosen if kinds[one] == kinds[place]]
        if all(overlap_of(corners[one], corners[place]) <= overlap for one in same):
            chosen.append(int(place))
    return chosen


def overlap_of(one: Array, other: Array) -> float:
    """Shared area over joint area of two boxes given by their corners."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    joint = _area(one) + _area(other) - shared
    return float(shared / joint) if joint > 0 else 0.0


def holds(outer: Box, inner: Box) -> bool:
    """Whether the middle of one box lies in another."""
    left, top, width, height = outer
    x, y = inner[0] + inner[2] / 2, inner[1] + inner[3] / 2
    return left <= x <= left + width and top <= y <= top + height


def _area(corners: Array) -> float:
    return float((corners[2] - corners[0]) * (corners[3] - corners[1]))


def corners(box: Box) -> Array:
    """Left, top, right and bottom."""
    left, top, width, height = box
    return np.array([left, top, left + width, top + height])


def box(corners: Array) -> Box:
    """The part of a box that lies within the picture."""
    left, top, right, bottom = (float(value) for value in np.clip(corners, 0, 1))
    return left, top, right - left, bottom - top
