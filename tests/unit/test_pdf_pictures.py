"""Pictures of a PDF: each one where the page shows it, as the page shows it, once."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from PIL import Image, ImageChops, ImageDraw
from PIL.TiffImagePlugin import TiffImageFile
from pypdf import PdfReader, PdfWriter
from recita import cage
from recita.decoding import image, pdf_pictures, pictures, sniff
from recita.decoding.pictures import Found
from recita.decoding.stage import Stage
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.fakes import files
from tests.scenes import difference, place, scenery, seen

pytestmark = pytest.mark.disable_socket

WIDTH, HEIGHT = 600.0, 800.0
Draw = Callable[[Canvas], None]
Search = Callable[..., list[Found]]


@pytest.fixture
def search(tmp_path: Path) -> Search:
    """The pictures of a PDF whose pages are drawn one by one."""

    def run(
        *pages: Draw, rotate: int = 0, scanned: frozenset[int] = frozenset(), most: int = 99
    ) -> list[Found]:
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT))
        for draw in pages:
            draw(canvas)
            canvas.showPage()
        canvas.save()
        writer = PdfWriter()
        for page in PdfReader(buffer).pages:
            writer.add_page(page.rotate(rotate))
        path = tmp_path / "pictures.pdf"
        writer.write(path)
        return list(pictures.find(path, sniff.PDF, scanned, most))

    return run


def reader(picture: Image.Image) -> ImageReader:
    return ImageReader(picture)


def drawn(picture: Image.Image, *place: float) -> Draw:
    """Draw at left, bottom, width and height in points."""
    return lambda canvas: canvas.drawImage(reader(picture), *place)


def test_a_picture_is_found_where_it_lies_with_its_own_pixels(search: Search) -> None:
    picture = scenery()
    (found,) = search(drawn(picture, 150, 200, 300, 200))
    assert place(found) == pytest.approx((0.25, 0.5, 0.5, 0.25), abs=0.001)
    assert (found.page, found.width, found.height) == (1, 240, 160)
    assert difference(seen(found), picture) < 3


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_picture_on_a_turned_page_is_upright(search: Search, rotate: int) -> None:
    """The page is drawn askew, as drivers do for landscape, and /Rotate sets it right."""
    picture = scenery()

    def draw(canvas: Canvas) -> None:
        canvas.translate(WIDTH / 2, HEIGHT / 2)
        canvas.rotate(rotate)
        canvas.drawImage(reader(picture), -150, 0, 300, 200)

    (found,) = search(draw, rotate=rotate)
    assert (found.width, found.height) == (240, 160)
    assert difference(seen(found), picture) < 3
    upright = (WIDTH, HEIGHT) if rotate % 180 == 0 else (HEIGHT, WIDTH)
    width, height = 300 / upright[0], 200 / upright[1]
    assert place(found) == pytest.approx((0.5 - width / 2, 0.5 - height, width, height), abs=0.001)


def test_a_page_printed_sideways_is_looked_at_as_its_text_is_read(search: Search) -> None:
    """Without /Rotate, as the words' boxes on it have it; where OCR reads, it turns nothing."""
    picture = scenery()

    def draw(canvas: Canvas) -> None:
        canvas.translate(WIDTH, 0)
        canvas.rotate(90)
        canvas.drawString(80, 500, files.SENTENCE)
        canvas.drawImage(reader(picture), 80, 100, 300, 200)

    (found,) = search(draw)
    assert place(found) == pytest.approx((0.1, 0.5, 0.375, 1 / 3), abs=0.001)
    assert difference(seen(found), picture) < 3
    (found,) = search(draw, scanned=frozenset({1}))
    assert difference(seen(found), picture.transpose(Image.Transpose.ROTATE_90)) < 3


