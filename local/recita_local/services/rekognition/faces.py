"""Faces: BlazeFace twice, for the faces of a group and for the one that fills the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from recita_local.services.rekognition.frames import (
    Fitted,
    box,
    corners,
    holds,
    kept,
    overlap_of,
    sigmoid,
)
from recita_local.services.rekognition.seeing import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from recita_local.services.rekognition.seeing import Box

    Array = NDArray[Any]

FULL_SIDE, SHORT_SIDE = 192, 128
FULL_CELLS, SHORT_CELLS = ((48, 1),), ((16, 2), (8, 6))
"""Cells along a side, and anchors in each, of a model's layers."""
LEAST = 0.5
"""Score below which a face says nothing."""
SURE = 0.75
"""Score from which one model is enough. Measured: cats, dogs and patterns reach 0.67."""
SAME = 0.3
"""Overlap from which two boxes show one face; the models draw them differently."""
CLOSER_LOOKS, CLOSER_PIXELS = 10, 48
"""People looked at again, and the least width of one that is worth it."""
MOST = 100
"""DetectFaces finds the 100 largest."""
POINTS = ("eyeLeft", "eyeRight", "nose")
"""The first of six points, named as Rekognition names them: left as it is seen in the image."""


def find_faces(full: Any, short: Any, image: Image.Image, people: list[Box]) -> list[Face]:
    """Faces that one model is sure of or both see, the largest first.

    Where there is a person and no face, both models look again from nearby: the whole picture is
    so small to them that a face of a twentieth of it is lost.
    """
    found = _faces(full, short, image)
    for person in people[:CLOSER_LOOKS]:
        if not any(holds(person, face.box) for face in found):
            found += _closer(full, short, image, person)
    return sorted(found, key=lambda face: -face.box[2] * face.box[3])[:MOST]


def _closer(full: Any, short: Any, image: Image.Image, person: Box) -> list[Face]:
    left, top, width, height = person
    pixels = (width * image.width, height * image.height)
    if min(pixels) < CLOSER_PIXELS:
        return []
    x, y = left * image.width, top * image.height
    part = image.crop((round(x), round(y), round(x + pixels[0]), round(y + pixels[1])))
    return [_from_part(face, person) for face in _faces(full, short, part)]


def _from_part(face: Face, part: Box) -> Face:
    left, top, width, height = part
    x, y, wide, high = face.box
    points = {
        name: (left + px * width, top + py * height) for name, (px, py) in face.points.items()
    }
    return Face(
        face.score, (left + x * width, top + y * height, wide * width, high * height), points
    )


def _faces(full: Any, short: Any, image: Image.Image) -> list[Face]:
    wide = _blazeface(full, image, FULL_SIDE, FULL_CELLS)
    near = _blazeface(short, image, SHORT_SIDE, SHORT_CELLS)
    agreed = [_agreed(face, near) for face in wide]
    alone = [face for face in near if face.score >= SURE and not _seen(face, wide)]
    return [face for face in agreed if face.score >= SURE] + alone


def _agreed(face: Face, others: list[Face]) -> Face:
    """Two independent sightings are surer than either: the chance that both err is the product."""
    scores = [other.score for other in others if _same(face, other)]
    score = 1 - (1 - face.score) * (1 - max(scores, default=0.0))
    return Face(score, face.box, face.points)


def _seen(face: Face, others: list[Face]) -> bool:
    return any(_same(face, other) for other in others)


def _same(one: Face, other: Face) -> bool:
    return overlap_of(corners(one.box), corners(other.box)) >= SAME


def _blazeface(
    session: Any, image: Image.Image, side: int, layers: tuple[tuple[int, int], ...]
) -> list[Face]:
    fitted = Fitted.of(image, side)
    offsets, logits = session.run(None, {"image": fitted.pixels[None] / 127.5 - 1})
    scores = sigmoid(logits[0, :, 0])
    (where,) = np.nonzero(scores > LEAST)
    pairs = face_points(offsets[0][where], centres(layers)[where], side)
    shares = fitted.shares(pairs)
    places = shares[:, :2].reshape(-1, 4)
    chosen = kept(places, scores[where], np.zeros(len(where)), SAME)
    return [_face(float(scores[where[one]]), shares[one]) for one in chosen]


def centres(layers: tuple[tuple[int, int], ...]) -> Array:
    """Where a model's anchors are, as shares of the square."""
    return np.array(
        [
            ((cell % cells + 0.5) / cells, (cell // cells + 0.5) / cells)
            for cells, anchors in layers
            for cell in range(cells * cells)
            for _ in range(anchors)
        ]
    )


def face_points(offsets: Array, anchors: Array, side: int) -> Array:
    """Upper left, lower right and the points of each face, in pixels of the square.

    Offsets are x and y of the centre, width and height, then x and y of six points, all from the
    anchor, in pixels.
    """
    start = anchors * side
    centre, half = start + offsets[:, :2], offsets[:, 2:4] / 2
    points = offsets[:, 4:].reshape(-1, 6, 2) + start[:, None]
    return np.concatenate([(centre - half)[:, None], (centre + half)[:, None], points], axis=1)


def _face(score: float, shares: Array) -> Face:
    places = dict(zip(POINTS, shares[2:], strict=False))
    points = {name: (float(x), float(y)) for name, (x, y) in places.items()}
    return Face(score, box(shares[:2].reshape(-1)), points)
