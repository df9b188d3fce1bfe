"""The pictures of a PDF: found by their place on the page, and shown as the page shows them."""

from __future__ import annotations

import ctypes
import hashlib
import math
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from recita.decoding import image, look, pdf, pdf_layer, tagged, tiles
from recita.decoding.found import Finds, Found, Skipped, Tally, Unit
from recita.decoding.glyphs import Frame, Quad, frame, invisible
from recita.decoding.placing import Placed, Scene, survey
from recita.models.page import Box

WHOLE = 0.85
"""Share of a page that a scan covers at least."""
MAX_PIXELS = 25_000_000
"""Of a derived picture: more would not fit into Rekognition's 5 MB, nor twice into the memory."""
ISOTROPIC = 0.03
"""Share by which a picture's densities differ for its own grid of pixels to be kept."""
TURNS = (None, Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90)
"""Quarter turns clockwise."""


WHITE, BLACK = 0xFFFFFFFF, 0xFF000000
GLANCE = 64
"""Pixels a side that tell whether a stored image looks as it did before."""

Looks = dict[str, list[bytes]]
"""Thumbnails of what each stored image was seen as."""


@dataclass
class _Sheet:
    """A page, how it is looked at, and what lies on it.

    ``base``: with ``/Rotate``, as PDFium renders it; ``frame``: as it is read. ``scanned``: its
    text came from OCR; ``unseen``: its text is there for searching only.
    """

    page: Any
    number: int
    base: Frame
    frame: Frame
    scanned: bool
    unseen: bool
    alts: dict[int, str] = field(default_factory=dict)

    def covers(self, picture: Placed) -> bool:
        left, bottom, right, top = picture.shown
        area = max(0.0, right - left) * max(0.0, top - bottom)
        return area >= WHOLE * self.base.width * self.base.height


def find(path: Path, scanned: frozenset[int], tally: Tally, first: int = 1) -> Finds:
    """Yield the pictures of the pages from the ``first`` on, in the order they are painted.

    Raises DocumentRejectedError: ``encrypted``, ``corrupt`` when the PDF can't be opened.
    """
    looks: Looks = {}
    index, pages = first - 1, first
    while index < pages:
        with pdf.opened(path) as document:
            pages, before = len(document), pdf_layer.resident()
            while index < pages and pdf_layer.resident() - before <= pdf_layer.MAX_GROWTH:
                yield Unit(index + 1, index + 1)
                yield from _page(document, index, scanned, tally, looks)
                index += 1


def _page(document: Any, index: int, scanned: frozenset[int], tally: Tally, looks: Looks) -> Finds:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return  # reading says that the page can't be opened
    with closing(page):
        scene = survey(page)
        if not scene.images:
            return
        sheet = _sheet(page, index + 1, scene, scanned=index + 1 in scanned)
        _show(scene.others, shown=False)
        for picture in scene.images:
            _show(picture.objects, shown=False)
        for picture in tiles.together(scene.images):
            yield tally.add(_found(sheet, picture, tally, looks))