def test_a_picture_that_is_turned_or_mirrored_on_the_page_looks_as_it_does_there(
    search: Search,
) -> None:
    picture = scenery()

    def turned(canvas: Canvas) -> None:
        canvas.translate(400, 100)
        canvas.rotate(90)
        canvas.drawImage(reader(picture), 0, 0, 300, 200)

    def mirrored(canvas: Canvas) -> None:
        canvas.translate(400, 100)
        canvas.scale(-1, 1)
        canvas.drawImage(reader(picture), 0, 0, 300, 200)

    one, two = search(turned, mirrored)
    assert (one.width, one.height) == (160, 240)
    assert difference(seen(one), picture.transpose(Image.Transpose.ROTATE_90)) < 3
    assert difference(seen(two), picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) < 3
    assert one.digest != two.digest


def test_what_lies_over_and_under_a_picture_is_not_in_it(search: Search) -> None:
    picture = scenery()

    def draw(canvas: Canvas) -> None:
        canvas.rect(0, 0, 600, 800, fill=1)
        canvas.drawImage(reader(picture), 100, 100, 300, 200)
        canvas.setFont("Helvetica", 80)
        canvas.drawString(120, 150, "DRAFT")

    (found,) = search(draw)
    assert difference(seen(found), picture) < 3


def test_a_picture_inside_forms_is_found_each_time_and_looked_at_once(search: Search) -> None:
    picture = scenery()

    def draw(canvas: Canvas) -> None:
        canvas.beginForm("inner")
        canvas.drawImage(reader(picture), 10, 10, 120, 80)
        canvas.endForm()
        canvas.beginForm("outer")
        canvas.translate(20, 20)
        canvas.doForm("inner")
        canvas.endForm()
        canvas.saveState()
        canvas.scale(2, 2)
        canvas.doForm("outer")
        canvas.restoreState()
        canvas.translate(300, 500)
        canvas.doForm("outer")

    one, two = search(draw)
    assert place(one) == pytest.approx((60 / 600, 1 - 220 / 800, 240 / 600, 160 / 800), abs=0.001)
    assert place(two) == pytest.approx((330 / 600, 1 - 610 / 800, 0.2, 0.1), abs=0.001)
    assert difference(seen(one), picture) < 3
    assert (two.skipped, two.digest, two.jpeg) == ("repeat", one.digest, None)


@pytest.mark.parametrize("rotate", [0, 90])
def test_a_picture_is_known_again_at_any_size(search: Search, rotate: int) -> None:
    """Also one so fine that from afar it is another at each size."""
    fine = Image.new("RGB", (301, 203), "white")
    for x in range(0, 301, 3):
        fine.paste((x % 256, 20, 90), (x, 0, x + 1, 203))

    def draw(canvas: Canvas) -> None:
        for number, width in enumerate((300, 137.3, 61, 23.7, 9.1)):
            canvas.drawImage(reader(fine), 50, 50 + 150 * number, width, width * 0.7)

    assert [one.skipped for one in search(draw, rotate=rotate)] == [None] + ["repeat"] * 4


def test_a_cropped_picture_is_what_is_left_of_it(search: Search) -> None:
    picture = scenery()

    def draw(canvas: Canvas) -> None:
        path = canvas.beginPath()
        path.rect(250, 200, 150, 100)
        canvas.clipPath(path, stroke=0)
        canvas.drawImage(reader(picture), 100, 200, 300, 200)

    def over_the_edge(canvas: Canvas) -> None:
        canvas.drawImage(reader(picture), -150, 200, 300, 200)

    one, two = search(draw, over_the_edge)
    assert place(one) == pytest.approx((250 / 600, 1 - 300 / 800, 0.25, 0.125), abs=0.001)
    assert (one.width, one.height) == (120, 80)
    assert difference(seen(one), picture.crop((120, 80, 240, 160))) < 3
    assert place(two) == pytest.approx((0, 0.5, 0.25, 0.25), abs=0.001)
    assert difference(seen(two), picture.crop((120, 0, 240, 160))) < 3


def test_bands_of_a_picture_are_one_picture(search: Search) -> None:
    picture = scenery(400, 400)

    def draw(canvas: Canvas) -> None:
        for number in range(40):
            band = picture.crop((0, 10 * number, 400, 10 * number + 10))
            canvas.drawImage(reader(band), 100, 600 - 10 * (number + 1), 400, 10)

    (found,) = search(draw)
    assert place(found) == pytest.approx((1 / 6, 0.25, 2 / 3, 0.5), abs=0.001)
    assert (found.width, found.height) == (400, 400)
    assert difference(seen(found), picture) < 3


