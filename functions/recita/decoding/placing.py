"""Where images lie on a PDF's page: matrices, clips and forms, as PDFium knows them."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdfium2 import raw

from recita.decoding.glyphs import Quad

MAX_OBJECTS = 100_000
"""Objects of a page that are looked at; maps and CAD drawings have more, and hardly pictures."""
MAX_DEPTH = 8
"""Forms within forms."""
MAX_POINTS = 1000
"""Points of a clip; a finer outline counts as none."""
LEVEL = 0.02
"""Sine of the angle up to which a picture stands straight."""
EVERYWHERE: Quad = (-math.inf, -math.inf, math.inf, math.inf)


@dataclass(frozen=True)
class Matrix:
    """An affine map of points, as PDF writes it (ISO 32000-1, 8.3.3)."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    def then(self, outer: Matrix) -> Matrix:
        """Return the map that does this first and ``outer`` after it."""
        return Matrix(
            self.a * outer.a + self.b * outer.c,
            self.a * outer.b + self.b * outer.d,
            self.c * outer.a + self.d * outer.c,
            self.c * outer.b + self.d * outer.d,
            self.e * outer.a + self.f * outer.c + outer.e,
            self.e * outer.b + self.f * outer.d + outer.f,
        )

    def around(self, points: list[tuple[float, float]]) -> Quad:
        """Return the box around mapped points."""
        xs = [self.a * x + self.c * y + self.e for x, y in points]
        ys = [self.b * x + self.d * y + self.f for x, y in points]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass
class Placed:
    """An image, or adjoining ones that make up one picture, in user space (points, y upwards).

    ``area``: the box around it; ``shown``: what clips leave of that. ``pixels``: across and down
    in user space. ``order``: when it is painted, by the count of objects. ``mark``: id of the
    page's marked content that it belongs to, below zero for none. ``step``: pixels of the first of
    adjoining ones.
    """

    objects: list[Any]
    area: Quad
    shown: Quad
    pixels: tuple[int, int]
    straight: bool
    order: int
    mark: int
    step: tuple[int, int]

    @property
    def density(self) -> tuple[float, float]:
        """Pixels a point, across and down."""
        left, bottom, right, top = self.area
        across, down = self.pixels
        return across / max(right - left, 1e-6), down / max(top - bottom, 1e-6)


@dataclass
class Scene:
    """What lies on a page: its images, everything else, and how many of that are texts."""

    images: list[Placed] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)
    texts: int = 0
    count: int = 0


@dataclass(frozen=True)
class _Holder:
    """A page or a form: how its space maps to the page's, and what of it is shown."""

    matrix: Matrix = field(default_factory=Matrix)
    clip: Quad = EVERYWHERE
    mark: int | None = None
    depth: int = 0


def survey(page: Any) -> Scene:
    """Return what lies on a page."""
    scene = Scene()
    top = (raw.FPDFPage_GetObject(page, n) for n in range(raw.FPDFPage_CountObjects(page)))
    _survey(scene, top, _Holder(clip=page.get_bbox()))
    return scene


def _survey(scene: Scene, objects: Iterator[Any], holder: _Holder) -> None:
    for item in objects:
        if scene.count >= MAX_OBJECTS:
            return
        scene.count += 1
        match raw.FPDFPageObj_GetType(item):
            case raw.FPDF_PAGEOBJ_IMAGE:
                scene.images.append(_placed(item, holder, scene.count))
            case raw.FPDF_PAGEOBJ_FORM if holder.depth < MAX_DEPTH:
                count = raw.FPDFFormObj_CountObjects(item)
                inside = (raw.FPDFFormObj_GetObject(item, n) for n in range(count))
                _survey(scene, inside, _inner(item, holder))
            case kind:
                scene.others.append(item)
                scene.texts += kind == raw.FPDF_PAGEOBJ_TEXT


def _inner(form: Any, outer: _Holder) -> _Holder:
    mark = _mark(form, outer)
    return _Holder(_matrix(form).then(outer.matrix), _clip(form, outer), mark, outer.depth + 1)


def _mark(item: Any, holder: _Holder) -> int:
    """Return the page's mark: those inside forms are numbered anew."""
    return raw.FPDFPageObj_GetMarkedContentID(item) if holder.mark is None else holder.mark


def _placed(image: Any, holder: _Holder, order: int) -> Placed:
    matrix = _matrix(image).then(holder.matrix)
    area = matrix.around([(0, 0), (1, 0), (0, 1), (1, 1)])
    along, across = math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
    upright = abs(matrix.b) <= LEVEL * along and abs(matrix.c) <= LEVEL * across
    lying = abs(matrix.a) <= LEVEL * along and abs(matrix.d) <= LEVEL * across
    pixels = _pixels(image, lying=lying and not upright)
    return Placed(
        [image],
        area,
        overlap(area, _clip(image, holder)),
        pixels,
        upright or lying,
        order,
        _mark(image, holder),
        pixels,
    )


def _pixels(image: Any, *, lying: bool) -> tuple[int, int]:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    raw.FPDFImageObj_GetImagePixelSize(image, width, height)
    return (height.value, width.value) if lying else (width.value, height.value)


def _matrix(item: Any) -> Matrix:
    found = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, found)
    return Matrix(found.a, found.b, found.c, found.d, found.e, found.f)


def _clip(item: Any, holder: _Holder) -> Quad:
    """Return the box that is left of everything by an object's clip and those around it."""
    path = raw.FPDFPageObj_GetClipPath(item)
    shown = holder.clip
    for number in range(max(0, raw.FPDFClipPath_CountPaths(path))):
        count = raw.FPDFClipPath_CountPathSegments(path, number)
        if 0 < count <= MAX_POINTS:
            points = [_point(path, number, segment) for segment in range(count)]
            shown = overlap(shown, holder.matrix.around(points))
    return shown


def _point(path: Any, number: int, segment: int) -> tuple[float, float]:
    x, y = ctypes.c_float(), ctypes.c_float()
    raw.FPDFPathSegment_GetPoint(raw.FPDFClipPath_GetPathSegment(path, number, segment), x, y)
    return x.value, y.value


def overlap(one: Quad, other: Quad) -> Quad:
    """Return what two boxes share; its sides change places where that is nothing."""
    return (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )


def joined(one: Placed, other: Placed, axis: int) -> Placed:
    """Return two adjoining images as one; ``axis``: 0 side by side, 1 one above the other."""

    def around(a: Quad, b: Quad) -> Quad:
        return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])

    across, down = one.pixels
    return Placed(
        one.objects + other.objects,
        around(one.area, other.area),
        around(one.shown, other.shown),
        (across, down + other.pixels[1]) if axis else (across + other.pixels[0], down),
        straight=True,
        order=max(one.order, other.order),
        mark=one.mark,
        step=one.step,
    )