def _sheet(page: Any, number: int, scene: Scene, *, scanned: bool) -> _Sheet:
    left, bottom, right, top = page.get_bbox()
    width, height = max(right - left, 1e-6), max(top - bottom, 1e-6)
    base = Frame(left, bottom, width, height, page.get_rotation() // 90)
    sheet = _Sheet(page, number, base, base, scanned, unseen=False, alts=tagged.alts(page))
    if scene.texts:
        with closing(page.get_textpage()) as textpage:
            count = raw.FPDFText_CountChars(textpage)
            sheet.unseen = bool(count) and invisible(textpage, count)
            sheet.frame = base if scanned else frame(page, textpage, count)
    return sheet


def _found(sheet: _Sheet, picture: Placed, tally: Tally, looks: Looks) -> Found:
    size = _visible(sheet, picture)
    if (sheet.frame.turns - sheet.base.turns) % 2:
        size = size[1], size[0]
    found = Found(sheet.number, _box(sheet.frame.place(*picture.shown)), _digest(picture), *size)
    skipped = _unfit(sheet, picture, size)
    if not skipped and tally.full:
        skipped = "repeat" if found.digest in tally.known else "limit"
    if skipped:
        return replace(found, skipped=skipped)
    found = replace(found, alt=sheet.alts.get(picture.mark, ""))
    try:
        return _looked_at(sheet, picture, found, looks)
    except (pdfium.PdfiumError, OSError, ValueError):
        return replace(found, skipped="corrupt")


def _unfit(sheet: _Sheet, picture: Placed, size: tuple[int, int]) -> Skipped | None:
    """Return why a picture is not decoded at all."""
    left, bottom, right, top = picture.shown
    if right <= left or top <= bottom:
        return "blank"  # off the page, or clipped away
    if sheet.covers(picture) and (sheet.scanned or sheet.unseen):
        return "scan"
    across, down = picture.pixels
    if across * down > image.MAX_PIXELS:
        return "too-large"
    return look.misfit(*size) or ("mask" if _is_stencil(sheet.page, picture.objects[0]) else None)


def _is_stencil(page: Any, shown: Any) -> bool:
    """Whether an image only says where to paint with the current colour."""
    about = raw.FPDF_IMAGEOBJ_METADATA()
    if not raw.FPDFImageObj_GetImageMetadata(shown, page, about):
        return False
    unpainted = about.colorspace == raw.FPDF_COLORSPACE_UNKNOWN
    return bool(about.bits_per_pixel == 1 and unpainted)


def _digest(picture: Placed) -> str:
    """Return what tells the stored images from others; how they are shown is compared later."""
    digest = hashlib.sha256()
    for shown in picture.objects:
        size = raw.FPDFImageObj_GetImageDataRaw(shown, None, 0)
        stored = ctypes.create_string_buffer(size)
        raw.FPDFImageObj_GetImageDataRaw(shown, stored, size)
        digest.update(b"%d " % size)
        digest.update(stored)
    digest.update(b"%d x %d" % picture.pixels)
    return digest.hexdigest()


def _looked_at(sheet: _Sheet, picture: Placed, found: Found, looks: Looks) -> Found:
    """Return a picture as it is seen, unless it was seen before.

    One stored image may look different with another mask, crop or turn: those are other pictures.
    """
    known = looks.setdefault(found.digest, [])
    if known:
        thumb = look.thumb(_turned(sheet, _render(sheet, picture, (GLANCE, GLANCE))))
        for number, other in enumerate(known):
            if look.alike(thumb, other):
                return replace(found, digest=_variant(found.digest, number), skipped="repeat")
    digest = _variant(found.digest, len(known))
    shown = _turned(sheet, _render(sheet, picture, _visible(sheet, picture)))
    known.append(look.thumb(shown))
    derived = look.derive(shown)
    if derived is None:  # drawn in white on nothing?
        shown = _turned(sheet, _render(sheet, picture, _visible(sheet, picture), BLACK))
        derived = look.derive(shown)
    if derived is None:
        broken = any(not _decodes(item) for item in picture.objects)
        return replace(found, digest=digest, skipped="corrupt" if broken else "blank")
    return replace(found, digest=digest).seen(derived)


def _variant(digest: str, number: int) -> str:
    return hashlib.sha256(f"{digest} {number}".encode()).hexdigest() if number else digest


def _decodes(shown: Any) -> bool:
    bitmap = raw.FPDFImageObj_GetBitmap(shown)
    if bitmap:
        raw.FPDFBitmap_Destroy(bitmap)
    return bool(bitmap)


def _visible(sheet: _Sheet, picture: Placed) -> tuple[int, int]:
    """Return the pixels that are shown of a picture, as PDFium renders the page."""
    left, bottom, right, top = picture.shown
    across, down = picture.density
    if abs(across - down) > ISOTROPIC * max(across, down) or not picture.straight:
        across = down = max(across, down)
    width, height = max(0.0, right - left) * across, max(0.0, top - bottom) * down
    if sheet.base.turns % 2:
        width, height = height, width
    return max(1, round(width)), max(1, round(height))


def _render(
    sheet: _Sheet, picture: Placed, size: tuple[int, int], paper: int = WHITE
) -> Image.Image:
    """Return the part of the page that a picture covers, with nothing but the picture on it."""
    width, height = _bounded(size)
    left, top, right, bottom = sheet.base.place(*picture.shown)
    # PDFium renders onto a page of whole points.
    across, down = (math.floor(side) for side in sheet.page.get_size())
    wide, high = width / ((right - left) * across), height / ((bottom - top) * down)
    matrix = raw.FS_MATRIX(wide, 0, 0, high, -left * across * wide, -top * down * high)
    _show(picture.objects, shown=True)
    with closing(pdfium.PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGR)) as bitmap:
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, paper)
        clip = raw.FS_RECTF(0, 0, width, height)
        flags = raw.FPDF_RENDER_LIMITEDIMAGECACHE
        raw.FPDF_RenderPageBitmapWithMatrix(bitmap, sheet.page, matrix, clip, flags)
        rendered: Image.Image = bitmap.to_pil()
    _show(picture.objects, shown=False)
    return rendered


def _show(objects: list[Any], *, shown: bool) -> None:
    for item in objects:
        raw.FPDFPageObj_SetIsActive(item, shown)


def _bounded(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    scale = min(1.0, math.sqrt(MAX_PIXELS / (width * height)), image.MAX_SIDE / max(size))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _turned(sheet: _Sheet, rendered: Image.Image) -> Image.Image:
    turn = TURNS[(sheet.frame.turns - sheet.base.turns) % 4]
    return rendered if turn is None else rendered.transpose(turn)


def _box(quad: Quad) -> Box:
    left, top, right, bottom = quad
    width, height = max(0.0, right - left), max(0.0, bottom - top)
    return Box(
        left=round(left, 5), top=round(top, 5), width=round(width, 5), height=round(height, 5)
    )
