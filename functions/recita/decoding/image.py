"""Pictures: from any supported format to an upright JPEG without metadata."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, ImageSequence
from pypdf import PdfWriter

from recita.errors import DocumentRejectedError

FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP")
MAX_PIXELS = 100_000_000
MAX_SIDE = 10_000
"""Textract and Rekognition refuse longer sides (developer guides, "Limits")."""
MIN_SIDE = 80
"""Rekognition refuses shorter sides (developer guide, "Guidelines and quotas")."""
MAX_BYTES = 5 * 1024 * 1024
"""Rekognition's limit on image bytes in a request; Textract's is twice that."""
MAX_FRAMES = 3000


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
    with _opened(path) as image:
        _check_size(*image.size)
        frames = int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
    if frames > MAX_FRAMES:
        raise DocumentRejectedError("too-many-pages", f"{frames} pages; at most {MAX_FRAMES}")
    return frames


def upright(path: Path) -> Upright:
    """Decode the first frame fully and return it as an upright RGB JPEG within service limits."""
    with _opened(path) as image:
        frames = int(getattr(image, "n_frames", 1))
        _check_size(*image.size)
        picture = _rgb(ImageOps.exif_transpose(image))
    picture = _fit(picture)
    jpeg = _encode(picture)
    return Upright(jpeg, picture.width, picture.height, frames)


def to_pdf(path: Path) -> bytes:
    """Return a multi-page TIFF as a PDF of its frames, which Textract takes as a job.

    One frame at a time: a hundred decoded fax pages would fill a gigabyte.
    """
    writer = PdfWriter()
    with _opened(path) as image:
        for frame in ImageSequence.Iterator(image):
            _refuse_bomb(*frame.size)
            page = io.BytesIO()
            _fit(_rgb(frame)).save(page, "PDF", resolution=200)
            writer.append(page)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _opened(path: Path) -> Image.Image:
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        return Image.open(path, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DocumentRejectedError("pixel-bomb", f"more than {MAX_PIXELS} pixels") from None


def _refuse_bomb(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise DocumentRejectedError("pixel-bomb", f"{width} x {height} pixels")


def _check_size(width: int, height: int) -> None:
    _refuse_bomb(width, height)
    if max(width, height) < MIN_SIDE:
        raise DocumentRejectedError("too-small", f"{width} x {height} pixels")


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGB", rgba.size, "white")
        paper.paste(rgba, mask=rgba.getchannel("A"))
        return paper
    if image.mode.startswith("I"):  # 16-bit greys: convert() would clip them to white
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    return image.convert("RGB")


def _fit(image: Image.Image) -> Image.Image:
    if max(image.size) > MAX_SIDE:
        image.thumbnail((MAX_SIDE, MAX_SIDE))
    if min(image.size) < MIN_SIDE:
        size = (max(image.width, MIN_SIDE), max(image.height, MIN_SIDE))
        paper = Image.new("RGB", size, "white")
        paper.paste(image)
        return paper
    return image


def _encode(image: Image.Image) -> bytes:
    for quality in (95, 85, 75, 60):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, comment=b"")  # else the original's is kept
        if buffer.tell() <= MAX_BYTES:
            return buffer.getvalue()
    half = image.resize((image.width // 2, image.height // 2))
    return _encode(half)