def laid(canvas: Canvas, parts: list[tuple[Image.Image, tuple[int, int]]], dots: float) -> None:
    """Put parts of a picture of 800 by 600 where they belong, so many points a pixel."""
    for part, (left, top) in parts:
        width, height = part.width * dots, part.height * dots
        canvas.drawImage(reader(part), 50 + left * dots, 700 - top * dots - height, width, height)


def cut(picture: Image.Image, width: int, height: int) -> list[tuple[Image.Image, tuple[int, int]]]:
    return [
        (picture.crop((x, y, min(x + width, 800), min(y + height, 600))), (x, y))
        for y in range(0, 600, height)
        for x in range(0, 800, width)
    ]


def coast() -> Image.Image:
    """A picture with an edge, and a sky in which nothing is to be seen."""
    picture = scenery(800, 600).copy()
    picture.paste((200, 220, 240), (0, 0, 800, 310))
    return picture


@pytest.mark.parametrize("size", [(256, 256), (800, 16), (800, 300), (400, 600), (128, 600)])
@pytest.mark.parametrize("rotate", [0, 90])
def test_tiles_of_a_picture_are_one_picture(
    search: Search, size: tuple[int, int], rotate: int
) -> None:
    picture = scenery(800, 600) if max(size) % 100 == 0 and min(size) > 100 else coast()
    (found,) = search(lambda canvas: laid(canvas, cut(picture, *size), 0.61), rotate=rotate)
    upright = picture if not rotate else picture.transpose(Image.Transpose.ROTATE_270)
    assert (found.width, found.height) == upright.size
    assert difference(seen(found), upright) < 3


def chart(seed: int) -> Image.Image:
    picture = Image.new("RGB", (400, 300), "white")
    draw = ImageDraw.Draw(picture)
    for bar in range(5):
        draw.rectangle((50 + 60 * bar, 250 - 30 * (bar * seed % 7), 90 + 60 * bar, 260), "navy")
    return picture


