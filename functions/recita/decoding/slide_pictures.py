"""The pictures of a presentation: on its slides, then those that its layouts lay behind them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from pptx.oxml.ns import qn

from recita.decoding import drawing, slides
from recita.decoding.stored import Stored, related
from recita.models.page import Box

MAX_DEPTH = 20
"""Groups within groups."""
FULL_TURN = 21_600_000
"""Angles are sixty-thousandths of a degree (ECMA-376-1, 20.1.10.3)."""
TURNS = (
    (),
    (Image.Transpose.ROTATE_270,),
    (Image.Transpose.ROTATE_180,),
    (Image.Transpose.ROTATE_90,),
)
"""Quarter turns clockwise."""
Rectangle = tuple[float, float, float, float]
"""Left, top, width, height in EMU."""


@dataclass(frozen=True)
class _Space:
    """How the coordinates of a group map to the slide's."""

    left: float = 0
    top: float = 0
    across: float = 1
    down: float = 1
    depth: int = 0

    def place(self, area: Rectangle) -> Rectangle:
        left, top, width, height = area
        return (
            self.left + left * self.across,
            self.top + top * self.down,
            width * self.across,
            height * self.down,
        )


def pictures(path: Path) -> Iterator[Stored]:
    """Yield the pictures of the slides that are shown; a layout's on the first that uses it."""
    presentation = slides.opened(path)
    size = float(presentation.slide_width or 0), float(presentation.slide_height or 0)
    laid: set[str] = set()
    for number, slide in enumerate(slides.slides_of(presentation), start=1):
        layout = slide.slide_layout
        inherited = _places(layout)
        yield from _Sheet(slide.part, number, size, inherited).pictures(slide.element)
        for behind in (layout, layout.slide_master):
            if behind.part.partname not in laid:
                laid.add(behind.part.partname)
                yield from _Sheet(behind.part, number, size, {}).pictures(behind.element)


def _places(layout: Any) -> dict[int, Rectangle]:
    """Return where a layout has its placeholders, by their numbers."""
    return {
        p.placeholder_format.idx: (float(p.left), float(p.top), float(p.width), float(p.height))
        for p in layout.placeholders
        if p.width is not None
    }


class _Sheet:
    """Looks through one slide, layout or master."""

    def __init__(
        self,
        part: Any,
        number: int,
        size: tuple[float, float],
        inherited: dict[int, Rectangle],
    ) -> None:
        self._part = part
        self._number = number
        self._size = size
        self._inherited = inherited

    def pictures(self, root: Any) -> Iterator[Stored]:
        background = root.find(f"{qn('p:cSld')}/{qn('p:bg')}")
        if background is not None:
            for blip in background.iter(qn("a:blip")):
                yield from self._stored(blip, (0, 0, *self._size), background)
        tree = root.find(f"{qn('p:cSld')}/{qn('p:spTree')}")
        if tree is not None:
            yield from self._shapes(tree, _Space())

    def _shapes(self, parent: Any, space: _Space) -> Iterator[Stored]:
        for child in parent:
            if (form := drawing.alternative(child)) is not None:
                yield from self._shapes(form, space)
            elif _is_hidden(child):
                continue
            elif child.tag == qn("p:grpSp") and space.depth < MAX_DEPTH:
                yield from self._shapes(child, _inner(child, space))
            elif child.tag in (qn("p:pic"), qn("p:sp"), qn("p:graphicFrame")):
                area = self._area(child)
                placed = None if area is None else space.place(area)
                for blip in child.iter(qn("a:blip")):
                    if not _is_bullet(blip):
                        yield from self._stored(blip, placed, child)

    def _area(self, shape: Any) -> Rectangle | None:
        frame = shape.find(f"{qn('p:spPr')}/{qn('a:xfrm')}")
        frame = shape.find(qn("p:xfrm")) if frame is None else frame
        if frame is not None:
            return _rectangle(frame, "a:off", "a:ext")
        placeholder = shape.find(f".//{qn('p:nvPr')}/{qn('p:ph')}")
        index = "0" if placeholder is None else placeholder.get("idx") or "0"
        return self._inherited.get(int(index) if index.isdigit() else 0)

    def _stored(self, blip: Any, area: Rectangle | None, shape: Any) -> Iterator[Stored]:
        relation = blip.get(f"{drawing.RELATION}embed")
        load = related(self._part, relation) if relation else None
        if not load:
            return
        frame = shape.find(f"{qn('p:spPr')}/{qn('a:xfrm')}")
        yield Stored(
            load,
            self._number,
            self._box(area, frame),
            _alt(shape),
            drawing.crop(blip.getnext()),
            _transposes(frame),
        )

    def _box(self, area: Rectangle | None, frame: Any | None) -> Box | None:
        wide, high = self._size
        if area is None or wide <= 0 or high <= 0:
            return None
        left, top, right, bottom = _around(area, _angle(frame))
        left, right = (min(1.0, max(0.0, x / wide)) for x in (left, right))
        top, bottom = (min(1.0, max(0.0, y / high)) for y in (top, bottom))
        return Box(
            left=round(left, 5),
            top=round(top, 5),
            width=round(right - left, 5),
            height=round(bottom - top, 5),
        )


