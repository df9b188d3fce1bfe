"""PDF: page counts, text layers, and smaller PDFs for OCR."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import LimitReachedError

from recita.errors import DocumentRejectedError
from recita.text.layer import MIN_CHARACTERS, judge

MAX_PAGES = 3000
"""Textract's limit for one job (developer guide, "Limits")."""
MAX_SIDE = 14_400
"""Points a side: 200 inches, the most that PDF itself allows (ISO 32000-1, annex C)."""


SPARSE_WORDS = MIN_CHARACTERS

Verdict = Literal["good", "blank", "ocr", "bomb"]

PAINTING = frozenset(
    (
        b"Do",
        b"BI",
        b"INLINE IMAGE",
        b"f",
        b"F",
        b"f*",
        b"B",
        b"B*",
        b"b",
        b"b*",
        b"S",
        b"s",
        b"sh",
        b"Tj",
        b"TJ",
        b"'",
        b'"',
    )
)
"""Operators that put something on the page (ISO 32000-1, annex A)."""


@dataclass(frozen=True)
class LayerPage:
    """The text layer of one page, and what it is worth: it stands for the page, or OCR must."""

    number: int
    text: str
    verdict: Verdict
    why: str


def measure(body: bytes) -> int:
    """Return the number of pages of a PDF that can be processed.

    Raises DocumentRejectedError: ``encrypted``, ``xfa``, ``too-many-pages``, ``page-too-large``,
    ``corrupt``.
    """
    reader = _opened(body)
    pages = len(reader.pages)
    if pages == 0:
        raise DocumentRejectedError("corrupt", "the PDF has no pages")
    if pages > MAX_PAGES:
        raise DocumentRejectedError("too-many-pages", f"{pages} pages; at most {MAX_PAGES}")
    _refuse_xfa(reader)
    _refuse_large_pages(reader)
    return pages


def read_layers(body: bytes) -> list[LayerPage]:
    """Return the text layer of every page; a page that can't be parsed is not good."""
    reader = _opened(body)
    return [_layer(reader, index) for index in range(len(reader.pages))]


def extract_pages(body: bytes, numbers: Sequence[int]) -> bytes:
    """Return a PDF of the numbered pages (1-based) alone: OCR is paid by the page."""
    reader, writer = _opened(body), PdfWriter()
    for number in numbers:
        writer.add_page(reader.pages[number - 1])
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _opened(body: bytes) -> PdfReader:
    reader = PdfReader(io.BytesIO(body))
    if reader.is_encrypted and not reader.decrypt(""):
        raise DocumentRejectedError("encrypted", "the PDF needs a password")
    return reader


def _refuse_xfa(reader: PdfReader) -> None:
    form = reader.root_object.get("/AcroForm")
    form = form.get_object() if form is not None else None
    if not form or "/XFA" not in form:
        return
    # A hybrid form has ordinary fields beside the XFA stream; a pure one a placeholder page.
    fields = form.get("/Fields")  # may be a reference, which is true whatever it leads to
    fields = fields.get_object() if fields is not None else None
    if reader.root_object.get("/NeedsRendering") or not fields:
        raise DocumentRejectedError("xfa", "the PDF is an XFA form without ordinary pages")


def _refuse_large_pages(reader: PdfReader) -> None:
    for number, page in enumerate(reader.pages, start=1):
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
            raise DocumentRejectedError(
                "page-too-large", f"page {number} measures {width:.0f} x {height:.0f} points"
            )


def _layer(reader: PdfReader, index: int) -> LayerPage:
    number = index + 1
    try:
        page = reader.pages[index]
        text = _whole(page.extract_text())
        sparse = len(text.split()) < SPARSE_WORDS  # else what else the page shows does not matter
        painted = _operators(page) & PAINTING if sparse else set()
    except LimitReachedError:
        return LayerPage(number, "", "bomb", "the page decompresses to more than a reader may take")
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - pypdf raises anything on a broken page
        return LayerPage(number, "", "ocr", f"text layer unreadable ({type(error).__name__})")
    if not text.strip() and not painted:
        return LayerPage(number, "", "blank", "blank page")
    good, why = judge(text, pictured=bool(painted & {b"Do", b"BI", b"INLINE IMAGE"}))
    return LayerPage(number, text, "good" if good else "ocr", why)


def _whole(text: str) -> str:
    """Join halves of surrogate pairs, and replace those alone: no encoding takes them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _operators(page: PageObject) -> set[bytes]:
    contents = page.get_contents()
    return {operator for _, operator in contents.operations} if contents is not None else set()
