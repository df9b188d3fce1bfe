"""Pictures: from any supported format to an upright JPEG without metadata."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps
from pypdf import PdfWriter

from recita.decoding import colours
from recita.errors import DocumentRejectedError

FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP", "JPEG2000", "AVIF")
PAGED = ("TIFF",)
"""Formats whose frames are pages."""
STILL = ("MPO",)
"""A camera's JPEG whose other frames are a preview or the other eye's view."""
MAX_PIXELS = 100_000_000
MAX_SIDE = 10_000
"""Textract and Rekognition refuse longer sides (developer guides, "Limits")."""
MIN_SIDE = 80
"""Rekognition refuses shorter sides (developer guide, "Guidelines and quotas")."""
MAX_BYTES = 5 * 1024 * 1024
"""Rekognition's limit on image bytes in a request; Textract's is twice that."""
QUALITIES = ((95, 0), (85, 2), (75, 2), (60, 2))
"""Of JPEG, and how colours are thinned out: not at all at best, for thin coloured lines fade."""
MAX_FRAMES = 3000
RESOLUTION = 200
"""Dots an inch that a page of pixels is taken to have: what scanners for documents use."""
MAX_INCHES = 39.9
"""Just below Textract's limit of 40 a side for PDF pages (developer guide, "Limits")."""


@dataclass(frozen=True)
class Upright:
    """A JPEG as a person would look at it: orientation applied, metadata dropped."""

    jpeg: bytes
    width: int
    height: int
    frames: int


def measure(path: Path) -> int:
    """Return the number of frames (pages) after checking sizes, before any pixel is decoded.

    Raises DocumentRejectedError: ``pixel-bomb``, ``too-small``, ``too-many-pages``, ``corrupt``.
    """
    with opened(path) as image:
        _check_size(*image.size)
        count = _frames(image) if image.format in PAGED else 1
    if count > MAX_FRAMES:
        raise DocumentRejectedError("too-many-pages", f"{count} pages; at most {MAX_FRAMES}")
    return count


def upright(path: Path) -> Upright:
    """Decode the first frame fully and return it as an upright RGB JPEG within service limits."""
    picture, count = _picture(path)
    jpeg, width, height = encode(picture)
    return Upright(jpeg, width, height, count)


def _picture(path: Path) -> tuple[Image.Image, int]:
    """Return the first frame and the number of frames; what else was decoded is free again."""
    with opened(path) as image:
        count = frames(image)  # counting moves through them, so not after decoding
        _check_size(*image.size)
        return fit(decoded(image)), count


def decoded(image: Image.Image) -> Image.Image:
    """Return an opened picture as a person would look at it, in sRGB."""
    ImageOps.exif_transpose(image, in_place=True)
    return colours.to_rgb(image)


def frames(image: Image.Image) -> int:
    """Return how many pictures an opened one moves through."""
    return 1 if image.format in STILL else _frames(image)


def shrunk(jpeg: bytes, side: int) -> bytes:
    """Return a JPEG of at most ``side`` pixels a side."""
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as opened:
        opened.draft("RGB", (side, side))
        opened.thumbnail((side, side))
        return encode(opened)[0]


def to_pdf(path: Path, target: Path, wanted: Sequence[int]) -> Iterator[int]:
    """Write frames of a TIFF as a PDF, which Textract takes as a job; yield those written.

    One frame at a time: a hundred decoded fax pages would fill a gigabyte. A frame that can't be
    decoded is left out; ``target`` is complete when the iterator ends.
    """
    writer = PdfWriter()
    with opened(path) as image:
        for number in wanted:
            try:
                image.seek(number - 1)
                _refuse_bomb(*image.size)
                frame = _page(image)
            except (OSError, ValueError, SyntaxError, DocumentRejectedError):
                continue
            writer.append(frame)
            yield number
    writer.write(target)


def _page(image: Image.Image) -> BytesIO:
    """Return a frame as a PDF of one page; faxes stay black and white, and small."""
    upright = ImageOps.exif_transpose(image)
    page = BytesIO()
    frame = fit(upright if upright.mode == "1" else colours.to_rgb(upright))
    frame.save(page, "PDF", resolution=max(RESOLUTION, max(frame.size) / MAX_INCHES))
    return page


def _frames(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1))


def opened(source: Path | BytesIO) -> Image.Image:
    """Open a picture without decoding it.

    Raises DocumentRejectedError: ``pixel-bomb``; UnidentifiedImageError when it is no picture.
    """
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    formats: tuple[str, ...] = FORMATS
    if _head(source)[4:] == b"ftyp":
        from pi_heif import register_heif_opener  # noqa: PLC0415 - 200 ms only HEIC needs

        register_heif_opener()
        formats = (*FORMATS, "HEIF")
    try:
        return Image.open(source, formats=formats)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DocumentRejectedError("pixel-bomb", f"more than {MAX_PIXELS} pixels") from None


def _head(source: Path | BytesIO) -> bytes:
    if isinstance(source, BytesIO):
        return bytes(source.getbuffer()[:8])
    with source.open("rb") as file:
        return file.read(8)


def _refuse_bomb(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise DocumentRejectedError("pixel-bomb", f"{width} x {height} pixels")


def _check_size(width: int, height: int) -> None:
    _refuse_bomb(width, height)
    if max(width, height) < MIN_SIDE:
        raise DocumentRejectedError("too-small", f"{width} x {height} pixels")


def fit(image: Image.Image) -> Image.Image:
    """Return a picture with sides that the services take, on paper where it has to grow."""
    if max(image.size) > MAX_SIDE:
        image.thumbnail((MAX_SIDE, MAX_SIDE))
    if min(image.size) < MIN_SIDE:
        size = (max(image.width, MIN_SIDE), max(image.height, MIN_SIDE))
        paper = Image.new("RGB", size, "white")
        paper.paste(image)
        return paper
    return image


def encode(image: Image.Image) -> tuple[bytes, int, int]:
    """Return a JPEG without metadata that is small enough to send, its width and its height."""
    for quality, subsampling in QUALITIES:
        buffer = BytesIO()
        # Without a comment of its own, the original's is kept.
        image.save(buffer, "JPEG", quality=quality, subsampling=subsampling, comment=b"")
        if buffer.tell() <= MAX_BYTES:
            return buffer.getvalue(), image.width, image.height
    half = image.resize((image.width // 2, image.height // 2))
    return encode(half)
