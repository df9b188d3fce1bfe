"""Native types: files that hold their text as such."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

from recita.decoding import containers, sniff
from recita.decoding.content import Attachment, NativePage
from recita.errors import DocumentRejectedError

MAX_PAGES = 3000
"""As many as Textract takes: no route reads longer documents."""

Reader = Callable[[Path], Iterator[NativePage]]

READERS = {
    sniff.DOCX: "word.read",
    sniff.PPTX: "slides.read",
    sniff.XLSX: "sheets.read",
    sniff.XLS: "sheets.read",
    sniff.ODS: "sheets.read",
    sniff.HTML: "html.read",
    sniff.EML: "mail.read",
    sniff.TEXT: "plain.read",
    sniff.MARKDOWN: "plain.read",
    sniff.CSV: "plain.read_csv",
    sniff.TSV: "plain.read_tsv",
}


def reader(media: str) -> Reader:
    """Return what reads files of one of sniff.NATIVE's types, to be called in the cage.

    Its library is imported here, outside: once for all documents, and only where it is needed,
    for python-pptx alone takes as long to import as the rest of a function.

    The reader raises DocumentRejectedError: ``corrupt``, ``encrypted``, ``unsupported-type``,
    ``too-large``, ``decompression-bomb``; for a zip container before anything is unpacked.
    """
    module, _, name = READERS[media].partition(".")
    read: Reader = getattr(import_module(f"recita.decoding.{module}"), name)
    return partial(_bounded, read, zipped=media in sniff.ZIPPED)


def measure(read: Reader, path: Path) -> int:
    """Return the number of pages, by reading them: nothing else knows where they end.

    Raises DocumentRejectedError: as the reader, and ``too-many-pages``.
    """
    count = 0
    for count, _ in enumerate(read(path), start=1):
        if count > MAX_PAGES:
            raise DocumentRejectedError("too-many-pages", f"more than {MAX_PAGES} pages")
    return count


def attachments(path: Path) -> Iterator[Attachment]:
    """Yield the files that came with a mail; to be called in the cage, as the readers."""
    found: Iterator[Attachment] = import_module("recita.decoding.mail").attachments(path)
    return found


def _bounded(read: Reader, path: Path, *, zipped: bool) -> Iterator[NativePage]:
    if zipped:
        containers.check(path)
    characters = 0
    for page in read(path):
        characters += len(page.text)
        if characters > sniff.MAX_TEXT_BYTES:
            raise DocumentRejectedError("too-large", "more than 10 MB of text")
        yield page
