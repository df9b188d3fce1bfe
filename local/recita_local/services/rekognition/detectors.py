"""Objects and their places: NanoDet (80 classes of COCO) and SSD (23 of Open Images)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from recita_local.services.rekognition.frames import (
    SAME,
    Fitted,
    box,
    corners,
    kept,
    overlap_of,
    sigmoid,
)
from recita_local.services.rekognition.seeing import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Array = NDArray[Any]

COCO, OPEN_IMAGES = "coco", "open-images"
LEAST = 0.35
"""Score below which a box says nothing."""
WORTH_A_MIRROR = 0.5
"""Score that some box must reach to be looked for in the mirror, which doubles the time."""
MOST = 100
"""Boxes of one detector in one picture."""

NANODET_SIDE, NANODET_CLASSES, NANODET_BINS = 416, 80, 11
NANODET_STRIDES = (8, 16, 32)
NANODET_MEAN = np.array([103.53, 116.28, 123.675], np.float32)
NANODET_DEVIATION = np.array([57.375, 57.12, 58.395], np.float32)
"""Of blue, green and red, as it was trained."""

SSD_SIDE = 300
SSD_LAYERS = 6
SSD_SCALES = (0.2, 0.95)
SSD_RATIOS = (1.0, 2.0, 0.5, 3.0, 1 / 3)
SSD_PLACE, SSD_SIZE = 10.0, 5.0
"""What its offsets are divided by: of the centre, and of the logarithm of the sides."""


def find_coco(session: Any, image: Image.Image) -> list[Found]:
    """Objects by NanoDet; a score is the mean of the picture's and its mirror image's.

    What is there is there in a mirror too, while a mistake rarely is: of the wrong boxes above
    0.5 on test pictures, half fell below it.
    """
    fitted = Fitted.of(image, NANODET_SIDE)
    plain = _nanodet(session, fitted)
    if max((found.score for found in plain), default=0.0) < WORTH_A_MIRROR:
        return []
    mirrored = [_flipped(found) for found in _nanodet(session, fitted.mirrored())]
    both = [_with_score(found, (found.score + _again(found, mirrored)) / 2) for found in plain]
    return [found for found in both if found.score >= LEAST][:MOST]


def _again(found: Found, others: list[Found]) -> float:
    """The best score that another look gave the same thing in the same place."""
    place = corners(found.box)
    scores = (
        other.score
        for other in others
        if other.kind == found.kind and overlap_of(place, corners(other.box)) >= SAME
    )
    return max(scores, default=0.0)


def _flipped(found: Found) -> Found:
    left, top, width, height = found.box
    place = (1 - left - width, top, width, height)
    return Found(found.detector, found.kind, found.score, place)


def _with_score(found: Found, score: float) -> Found:
    return Found(found.detector, found.kind, score, found.box)


def _nanodet(session: Any, fitted: Fitted) -> list[Found]:
    pixels = (fitted.pixels[..., ::-1] - NANODET_MEAN) / NANODET_DEVIATION
    heads = session.run(None, {"image": pixels.transpose(2, 0, 1)[None]})
    found = [
        nanodet_boxes(head[0], stride) for head, stride in zip(heads, NANODET_STRIDES, strict=True)
    ]
    places, scores, kinds = (np.concatenate(parts) for parts in zip(*found, strict=True))
    shares = fitted.shares(places.reshape(-1, 2, 2)).reshape(-1, 4)
    return list(_found(COCO, shares, scores, kinds))


def nanodet_boxes(head: Array, stride: int) -> tuple[Array, Array, Array]:
    """Corners in pixels, scores and classes from one head [124, cells, cells].

    Each cell has a logit a class, and four distributions over distances of 0 to 10 strides
    from its centre to the box's left, top, right and bottom.
    """
    cells = head.shape[1]
    scores = sigmoid(head[:NANODET_CLASSES].reshape(NANODET_CLASSES, -1))
    kinds, where = np.nonzero(scores > LEAST)
    sides = head[NANODET_CLASSES:].reshape(4, NANODET_BINS, -1)[:, :, where]
    weights = np.exp(sides - sides.max(axis=1, keepdims=True))
    reach = np.einsum("sbn,b->sn", weights / weights.sum(axis=1, keepdims=True), _BINS) * stride
    x, y = (where % cells + 0.5) * stride, (where // cells + 0.5) * stride
    places = np.stack([x - reach[0], y - reach[1], x + reach[2], y + reach[3]], axis=1)
    return places, scores[kinds, where], kinds


_BINS = np.arange(NANODET_BINS)


def find_open_images(session: Any, image: Image.Image) -> list[Found]:
    """Objects by SSD-MobileNetV2, which sees the picture squeezed into a square."""
    square = image.resize((SSD_SIDE, SSD_SIDE), Image.Resampling.BILINEAR)
    pixels = np.asarray(square, np.float32)[None] / 127.5 - 1
    offsets, logits = session.run(None, {"image": pixels})
    scores = sigmoid(logits[0])
    scores[:, 0] = 0  # the background
    where, kinds = np.nonzero(scores > LEAST)
    places = ssd_boxes(offsets[0][where], _ANCHORS[where])
    return list(_found(OPEN_IMAGES, places, scores[where, kinds], kinds))[:MOST]


def ssd_boxes(offsets: Array, anchors: Array) -> Array:
    """Corners as shares from offsets and anchors, rows of y, x, height and width."""
    centres = offsets[:, :2] / SSD_PLACE * anchors[:, 2:] + anchors[:, :2]
    halves = np.exp(offsets[:, 2:] / SSD_SIZE) * anchors[:, 2:] / 2
    return np.concatenate([(centres - halves)[:, ::-1], (centres + halves)[:, ::-1]], axis=1)


def ssd_anchors() -> Array:
    """The 1,917 boxes that SSD's offsets start from, rows of y, x, height and width."""
    low, high = SSD_SCALES
    scales = [*np.linspace(low, high, SSD_LAYERS), 1.0]
    layers = (_layer(number, scales) for number in range(SSD_LAYERS))
    return np.array(list(chain.from_iterable(layers)))


def _layer(number: int, scales: list[float]) -> Iterator[tuple[float, float, float, float]]:
    scale, cells = scales[number], -(-SSD_SIDE // (16 * 2**number))
    if number == 0:  # three shapes a cell in the finest layer, six in the others
        shapes = [(0.1, 1.0), (scale, 2.0), (scale, 0.5)]
    else:
        between = float(np.sqrt(scale * scales[number + 1]))
        shapes = [*((scale, ratio) for ratio in SSD_RATIOS), (between, 1.0)]
    for cell in range(cells * cells):
        y, x = (cell // cells + 0.5) / cells, (cell % cells + 0.5) / cells
        for size, ratio in shapes:
            yield y, x, size / ratio**0.5, size * ratio**0.5


_ANCHORS = ssd_anchors()


def _found(detector: str, places: Array, scores: Array, kinds: Array) -> Iterator[Found]:
    for one in kept(places, scores, kinds):
        yield Found(detector, int(kinds[one]), float(scores[one]), box(places[one]))