def _inner(group: Any, outer: _Space) -> _Space:
    """Return the space inside a group (ECMA-376-1, 20.1.7.5)."""
    frame = group.find(f"{qn('p:grpSpPr')}/{qn('a:xfrm')}")
    area = None if frame is None else _rectangle(frame, "a:off", "a:ext")
    child = None if frame is None else _rectangle(frame, "a:chOff", "a:chExt")
    if area is None or child is None or child[2] <= 0 or child[3] <= 0:
        return _Space(outer.left, outer.top, outer.across, outer.down, outer.depth + 1)
    left, top, width, height = outer.place(area)
    across, down = width / child[2], height / child[3]
    return _Space(left - child[0] * across, top - child[1] * down, across, down, outer.depth + 1)


def _rectangle(frame: Any, offset: str, extent: str) -> Rectangle | None:
    place, size = frame.find(qn(offset)), frame.find(qn(extent))
    if place is None or size is None:
        return None
    try:
        return (
            float(place.get("x")),
            float(place.get("y")),
            float(size.get("cx")),
            float(size.get("cy")),
        )
    except (TypeError, ValueError):
        return None


def _angle(frame: Any | None) -> float:
    """Return the turn of a shape, clockwise in radians."""
    given = "0" if frame is None else frame.get("rot") or "0"
    try:
        return int(given) % FULL_TURN / FULL_TURN * 2 * math.pi
    except ValueError:
        return 0.0


def _around(area: Rectangle, angle: float) -> Rectangle:
    """Return left, top, right and bottom of what a rectangle covers when turned on its centre."""
    left, top, width, height = area
    x, y = left + width / 2, top + height / 2
    wide = abs(width * math.cos(angle)) + abs(height * math.sin(angle))
    high = abs(width * math.sin(angle)) + abs(height * math.cos(angle))
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _transposes(frame: Any | None) -> tuple[Image.Transpose, ...]:
    """Return what a shape does to its picture: mirrored first, then turned."""
    if frame is None:
        return ()
    flips = (
        *([Image.Transpose.FLIP_LEFT_RIGHT] if frame.get("flipH") in ("1", "true") else []),
        *([Image.Transpose.FLIP_TOP_BOTTOM] if frame.get("flipV") in ("1", "true") else []),
    )
    return (*flips, *TURNS[round(_angle(frame) / (math.pi / 2)) % 4])


def _is_hidden(shape: Any) -> bool:
    return any(c.get("hidden") in ("1", "true") for c in shape.findall(f"./*/{qn('p:cNvPr')}"))


def _is_bullet(blip: Any) -> bool:
    return str(blip.getparent().tag) == qn("a:buBlip")


def _alt(shape: Any) -> str:
    named = shape.find(f"./*/{qn('p:cNvPr')}")
    return "" if named is None else named.get("descr") or ""
