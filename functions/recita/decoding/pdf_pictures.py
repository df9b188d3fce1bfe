"""The pictures of a PDF: found by their place on the page, and shown as the page shows them."""

from __future__ import annotations

import ctypes
import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from recita.decoding import image, look, pdf, pdf_layer, tagged, tiles
from recita.decoding.found import Finds, Found, Skipped, Tally, Unit, said
from recita.decoding.glyphs import Frame, Quad, frame, invisible
from recita.decoding.placing import Placed, Scene, survey
from recita.decoding.stage import BLACK, WHITE, Seam, Stage
from recita.models.page import Box

WHOLE = 0.85
"""Share of a page that a scan covers at least."""
TURNS = (None, Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90)
"""Quarter turns clockwise."""
SHOWN_ON_TOP = (*pdf_layer.FILLED_BY_HAND, raw.FPDF_ANNOT_STAMP)
"""Annotations that may bring a picture along: buttons, signatures, stamps."""
SURE = 10
"""Repeats after which a stored image is taken to look as ever: backgrounds, letterheads."""


@dataclass(frozen=True)
class Seen:
    """What was found so far, thumbnails of how each stored image looked, and how often again."""

    tally: Tally
    looks: dict[str, list[bytes]] = field(default_factory=dict)
    repeats: Counter[str] = field(default_factory=Counter)


@dataclass
class _Sheet:
    """A page, and how it is looked at.

    ``frame``: as it is read. ``scanned``: its text came from OCR; ``unseen``: its text is there
    for searching only.
    """

    page: Any
    number: int
    stage: Stage
    frame: Frame
    scanned: bool
    unseen: bool
    alts: dict[int, str]

    @property
    def turns(self) -> int:
        """Quarter turns clockwise from how PDFium renders it."""
        return (self.frame.turns - self.stage.frame.turns) % 4

    @property
    def is_image(self) -> bool:
        """Whether the page itself is an image, read by OCR now or before."""
        return self.scanned or self.unseen

    def seam(self, one: Placed, other: Placed, axis: Literal[0, 1]) -> Seam:
        """Return how two images go on in one another; scanners cut pages wherever they like."""
        return "even" if self.is_image else self.stage.seam(one, other, axis)

    def size(self, picture: Placed) -> tuple[int, int]:
        width, height = self.stage.size(picture)
        return (height, width) if self.turns % 2 else (width, height)

    def show(self, picture: Placed, paper: int = WHITE) -> Image.Image:
        """Return a picture as it is read, with all its pixels."""
        rendered = self.stage.render(picture, self.stage.size(picture), paper)
        turn = TURNS[self.turns]
        return rendered if turn is None else rendered.transpose(turn)


def find(path: Path, scanned: frozenset[int], tally: Tally, first: int = 1) -> Finds:
    """Yield the pictures of the pages from the ``first`` on, in the order they are painted.

    Raises DocumentRejectedError: ``encrypted``, ``corrupt`` when the PDF can't be opened.
    """
    seen = Seen(tally)
    index, pages = first - 1, first
    while index < pages:
        with pdf.opened(path) as document:
            pages, before = len(document), pdf_layer.resident()
            while index < pages and pdf_layer.resident() - before <= pdf_layer.MAX_GROWTH:
                yield Unit(index + 1, index + 1)
                yield from _page(document, index, scanned, seen)
                index += 1


def _page(document: Any, index: int, scanned: frozenset[int], seen: Seen) -> Iterator[Found]:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return  # reading says that the page can't be opened
    with closing(page):
        page = pdf_layer.with_annotations(document, page, index, SHOWN_ON_TOP)
        scene = survey(page)
        if not scene.images:
            return
        sheet = _sheet(page, index + 1, scene, scanned=index + 1 in scanned)
        for picture in tiles.together(scene.images, sheet.seam):
            yield seen.tally.add(_found(sheet, picture, seen))


def _sheet(page: Any, number: int, scene: Scene, *, scanned: bool) -> _Sheet:
    unseen, read = False, None
    if scene.texts:
        with closing(page.get_textpage()) as textpage:
            count = raw.FPDFText_CountChars(textpage)
            unseen = bool(count) and invisible(textpage, count)
            read = None if scanned else frame(page, textpage, count)
    stage = Stage(page, scene)
    return _Sheet(page, number, stage, read or stage.frame, scanned, unseen, tagged.alts(page))


def _found(sheet: _Sheet, picture: Placed, seen: Seen) -> Found:
    size = sheet.size(picture)
    found = Found(sheet.number, _box(sheet.frame.place(*picture.shown)), _digest(picture), *size)
    skipped = _unfit(sheet, picture, size)
    if not skipped and seen.tally.full:
        skipped = "repeat" if found.digest in seen.tally.known else "limit"
    if skipped:
        return replace(found, skipped=skipped)
    found = replace(found, alt=said(sheet.alts.get(picture.mark, "")))
    try:
        return _looked_at(sheet, picture, found, seen)
    except (pdfium.PdfiumError, OSError, ValueError):
        return replace(found, skipped="corrupt")


def _unfit(sheet: _Sheet, picture: Placed, size: tuple[int, int]) -> Skipped | None:
    """Return why a picture is not decoded at all."""
    left, bottom, right, top = picture.shown
    if right <= left or top <= bottom:
        return "blank"  # off the page, or clipped away
    if sheet.is_image and sheet.stage.share(picture) >= WHOLE:
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


def _looked_at(sheet: _Sheet, picture: Placed, found: Found, seen: Seen) -> Found:
    """Return a picture as it is seen, unless it was seen before.

    One stored image may look different with another mask, crop or turn: those are other pictures.
    """
    by_another_process = found.digest in seen.tally.known and found.digest not in seen.looks
    if by_another_process or seen.repeats[found.digest] >= SURE:
        return replace(found, skipped="repeat")
    known, shown = seen.looks.setdefault(found.digest, []), sheet.show(picture)
    thumb = look.thumb(shown)
    for number, other in enumerate(known):
        if look.alike(thumb, other):
            seen.repeats[found.digest] += not number
            return replace(found, digest=_variant(found.digest, number), skipped="repeat")
    found = replace(found, digest=_variant(found.digest, len(known)))
    known.append(thumb)
    if look.is_plain(shown):
        shown = sheet.show(picture, BLACK)  # white on nothing?
    if not look.is_plain(shown):
        return found.seen(look.derive(shown))
    broken = any(not _decodes(item) for item in picture.objects)
    return replace(found, skipped="corrupt" if broken else "blank")


def _variant(digest: str, number: int) -> str:
    return hashlib.sha256(f"{digest} {number}".encode()).hexdigest() if number else digest


def _decodes(shown: Any) -> bool:
    bitmap = raw.FPDFImageObj_GetBitmap(shown)
    if bitmap:
        raw.FPDFBitmap_Destroy(bitmap)
    return bool(bitmap)


def _box(quad: Quad) -> Box:
    left, top, right, bottom = quad
    width, height = max(0.0, right - left), max(0.0, bottom - top)
    return Box(
        left=round(left, 5), top=round(top, 5), width=round(width, 5), height=round(height, 5)
    )
