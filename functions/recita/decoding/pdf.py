"""PDF: page counts, and smaller PDFs for OCR."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject

from recita.errors import DocumentRejectedError

MAX_PAGES = 3000
"""Textract's limit for one job (developer guide, "Limits")."""
MAX_SIDE = 14_400
"""Points a side: 200 inches, the most that PDF itself allows (ISO 32000-1, annex C)."""
MAX_OCR_SIDE = 2880
"""Points a side: 40 inches, Textract's limit for PDF pages (developer guide, "Limits")."""
EMPTY_BYTES = 128
"""The most that a stream of nothing takes in a file, compressed, encrypted and described."""
XFA_FORMS = (2, 3)
"""Form types of PDFium that carry XFA: dynamic, and static beside ordinary fields."""

PAINTING = frozenset(
    (b"Do", b"BI", b"INLINE IMAGE", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"sh")
) | frozenset((b"Tj", b"TJ", b"'", b'"'))
"""Operators that put something on the page (ISO 32000-1, annex A)."""


def measure(path: Path) -> int:
    """Return the number of pages of a PDF that can be processed.

    Raises DocumentRejectedError: ``encrypted``, ``xfa``, ``too-many-pages``, ``page-too-large``,
    ``corrupt``.
    """
    with opened(path) as document:
        pages = len(document)
        if pages == 0:
            raise DocumentRejectedError("corrupt", "the PDF has no pages")
        if pages > MAX_PAGES:
            raise DocumentRejectedError("too-many-pages", f"{pages} pages; at most {MAX_PAGES}")
        if document.get_formtype() in XFA_FORMS:
            _refuse_pure_xfa(path)
        _refuse_large_pages(document)
    return pages


@contextmanager
def opened(path: Path) -> Iterator[pdfium.PdfDocument]:
    """Open a PDF, also one that restricts printing or copying but needs no password.

    Raises DocumentRejectedError: ``encrypted``, ``corrupt``.
    """
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if _asks_for_a_password(path):
            raise DocumentRejectedError("encrypted", "the PDF needs a password") from error
        raise DocumentRejectedError("corrupt", "the PDF can't be opened") from error
    with closing(document):
        yield document


def paints(path: Path, index: int) -> bool:
    """Return whether a page's content puts anything onto it.

    Raises DocumentRejectedError: ``decompression-bomb``, ``corrupt`` when it can't be decoded.
    """
    try:
        with path.open("rb") as source:
            page = _reader(source).pages[index]
            contents = page.get_contents()
            operators = {name for _, name in contents.operations} if contents is not None else set()
            decoded = contents.get_data().strip() if contents is not None else b""
            undecoded = not decoded and _stored(page) > EMPTY_BYTES
    except LimitReachedError:
        message = "the page decompresses to more than a reader may take"
        raise DocumentRejectedError("decompression-bomb", message) from None
    except MemoryError:
        raise
    except Exception as error:  # pypdf raises anything on a broken page
        raise DocumentRejectedError("corrupt", type(error).__name__) from error
    return undecoded or bool(operators & PAINTING)


def _stored(page: PageObject) -> int:
    """Bytes of the page's content as it lies in the file; a broken one decodes to none."""
    contents = page.get("/Contents", ArrayObject()).get_object()
    streams = contents if isinstance(contents, ArrayObject) else [contents]
    written = io.BytesIO()
    for stream in streams:
        stream.get_object().write_to_stream(written)
    return written.tell()


def extract_pages(path: Path, numbers: Sequence[int], target: Path) -> list[int]:
    """Write a PDF of the numbered pages (1-based) alone, for OCR is paid by the page.

    Returns the numbers it holds, in order: a page that can't be copied costs that page.
    """
    writer, copied = PdfWriter(), []
    with path.open("rb") as source:
        reader = _reader(source)
        for number in numbers:
            try:
                _fit(writer.add_page(reader.pages[number - 1]))
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001, S112 - pypdf raises anything; the caller counts
                continue
            copied.append(number)
        if copied:
            with target.open("wb") as file:
                writer.write(file)
    return copied


def _fit(page: PageObject) -> None:
    """Scale down what OCR would refuse; a phone's scan has a point for every pixel."""
    longest = max(float(page.mediabox.width), float(page.mediabox.height)) * page.user_unit
    if longest > MAX_OCR_SIDE:
        page.scale_by(MAX_OCR_SIDE / (longest + 1))  # sizes are rounded on the way


def _reader(source: Any) -> PdfReader:
    reader = PdfReader(source)
    if reader.is_encrypted:
        reader.decrypt("")
    return reader


def _asks_for_a_password(path: Path) -> bool:
    """Whether it is a password that PDFium lacked: it says so of broken encryption, too."""
    try:
        with path.open("rb") as source:
            reader = PdfReader(source)
            return reader.is_encrypted and not reader.decrypt("")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pypdf raises anything on a broken file
        return False


def _refuse_pure_xfa(path: Path) -> None:
    """Refuse a form whose only page is a placeholder; a hybrid one has ordinary fields, too."""
    with path.open("rb") as source:
        root = _reader(source).root_object
        form = root.get("/AcroForm")
        form = form.get_object() if form is not None else {}
        fields = form.get("/Fields")  # may be a reference, which is true whatever it leads to
        fields = fields.get_object() if fields is not None else None
        if root.get("/NeedsRendering") or not fields:
            raise DocumentRejectedError("xfa", "the PDF is an XFA form without ordinary pages")


def _refuse_large_pages(document: pdfium.PdfDocument) -> None:
    size = pdfium.raw.FS_SIZEF()
    for index in range(len(document)):
        if not pdfium.raw.FPDF_GetPageSizeByIndexF(document, index, ctypes.byref(size)):
            continue  # a page that can't be opened is missing later
        if not (0 < size.width <= MAX_SIDE and 0 < size.height <= MAX_SIDE):
            number, width, height = index + 1, size.width, size.height
            raise DocumentRejectedError(
                "page-too-large", f"page {number} measures {width:.0f} x {height:.0f} points"
            )
