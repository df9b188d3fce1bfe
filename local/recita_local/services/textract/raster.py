"""Pages as pixels: PDF by PDFium, images by Pillow. Runs in the engine's process only."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image, UnidentifiedImageError

from recita_local.services.textract.media import PDF, TIFF, media_type
from recita_local.services.textract.reading import UnreadableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[Any]

Source = bytes | Path
"""A document in memory, or where it lies: a large one is not worth copying between processes."""

DPI = 200
MAX_RENDER_SIDE = 4000
"""Pixels; the recogniser scales to 2,000 anyway, and a wall-sized page must not cost gigabytes."""
SMALL_SIDE = 1000
"""Pixels; an image that is shorter and narrower is read at twice its size."""
MAX_IMAGE_SIDE = 10_000
"""Pixels; Textract's quota for images."""
MAX_PAGE_POINTS = 40 * 72
"""Textract's quota for PDF pages: 40 inches a side."""

BAD, UNSUPPORTED = "BadDocumentException", "UnsupportedDocumentException"
Image.MAX_IMAGE_PIXELS = MAX_IMAGE_SIDE**2


def page_count(source: Source) -> int:
    """Pages of a PDF, frames of a TIFF, else 1. Raises :class:`UnreadableError`."""
    kind = _kind(source)
    if kind == PDF:
        with closing(_pdf(source)) as document:
            return len(document)
    with _image(source) as image:
        return int(getattr(image, "n_frames", 1)) if kind == TIFF else 1


def page_pixels(source: Source, index: int) -> Pixels:
    """One page, (height, width, 3), blue-green-red; raises :class:`UnreadableError`."""
    return _pdf_page(source, index) if _kind(source) == PDF else _image_frame(source, index)


def enlarged(pixels: Pixels) -> Pixels:
    """A page of few pixels at twice its size: at 80 dpi small print is too small to be found."""
    if max(pixels.shape[:2]) >= SMALL_SIDE:
        return pixels
    double: Pixels = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return double


def _kind(source: Source) -> str:
    if isinstance(source, bytes):
        head = source[:1024]
    else:
        with source.open("rb") as file:
            head = file.read(1024)
    kind = media_type(head)
    if kind is None:
        raise UnreadableError(UNSUPPORTED, "Request has unsupported document format")
    return kind


def _pdf(source: Source) -> Any:
    try:
        document = pdfium.PdfDocument(source)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableError(UNSUPPORTED, "The PDF is protected by a password") from error
        raise UnreadableError(BAD, f"The PDF cannot be opened: {error}") from error
    if document.get_formtype() in {2, 3}:  # FORMTYPE_XFA_FULL, FORMTYPE_XFA_FOREGROUND
        document.close()
        raise UnreadableError(UNSUPPORTED, "The PDF is an XFA form")
    return document


def _pdf_page(source: Source, index: int) -> Pixels:
    with closing(_pdf(source)) as document:
        try:
            page = document[index]
            width, height = page.get_size()
            _check_points(width, height)
            scale = min(DPI / 72, MAX_RENDER_SIDE / max(width, height))
            pixels: Pixels = page.render(scale=scale).to_numpy()[..., :3].copy()
        except (pdfium.PdfiumError, IndexError, ValueError) as error:
            raise UnreadableError(BAD, f"Page {index + 1} cannot be drawn: {error}") from error
        return pixels


def _check_points(width: float, height: float) -> None:
    if not 0 < min(width, height) <= max(width, height) <= MAX_PAGE_POINTS:
        message = f"A page of {width:.0f} x {height:.0f} points is over 40 inches a side"
        raise UnreadableError(BAD, message)


def _image(source: Source) -> Image.Image:
    try:
        return Image.open(BytesIO(source) if isinstance(source, bytes) else source)
    except Image.DecompressionBombError as error:
        raise UnreadableError(BAD, str(error)) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise UnreadableError(BAD, f"The image cannot be opened: {error}") from error


def _image_frame(source: Source, index: int) -> Pixels:
    with _image(source) as image:
        try:
            image.seek(index)
            if max(image.size) > MAX_IMAGE_SIDE:
                raise UnreadableError(BAD, f"The image is over {MAX_IMAGE_SIDE} pixels a side")
            rgb = np.asarray(_on_white(image), np.uint8)
        except (OSError, EOFError, ValueError, SyntaxError) as error:
            raise UnreadableError(BAD, f"The image cannot be decoded: {error}") from error
    return np.ascontiguousarray(rgb[..., ::-1])


def _on_white(image: Image.Image) -> Image.Image:
    """RGB; what is transparent is paper."""
    if image.mode.startswith("I"):  # 16 or 32 bits a pixel, of which Pillow would clip all but 8
        return Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8)).convert(
            "RGB"
        )
    if not image.has_transparency_data:
        return image.convert("RGB")
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
