"""Pictures: whatever comes, an upright JPEG without metadata leaves."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader
from recita.decoding import image
from recita.errors import DocumentRejectedError

from tests.fakes import files

pytestmark = pytest.mark.disable_socket

T = TypeVar("T")


def on_disk(run: Callable[[Path], T], body: bytes) -> T:
    with NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        return run(Path(file.name))


def upright_of(body: bytes) -> image.Upright:
    return on_disk(image.upright, body)


def measured(body: bytes) -> int:
    return on_disk(image.measure, body)


def pdf_of(body: bytes) -> bytes:
    return on_disk(image.to_pdf, body)


RED, BLUE = (254, 0, 0), (0, 0, 254)


def rejected(run: Callable[[], object]) -> str:
    with pytest.raises(DocumentRejectedError) as caught:
        run()
    return caught.value.code


def opened(upright: image.Upright) -> Image.Image:
    found = Image.open(io.BytesIO(upright.jpeg))
    assert (found.format, found.mode) == ("JPEG", "RGB")
    assert found.size == (upright.width, upright.height)
    return found


def close(found: object, expected: tuple[int, int, int]) -> bool:
    assert isinstance(found, tuple)
    return all(abs(a - b) < 30 for a, b in zip(found, expected, strict=True))


def photo() -> bytes:
    """A phone's JPEG: turned by EXIF, with a position, a comment and an XMP packet."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to look at it
    exif[0x010F] = "MarkerPhone"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return files.picture(exif=exif, comment=b"MarkerComment", xmp=b"<MarkerXmp/>")


def test_orientation_is_applied_and_metadata_is_gone() -> None:
    assert b"MarkerPhone" in photo()

    upright = upright_of(photo())
    found = opened(upright)

    assert (upright.width, upright.height) == (100, 200)
    assert close(found.getpixel((50, 10)), RED)
    assert close(found.getpixel((50, 190)), BLUE)
    assert not found.getexif()
    assert b"Marker" not in upright.jpeg


@pytest.mark.parametrize("kind", ["PNG", "GIF", "TIFF", "WEBP"])
def test_comments_of_other_formats_stay_behind(kind: str) -> None:
    notes = PngInfo()
    notes.add_text("Author", "MarkerText")
    every: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": notes},
        "GIF": {"comment": b"MarkerText"},
        "TIFF": {"tiffinfo": {270: "MarkerText"}},
        "WEBP": {"xmp": b"<MarkerText/>"},
    }
    body = files.picture(kind=kind, **every[kind])
    assert b"MarkerText" in body
    assert b"Marker" not in upright_of(body).jpeg


def test_cmyk_keeps_its_colours() -> None:
    found = opened(upright_of(files.picture(files.two_halves().convert("CMYK"))))
    assert close(found.getpixel((10, 10)), RED)


def test_transparency_is_laid_on_white() -> None:
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    found = opened(upright_of(files.picture(clear, "PNG")))
    assert close(found.getpixel((50, 50)), (255, 255, 255))


def test_a_transparent_palette_is_laid_on_white() -> None:
    palette = Image.new("P", (100, 100), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    found = opened(upright_of(files.picture(palette, "PNG", transparency=0)))
    assert close(found.getpixel((50, 50)), (255, 255, 255))


def test_16_bit_grey_is_scaled_not_clipped() -> None:
    grey = Image.new("I;16", (100, 100), 128 * 256)
    found = opened(upright_of(files.picture(grey, "PNG")))
    assert close(found.getpixel((50, 50)), (128, 128, 128))


def test_1_bit_pictures_are_read() -> None:
    found = opened(upright_of(files.picture(Image.new("1", (100, 100), 1), "PNG")))
    assert close(found.getpixel((50, 50)), (255, 255, 255))


def test_an_animation_gives_its_first_frame_and_says_so() -> None:
    frames = [Image.new("RGB", (100, 100), colour) for colour in ("red", "blue", "green")]
    body = files.picture(frames[0], "GIF", save_all=True, append_images=frames[1:])
    upright = upright_of(body)
    assert upright.frames == 3
    assert measured(body) == 1
    assert close(opened(upright).getpixel((50, 50)), RED)


def tiff(count: int, size: tuple[int, int] = (400, 300)) -> bytes:
    frames = [Image.new("1", size, 1) for _ in range(count)]
    return files.picture(
        frames[0], "TIFF", save_all=True, append_images=frames[1:], compression="group4"
    )


def test_a_multi_page_tiff_becomes_a_pdf_of_its_pages() -> None:
    body = tiff(3)
    assert measured(body) == 3
    assert len(PdfReader(io.BytesIO(pdf_of(body))).pages) == 3


def test_a_long_fax_needs_no_more_memory_than_a_page() -> None:
    from recita import cage

    body = tiff(30, (1728, 2200))
    limits = cage.Limits(seconds=60, memory=150 * cage.MEGABYTE)
    assert cage.run(limits, pdf_of, body).startswith(b"%PDF")


def test_thin_pictures_are_padded_for_services_that_want_80_pixels() -> None:
    upright = upright_of(files.picture(Image.new("RGB", (300, 20), "red")))
    assert (upright.width, upright.height) == (300, 80)


def test_a_picture_beyond_10000_pixels_is_scaled_down() -> None:
    upright = upright_of(files.picture(Image.new("L", (10_500, 90), 200), "PNG"))
    assert upright.width == 10_000
    assert upright.height >= 80


def test_jpegs_stay_below_five_megabytes() -> None:
    noise = Image.effect_noise((2400, 2400), 120).convert("RGB")
    assert len(upright_of(files.picture(noise, "BMP")).jpeg) <= 5 * 1024 * 1024


def png_header(width: int, height: int) -> bytes:
    """The first bytes of a PNG that claims a size; no pixel follows."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    crc = struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + crc + bytes(4) + b"IDAT"


@pytest.mark.parametrize("size", [(10_001, 10_000), (100_000, 100_000)])
def test_a_pixel_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    assert rejected(lambda: measured(png_header(*size))) == "pixel-bomb"
    assert rejected(lambda: upright_of(png_header(*size))) == "pixel-bomb"


def test_a_bomb_among_a_tiffs_later_pages_is_refused() -> None:
    frames = [Image.new("1", (400, 300), 1), Image.new("1", (20_000, 6_000), 1)]
    Image.MAX_IMAGE_PIXELS = None
    body = files.picture(
        frames[0], "TIFF", save_all=True, append_images=frames[1:], compression="group4"
    )
    assert rejected(lambda: pdf_of(body)) == "pixel-bomb"


def test_a_tiny_picture_is_refused() -> None:
    tiny = files.picture(Image.new("RGB", (79, 79)), "PNG")
    assert rejected(lambda: measured(tiny)) == "too-small"


def test_a_truncated_picture_is_measured_but_not_decoded() -> None:
    body = files.picture(files.two_halves(600, 400))
    half = body[: len(body) // 2]
    assert measured(half) == 1
    with pytest.raises(OSError, match="truncated"):
        upright_of(half)
