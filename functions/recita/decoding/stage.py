"""A PDF's page as a stage: any of its pictures can be shown on it alone."""

from __future__ import annotations

import math
from contextlib import closing
from typing import Any, Literal

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageStat
from pypdfium2 import raw

from recita.decoding import image, look
from recita.decoding.glyphs import Frame
from recita.decoding.placing import Placed, Scene, joined

MAX_PIXELS = 25_000_000
"""Of a rendered picture: more would not fit into Rekognition's 5 MB, nor twice into the memory."""
ISOTROPIC = 0.03
"""Share by which a picture's densities differ for its own grid of pixels to be kept."""
WHITE, BLACK = 0xFFFFFFFF, 0xFF000000
SEAM = 8
"""Pixels that are looked at across a seam."""
GRAIN = 32
"""Pixels along a seam: more would compare the grain of a photo."""
JUMP = 4
"""How much more than its surroundings a seam may differ, of 255: a JPEG's blocks do."""

Seam = Literal["even", "broken", "plain"]


class Stage:
    """A page whose objects are all hidden; ``frame`` is how PDFium turns and places it."""

    def __init__(self, page: Any, scene: Scene) -> None:
        left, bottom, right, top = page.get_bbox()
        width, height = max(right - left, 1e-6), max(top - bottom, 1e-6)
        self.frame = Frame(left, bottom, width, height, page.get_rotation() // 90)
        self._page = page
        _show(scene.others, shown=False)
        for picture in scene.images:
            _show(picture.objects, shown=False)

    def share(self, picture: Placed) -> float:
        """Return the share of the page that a picture covers."""
        left, bottom, right, top = picture.shown
        area = max(0.0, right - left) * max(0.0, top - bottom)
        return area / (self.frame.width * self.frame.height)

    def size(self, picture: Placed) -> tuple[int, int]:
        """Return the pixels of what is shown of a picture, across and down."""
        left, bottom, right, top = picture.shown
        across, down = picture.density
        if abs(across - down) > ISOTROPIC * max(across, down) or not picture.straight:
            across = down = max(across, down)
        width, height = max(0.0, right - left) * across, max(0.0, top - bottom) * down
        if self.frame.turns % 2:
            width, height = height, width
        return max(1, round(width)), max(1, round(height))

    def render(self, picture: Placed, size: tuple[int, int], paper: int = WHITE) -> Image.Image:
        """Return the part of the page that a picture covers, with nothing but that on it.

        Raises PdfiumError when there is no memory for it.
        """
        width, height = _bounded(size)
        left, top, right, bottom = self.frame.place(*picture.shown)
        # PDFium renders onto a page of whole points.
        across, down = (math.floor(side) for side in self._page.get_size())
        wide, high = width / ((right - left) * across), height / ((bottom - top) * down)
        matrix = raw.FS_MATRIX(wide, 0, 0, high, -left * across * wide, -top * down * high)
        clip = raw.FS_RECTF(0, 0, width, height)
        flags = raw.FPDF_RENDER_LIMITEDIMAGECACHE
        _show(picture.objects, shown=True)
        with closing(pdfium.PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGR)) as bitmap:
            raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, paper)
            raw.FPDF_RenderPageBitmapWithMatrix(bitmap, self._page, matrix, clip, flags)
            rendered: Image.Image = bitmap.to_pil()
        _show(picture.objects, shown=False)
        return rendered

    def seam(self, one: Placed, other: Placed, axis: Literal[0, 1]) -> Seam:
        """Return how two adjoining images go on in one another: ``plain`` where nothing tells."""
        both = joined(one, other, axis)
        place = one.area[axis + 2]
        reach = SEAM / 2 / one.density[axis]
        left, bottom, right, top = both.shown
        if axis == 0:
            both.shown = place - reach, bottom, place + reach, top
        else:
            both.shown = left, place - reach, right, place + reach
        strip = self.render(both, self.size(both))
        if (axis == 0) != bool(self.frame.turns % 2):
            strip = strip.transpose(Image.Transpose.TRANSPOSE)
        if look.is_plain(strip):
            return "plain"
        rows = strip.resize((GRAIN, strip.height), Image.Resampling.BOX)
        rows = rows.resize((GRAIN, SEAM), Image.Resampling.NEAREST)
        before, after = SEAM // 2 - 2, SEAM // 2 + 1  # rendering may move it by a pixel
        within = max(_change(rows, 0, before), _change(rows, after, SEAM - 1))
        return "even" if _change(rows, before, after) <= 2 * within + JUMP else "broken"


def _change(rows: Image.Image, one: int, other: int) -> float:
    """Return how much two rows of a picture differ in the mean, in one channel, of 255."""
    a, b = (rows.crop((0, row, rows.width, row + 1)) for row in (one, other))
    return float(max(ImageStat.Stat(ImageChops.difference(a, b)).mean))


def _bounded(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    scale = min(1.0, math.sqrt(MAX_PIXELS / (width * height)), image.MAX_SIDE / max(size))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _show(objects: list[Any], *, shown: bool) -> None:
    for item in objects:
        raw.FPDFPageObj_SetIsActive(item, shown)
