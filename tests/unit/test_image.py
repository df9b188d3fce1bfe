"""Pictures: whatever comes, an upright JPEG without metadata leaves."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

import pillow_heif
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


def pdf_of(body: bytes) -> tuple[list[int], PdfReader]:
    """The numbers of the frames that could be written, and the PDF of them."""
    with NamedTemporaryFile() as target:
        numbers = on_disk(
            lambda path: list(
                image.to_pdf(path, Path(target.name), range(1, image.measure(path) + 1))
            ),
            body,
        )
        return numbers, PdfReader(io.BytesIO(target.read()))


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
    numbers, pdf = pdf_of(body)
    assert numbers == [1, 2, 3]
    assert len(pdf.pages) == 3
    assert float(pdf.pages[0].mediabox.width) == 400 / 200 * 72


def test_a_long_fax_needs_no_more_memory_than_a_page() -> None:
    from recita import cage

    body = tiff(30, (1728, 2200))
    limits = cage.Limits(seconds=60, memory=150 * cage.MEGABYTE)
    numbers = cage.run(limits, lambda: pdf_of(body)[0])
    assert numbers == list(range(1, 31))


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


def test_a_bad_frame_costs_that_page() -> None:
    frames = [Image.new("1", size, 1) for size in ((400, 300), (20_000, 6_000), (400, 200))]
    Image.MAX_IMAGE_PIXELS = None
    body = files.picture(
        frames[0], "TIFF", save_all=True, append_images=frames[1:], compression="group4"
    )
    numbers, pdf = pdf_of(body)
    assert numbers == [1, 3]
    assert [float(page.mediabox.height) for page in pdf.pages] == [108, 72]


def test_faxes_stay_small_and_scans_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    scan = files.two_halves(300, 100)
    fax = Image.new("1", (300, 100), 1)
    for frame in (scan, fax):
        _, pdf = pdf_of(files.picture(frame, "TIFF", exif=exif))
        box = pdf.pages[0].mediabox
        assert (float(box.width), float(box.height)) == (36, 108)
    (image_found,) = pdf.pages[0].images
    assert image_found.image is not None
    assert image_found.image.mode == "1"


def test_a_tiny_picture_is_refused() -> None:
    tiny = files.picture(Image.new("RGB", (79, 79)), "PNG")
    assert rejected(lambda: measured(tiny)) == "too-small"


def test_a_truncated_picture_is_measured_but_not_decoded() -> None:
    body = files.picture(files.two_halves(600, 400))
    half = body[: len(body) // 2]
    assert measured(half) == 1
    with pytest.raises(OSError, match="truncated"):
        upright_of(half)


@pytest.mark.parametrize("kind", ["HEIF", "AVIF", "JPEG2000"])
def test_newer_formats_are_read(kind: str) -> None:
    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[0x010F] = "MarkerPhone"
    known: dict[str, Any] = {} if kind == "JPEG2000" else {"exif": exif}
    body = files.picture(kind=kind, **known)
    found = opened(upright_of(body))
    assert measured(body) == 1
    assert close(found.getpixel((10, 10)), RED)
    assert b"Marker" not in upright_of(body).jpeg


def test_old_jpeg_in_tiff_is_read() -> None:
    found = opened(upright_of(files.old_jpeg_tiff(files.two_halves())))
    assert close(found.getpixel((10, 10)), RED)
    assert close(found.getpixel((190, 10)), BLUE)


def test_12_bits_in_16_are_not_nearly_black() -> None:
    row = struct.pack("<100H", *(2048,) * 50, *(4095,) * 50)
    grey = Image.frombytes("I;16", (100, 100), row * 100)
    found = opened(upright_of(files.picture(grey, "TIFF")))
    assert close(found.getpixel((75, 50)), (255, 255, 255))
    assert close(found.getpixel((25, 50)), (128, 128, 128))


def test_floating_point_greys_are_stretched() -> None:
    grey = Image.new("F", (100, 100), 0.5)
    grey.paste(0.0, (0, 0, 50, 50))
    grey.paste(1.0, (50, 50, 100, 100))
    found = opened(upright_of(files.picture(grey, "TIFF")))
    assert close(found.getpixel((25, 75)), (127, 127, 127))
    assert close(found.getpixel((75, 75)), (255, 255, 255))


def test_lab_colours_are_converted() -> None:
    lab = Image.new("LAB", (100, 100), (136, 128 + 81, 128 + 70))  # red
    assert close(opened(upright_of(files.picture(lab, "TIFF"))).getpixel((50, 50)), (255, 0, 0))


def test_a_colour_profile_is_applied() -> None:
    body = files.picture(icc_profile=files.swapped_profile())
    found = opened(upright_of(body))
    assert close(found.getpixel((10, 50)), BLUE)
    assert close(found.getpixel((190, 50)), RED)
    assert not found.info.get("icc_profile")


@pytest.mark.parametrize("profile", [b"no profile at all", files.swapped_profile()[:200]])
def test_a_broken_colour_profile_is_none(profile: bytes) -> None:
    assert close(opened(upright_of(files.picture(icc_profile=profile))).getpixel((10, 50)), RED)


def test_white_on_nothing_is_laid_on_black() -> None:
    drawn = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    drawn.paste((255, 255, 255, 255), (0, 0, 20, 20))
    found = opened(upright_of(files.picture(drawn, "PNG")))
    assert close(found.getpixel((10, 10)), (255, 255, 255))
    assert close(found.getpixel((90, 90)), (0, 0, 0))


def test_a_cameras_preview_is_no_second_frame() -> None:
    preview = files.two_halves(80, 80)
    body = files.picture(kind="MPO", save_all=True, append_images=[preview])
    assert upright_of(body).frames == 1


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "CMYK", "I;16", "P", "1"])
def test_the_largest_pictures_fit_the_cage(mode: str) -> None:
    from recita import cage

    body = files.picture(Image.new(mode, (9_990, 10_000)), "TIFF" if mode == "CMYK" else "PNG")
    width, height = cage.run(cage.Limits(), lambda: _size(upright_of(body)))
    assert (width, height) == (9_990, 10_000)


def _size(upright: image.Upright) -> tuple[int, int]:
    return upright.width, upright.height


def test_a_large_frame_becomes_a_page_that_textract_takes(tmp_path: Path) -> None:
    source, target = tmp_path / "wide.tif", tmp_path / "pages.pdf"
    Image.new("1", (9_600, 300), 1).save(source)
    assert list(image.to_pdf(source, target, [1])) == [1]
    (page,) = PdfReader(target).pages
    assert 2800 < page.mediabox.width <= 2880


def test_thin_coloured_lines_keep_their_colour() -> None:
    lines = Image.new("RGB", (200, 200), "white")
    for place in range(0, 200, 4):
        lines.paste((194, 24, 91), (place, 0, place + 1, 200))
    shown = opened(upright_of(files.picture(lines, "PNG")))
    assert close(shown.getpixel((100, 100)), (194, 24, 91))
    assert close(shown.getpixel((102, 100)), (255, 255, 255))
