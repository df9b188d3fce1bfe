"""Pictures that differ, and documents that hold them."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.fakes.files import SENTENCE

Place = tuple[int, int, int, int]
"""Left, bottom, width and height in points on a page of 600 by 800."""


def drawn(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """A picture of coloured blots, another one for each seed."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    small = Image.new("RGB", (16, 12))
    small.putdata([tuple(dice.randrange(256) for _ in range(3)) for _ in range(16 * 12)])
    return small.resize(size, Image.Resampling.BICUBIC)


def illustrated(pages: Sequence[Sequence[tuple[Image.Image, Place]]]) -> bytes:
    """A PDF with text on each page and pictures where they are told to stand."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(600, 800), invariant=True)
    for number, pictures in enumerate(pages, start=1):
        text = canvas.beginText(50, 760)
        for line in range(8):
            text.textLine(f"Page {number}, line {line}: {SENTENCE}")
        canvas.drawText(text)
        for image, place in pictures:
            canvas.drawImage(ImageReader(image), *place)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def scan(image: Image.Image) -> bytes:
    """A PDF of one page that is nothing but a picture."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(600, 800), invariant=True)
    canvas.drawImage(ImageReader(image), 0, 0, 600, 800)
    canvas.save()
    return file.getvalue()