@pytest.mark.parametrize("make", [chart, lambda seed: scenery(400, 300, seed)])
def test_pictures_that_touch_stay_what_they_are(
    search: Search, make: Callable[[int], Image.Image]
) -> None:
    four = [(make(2 + n), (400 * (n % 2), 300 * (n // 2))) for n in range(4)]
    found = search(lambda canvas: laid(canvas, four, 0.6))
    assert [f.skipped for f in found] == [None] * 4
    for one, (picture, _) in zip(found, four, strict=True):
        assert difference(seen(one), picture) < 3


def test_why_pictures_are_not_looked_at(search: Search) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(reader(scenery(200, 63)), 10, 10, 100, 30)
        canvas.drawImage(reader(scenery(900, 2)), 10, 100, 500, 2)
        canvas.drawImage(reader(scenery(2100, 100)), 10, 200, 500, 20)
        canvas.drawImage(reader(Image.new("RGB", (200, 200), "teal")), 10, 300, 100, 100)
        canvas.drawImage(reader(scenery()), 700, 300, 100, 100)
        canvas.drawImage(reader(scenery(seed=2)), 10, 500, 100, 100)
        canvas.drawImage(reader(scenery(seed=3)), 200, 500, 100, 100)
        canvas.drawImage(reader(scenery(seed=2)), 400, 500, 100, 100)

    found = search(draw, most=1)
    expected = ["small", "rule", "rule", "blank", "blank", None, "limit", "repeat"]
    assert [one.skipped for one in found] == expected
    assert [one.jpeg is None for one in found] == [skipped is not None for skipped in expected]


def test_a_scan_is_a_page_and_a_photo_on_it_a_picture(search: Search) -> None:
    def scan(canvas: Canvas) -> None:
        canvas.drawImage(reader(scenery(600, 800)), 0, 0, WIDTH, HEIGHT)

    def photo(canvas: Canvas) -> None:
        canvas.drawImage(reader(scenery(seed=5)), 100, 100, 400, 300)

    def searchable(canvas: Canvas) -> None:
        text = canvas.beginText(100, 700)
        text.setTextRenderMode(3)
        text.textLine(files.SENTENCE)
        canvas.drawText(text)
        canvas.drawImage(reader(scenery(600, 800, seed=6)), 0, 0, WIDTH, HEIGHT)

    def background(canvas: Canvas) -> None:
        canvas.drawImage(reader(scenery(600, 800, seed=7)), 0, 0, WIDTH, HEIGHT)
        canvas.drawString(100, 700, files.SENTENCE)

    found = search(scan, photo, searchable, background, scanned=frozenset({1, 2}))
    assert [one.skipped for one in found] == ["scan", None, "scan", None]


def test_a_scan_in_parts_is_a_page_however_they_meet(search: Search) -> None:
    def scan(canvas: Canvas) -> None:
        canvas.drawImage(reader(scenery(600, 500, seed=1)), 0, 300, WIDTH, 500)
        canvas.drawImage(reader(scenery(600, 300, seed=2)), 0, 0, WIDTH, 300)

    (found,) = search(scan, scanned=frozenset({1}))
    assert found.skipped == "scan"
    assert len(search(scan)) == 2


def test_an_image_that_only_stencils_is_no_picture(tmp_path: Path) -> None:
    stencil = files.stream(
        b"\xaa" * 1000, b"/Type /XObject /Subtype /Image /Width 80 /Height 100 /ImageMask true"
        b" /BitsPerComponent 1",
    )  # fmt: skip
    grey = stencil.replace(b"/ImageMask true", b"/ColorSpace /DeviceGray")
    for body, expected in ((stencil, "mask"), (grey, None)):
        path = tmp_path / "stencil.pdf"
        path.write_bytes(files.pdf([b"Do"]).replace(_image_of(files.pdf([b"Do"])), body))
        (found,) = pictures.find(path, sniff.PDF, frozenset(), 9)
        assert found.skipped == expected


def _image_of(pdf: bytes) -> bytes:
    start = pdf.index(b"<< /Length 100")
    return pdf[start : pdf.index(b"endstream", start) + len(b"endstream")]


def test_a_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    body = files.pdf([b"Do"]).replace(b"/Width 10 /Height 10", b"/Width 60000 /Height 60000")
    path = tmp_path / "bomb.pdf"
    path.write_bytes(body)
    (found,) = pictures.find(path, sniff.PDF, frozenset(), 9)
    assert found.skipped == "too-large"
    assert min(found.width, found.height) >= 60_000


def test_large_pictures_are_scaled_down_to_what_can_be_sent(search: Search) -> None:
    wide = Image.new("RGB", (12_000, 1000), "white")
    ImageDraw.Draw(wide).rectangle((0, 0, 6000, 500), fill="red")
    (found,) = search(drawn(wide, 0, 100, 600, 50))
    assert max(found.width, found.height) <= image.MAX_SIDE
    assert len(found.jpeg or b"") <= image.MAX_BYTES
    assert difference(seen(found), wide) < 3


@dataclass(frozen=True)
class Coded:
    """An image as PDF stores it, and what it looks like."""

    name: str
    entries: str
    body: bytes
    look: Image.Image
    others: tuple[bytes, ...] = ()
    """Objects from 7 on."""
    tolerance: float = 8


INKS = 30
"""Printed colours are duller than those on a screen; a negative is off by more than 100."""
SIZE = "/Width 240 /Height 160"
FLATE = f"{SIZE} /BitsPerComponent 8 /Filter /FlateDecode"


def grey() -> Image.Image:
    return scenery().convert("L")


def lines(entries: str, body: bytes) -> bytes:
    return files.stream(body, entries.encode())


def half_seen() -> Image.Image:
    picture = scenery().copy()
    picture.paste("white", (0, 0, 120, 160))
    return picture


def swapped() -> Image.Image:
    red, green, blue = scenery().split()
    return Image.merge("RGB", (blue, green, red))


def fax() -> tuple[bytes, Image.Image]:
    """A page of CCITT group 4, as a TIFF's only strip has it."""
    picture = grey().point(lambda value: 255 * (value > 110)).convert("1")
    tiff = files.picture(picture, "TIFF", compression="group4", strip_size=10**6)
    with Image.open(io.BytesIO(tiff)) as opened:
        assert isinstance(opened, TiffImageFile)
        place, length = opened.tag_v2[273][0], opened.tag_v2[279][0]
    return tiff[place : place + length], picture


def coded() -> Iterator[Coded]:
    rgb, pixels = scenery(), scenery().tobytes()
    yield Coded("RGB", f"{FLATE} /ColorSpace /DeviceRGB", zlib.compress(pixels), rgb)
    cmyk = Image.eval(rgb, lambda v: 255 - v).tobytes()
    inks = b"".join(cmyk[n : n + 3] + b"\0" for n in range(0, len(cmyk), 3))
    yield Coded("CMYK", f"{FLATE} /ColorSpace /DeviceCMYK", zlib.compress(inks), rgb,
                tolerance=INKS)  # fmt: skip
    jpeg = files.picture(Image.frombytes("CMYK", rgb.size, inks), "JPEG", quality=95)
    yield Coded("inverted CMYK JPEG", f"{SIZE} /BitsPerComponent 8 /ColorSpace /DeviceCMYK"
                " /Filter /DCTDecode /Decode [1 0 1 0 1 0 1 0]", jpeg, rgb,
                tolerance=INKS)  # fmt: skip
    deep = zlib.compress(b"".join(bytes((value, 0)) for value in grey().tobytes()))
    yield Coded("16 bits", f"{SIZE} /BitsPerComponent 16 /Filter /FlateDecode"
                " /ColorSpace /DeviceGray", deep, grey())  # fmt: skip
    few = rgb.quantize(16)
    nibbles = few.tobytes()
    packed = bytes(a << 4 | b for a, b in zip(nibbles[::2], nibbles[1::2], strict=True))
    palette = bytes(few.getpalette()[:48]).hex()  # type: ignore[index]
    yield Coded("palette", f"{SIZE} /BitsPerComponent 4 /Filter /FlateDecode"
                f" /ColorSpace [/Indexed /DeviceRGB 15 <{palette}>]",
                zlib.compress(packed), few.convert("RGB"))  # fmt: skip
    bits = grey().convert("1")
    negative = f"{SIZE} /BitsPerComponent 1 /ColorSpace /DeviceGray /Decode [1 0]"
    yield Coded("negative", negative, ImageChops.invert(bits).tobytes(), bits)
    body, page = fax()
    yield Coded("fax", f"{SIZE} /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /CCITTFaxDecode"
                " /DecodeParms << /K -1 /BlackIs1 true /Columns 240 /Rows 160 >>",
                body, page)  # fmt: skip
    yield Coded("JPEG 2000", f"{SIZE} /Filter /JPXDecode", files.picture(rgb, "JPEG2000"), rgb)
    yield Coded("profile", f"{FLATE} /ColorSpace [/ICCBased 7 0 R]", zlib.compress(pixels),
                swapped(), (lines("/N 3", files.swapped_profile()),))  # fmt: skip
    mask = Image.new("L", rgb.size, 255)
    mask.paste(0, (0, 0, 120, 160))
    yield Coded("soft mask", f"{FLATE} /ColorSpace /DeviceRGB /SMask 7 0 R", zlib.compress(pixels),
                half_seen(), (lines(f"/Subtype /Image {FLATE} /ColorSpace /DeviceGray",
                                    zlib.compress(mask.tobytes())),))  # fmt: skip
    keyed = scenery().copy()
    keyed.paste((0, 0, 0), (0, 0, 120, 160))
    yield Coded("colour key", f"{FLATE} /ColorSpace /DeviceRGB /Mask [0 0 0 0 0 0]",
                zlib.compress(keyed.tobytes()), half_seen())  # fmt: skip


@pytest.mark.parametrize("image", list(coded()), ids=lambda image: image.name)
def test_a_picture_looks_as_the_page_shows_it_however_it_is_stored(
    tmp_path: Path, image: Coded
) -> None:
    (found,) = searched(tmp_path, page_of(image))
    assert found.skipped is None
    assert (found.width, found.height) == (240, 160)
    assert difference(seen(found), image.look) < image.tolerance


PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
    b" /Resources << /XObject << /Im 5 0 R >> >> >>"
)


def page_of(image: Coded, content: bytes = b"q 300 0 0 200 100 100 cm /Im Do Q") -> bytes:
    return files.raw_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            PAGE,
            files.stream(content),
            lines(f"/Type /XObject /Subtype /Image {image.entries}", image.body),
            b"null",
            *image.others,
        ]
    )


def searched(folder: Path, body: bytes) -> list[Found]:
    path = folder / "document.pdf"
    path.write_bytes(body)
    return list(pictures.find(path, sniff.PDF, frozenset(), 99))


def test_a_letterhead_of_many_pages_is_not_decoded_on_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = PdfWriter()
    (stored, *_) = coded()
    for _ in range(30):
        writer.append(io.BytesIO(page_of(stored)))
    writer.write(tmp_path / "letters.pdf")
    render = Mock(wraps=Stage.render)
    monkeypatch.setattr(Stage, "render", lambda *args: render(*args))  # noqa: PLW0108 - binds
    found = list(pictures.find(tmp_path / "letters.pdf", sniff.PDF, frozenset(), 99))
    assert [one.skipped for one in found] == [None] + ["repeat"] * 29
    assert len({one.digest for one in found}) == 1
    assert render.call_count < 15


def test_an_image_inside_the_content_is_a_picture(tmp_path: Path) -> None:
    begin = b"q 300 0 0 200 100 100 cm BI /W 240 /H 160 /CS /RGB /BPC 8 ID "
    (image, *_) = coded()
    (found,) = searched(tmp_path, page_of(image, begin + scenery().tobytes() + b"\nEI Q"))
    assert difference(seen(found), scenery()) < 3


def test_a_picture_drawn_in_white_on_nothing_is_not_lost(tmp_path: Path) -> None:
    mask = zlib.compress(grey().tobytes())
    white = Coded("logo", f"{FLATE} /ColorSpace /DeviceGray /SMask 7 0 R",
                  zlib.compress(b"\xff" * 240 * 160), grey(),
                  (lines(f"/Subtype /Image {FLATE} /ColorSpace /DeviceGray", mask),))  # fmt: skip
    (found,) = searched(tmp_path, page_of(white))
    assert difference(seen(found), grey()) < 6


def test_a_broken_image_costs_only_itself(tmp_path: Path) -> None:
    """One that can't be decoded at all, and one of which the rest is missing."""
    jpeg = files.picture(scenery(), "JPEG", quality=95)
    entries = f"{SIZE} /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /DCTDecode"
    for body, expected in ((b"no picture" * 20, "corrupt"), (jpeg[: len(jpeg) // 2], None)):
        broken = Coded("broken", entries, body, scenery())
        (found,) = searched(tmp_path, page_of(broken))
        assert found.skipped == expected


def test_what_a_tagged_pdf_says_of_its_pictures_is_kept(tmp_path: Path) -> None:
    content = (
        b"/Figure << /MCID 0 >> BDC q 300 0 0 200 100 100 cm /Im Do Q EMC"
        b" q 100 0 0 66 100 500 cm /Im Do Q"
    )
    (image, *_) = coded()
    tree = Coded(image.name, image.entries, image.body, image.look, (
        b"<< /Type /StructTreeRoot /K 8 0 R /ParentTree << /Nums [0 [8 0 R]] >> >>",
        b"<< /Type /StructElem /S /Figure /P 7 0 R /Pg 3 0 R /K 0 /Alt (A hill\\nat dawn) >>",
    ))  # fmt: skip
    body = page_of(tree, content).replace(b"/Contents 4", b"/StructParents 0 /Contents 4")
    body = body.replace(b"/Type /Catalog", b"/Type /Catalog /StructTreeRoot 7 0 R")
    body = body.replace(b"/Pages 2 0 R", b"/Pages 2 0 R /MarkInfo << /Marked true >>", 1)
    one, two = searched(tmp_path, body)
    assert (one.alt, two.alt, two.skipped) == ("A hill at dawn", "", "repeat")


def test_a_stamp_is_part_of_what_a_page_shows(tmp_path: Path) -> None:
    (image, *_) = coded()
    stamp = files.stream(
        b"240 0 0 160 0 0 cm /Im Do",
        b"/Type /XObject /Subtype /Form /BBox [0 0 240 160]"
        b" /Resources << /XObject << /Im 5 0 R >> >>",
    )
    annotation = (
        b"<< /Type /Annot /Subtype /Stamp /Rect [150 200 450 400] /F 4 /AP << /N 7 0 R >> >>"
    )
    stamped = Coded(image.name, image.entries, image.body, image.look, (stamp, annotation))
    body = page_of(stamped, b"").replace(b"/Contents 4", b"/Annots [8 0 R] /Contents 4")
    (found,) = searched(tmp_path, body)
    assert place(found) == pytest.approx((0.25, 0.5, 0.5, 0.25), abs=0.001)
    assert difference(seen(found), scenery()) < 3


def test_a_picture_in_a_layer_that_is_switched_off_is_not_seen(tmp_path: Path) -> None:
    (image, *_) = coded()
    layer = Coded(image.name, image.entries, image.body, image.look, (
        b"<< /Type /OCG /Name (Off) >>",
    ))  # fmt: skip
    body = page_of(layer, b"/OC /L BDC q 300 0 0 200 100 100 cm /Im Do Q EMC")
    body = body.replace(b"/XObject <<", b"/Properties << /L 7 0 R >> /XObject <<", 1)
    off = b"/Type /Catalog /OCProperties << /OCGs [7 0 R] /D << /OFF [7 0 R] >> >>"
    (found,) = searched(tmp_path, body.replace(b"/Type /Catalog", off))
    assert found.skipped == "blank"


MANY = """
import sys
from pathlib import Path
from typing import Any
from recita import cage
from recita.decoding import pdf_layer, pictures, sniff
pdf_layer.MAX_GROWTH = 8 * cage.MEGABYTE
limits = cage.Limits(seconds=120, memory=64 * cage.MEGABYTE)
found = cage.stream(limits, pictures.find, Path(sys.argv[1]), sniff.PDF, frozenset(), 1000)
print(sum(one.jpeg is not None for one in found))
"""


def test_a_hundred_pictures_need_no_more_memory_than_some(tmp_path: Path, root: Path) -> None:
    """100 MB as they are stored, and PDFium would keep them all."""
    noise = Image.effect_noise((1000, 1000), 90).tobytes()
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(100))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 100 /Kids [%b] >>" % kids,
        files.stream(b"q 500 0 0 500 50 50 cm /Im Do Q"),
    ]
    image = b"/Subtype /Image /Width 1000 /Height 1000 /ColorSpace /DeviceGray /BitsPerComponent 8"
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 3 0 R"
        b" /Resources << /XObject << /Im %d 0 R >> >> >>"
    )
    for number in range(100):
        objects.append(page % (5 + 2 * number))
        grain = noise[number * 1000 :] + noise[: number * 1000]
        objects.append(files.stream(grain, image))
    path = tmp_path / "many.pdf"
    path.write_bytes(files.raw_pdf(objects))
    ended = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", MANY, str(path)],
        check=True,
        capture_output=True,
        env={"PYTHONPATH": str(root / "functions")},
        text=True,
    )
    assert ended.stdout.strip() == "100"


def test_a_page_that_ends_the_process_costs_only_its_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = PdfWriter()
    for stored in list(coded())[:3]:
        writer.append(io.BytesIO(page_of(stored)))
    writer.write(tmp_path / "three.pdf")
    survey = pdf_pictures._sheet

    def deadly(page: Any, number: int, *args: Any, **kwargs: Any) -> Any:
        if number == 2:
            os.abort()
        return survey(page, number, *args, **kwargs)

    monkeypatch.setattr(pdf_pictures, "_sheet", deadly)
    limits = cage.Limits(seconds=20)
    path = tmp_path / "three.pdf"
    found = list(pictures.search(limits, path, sniff.PDF, frozenset(), 9))
    assert [(one.page, one.skipped) for one in found] == [(1, None), (2, "too-large"), (3, None)]
