"""The pictures inside documents: found, judged, and made ready to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

from recita import cage
from recita.decoding import containers, pdf_pictures, sniff, stored
from recita.decoding.found import Finds, Found, Kind, Skipped, Tally, Unit
from recita.errors import DocumentRejectedError

__all__ = ["Found", "Kind", "Skipped", "find", "search"]

SOURCES = {
    sniff.DOCX: "word.pictures",
    sniff.PPTX: "slide_pictures.pictures",
    sniff.XLSX: "sheet_pictures.pictures",
    sniff.ODS: "sheet_pictures.pictures",
    sniff.HTML: "html.pictures",
    sniff.EML: "mail.pictures",
}
MAX_DEATHS = 8
"""Pages or pictures that may end the process that decodes them; then the rest is given up."""


def may_hold(media_type: str) -> bool:
    """Whether documents of a type are searched: there is nothing to open in the others."""
    return media_type == sniff.PDF or media_type.startswith("image/") or media_type in SOURCES


def find(path: Path, media_type: str, scanned: frozenset[int], most: int) -> Iterator[Found]:
    """Yield the pictures of a document in reading order; to be called in the cage.

    ``scanned``: numbers of the pages whose text came from OCR. At most ``most`` are decoded; those
    after them are told, and skipped. Types that hold no pictures yield none.

    Raises DocumentRejectedError: where the document as a whole can't be opened.
    """
    search_from = _searcher(path, media_type, scanned)
    return (found for found in search_from(Tally(most), 1) if isinstance(found, Found))


def search(
    limits: cage.Limits, path: Path, media_type: str, scanned: frozenset[int], most: int
) -> Iterator[Found]:
    """Yield as :func:`find` does, from the cage; what ends the process costs one page or picture.

    Raises DocumentRejectedError: as ``find``, and when too many have ended it.
    """
    search_from = _searcher(path, media_type, scanned)
    tally, unit, deaths = Tally(most), Unit(1, None), 0
    while True:
        try:
            for found in cage.stream(limits, search_from, tally, unit.number):
                if isinstance(found, Unit):
                    unit = found
                else:
                    yield tally.add(found)
        except DocumentRejectedError as error:
            deaths += 1
            if unit.page is None or deaths > MAX_DEATHS:
                raise
            skipped: Skipped = "corrupt" if error.code == "corrupt" else "too-large"
            yield Found(unit.page, None, "", 0, 0, skipped=skipped)
            unit = Unit(unit.number + 1, None)
        else:
            return


def _searcher(path: Path, media: str, scanned: frozenset[int]) -> Callable[[Tally, int], Finds]:
    if media == sniff.PDF:
        return partial(pdf_pictures.find, path, scanned)
    if media.startswith("image/"):
        return partial(stored.upload, path)
    if media not in SOURCES:
        return lambda _tally, _first: iter(())
    module, _, name = SOURCES[media].partition(".")
    # Imported here, outside the cage: once for all documents, and only where it is needed.
    pictures = getattr(import_module(f"recita.decoding.{module}"), name)
    return partial(_stored, pictures, path, zipped=media in sniff.ZIPPED)


def _stored(
    pictures: Callable[[Path], Iterator[stored.Stored]],
    path: Path,
    tally: Tally,
    first: int,
    *,
    zipped: bool,
) -> Finds:
    if zipped:
        containers.check(path)
    yield from stored.find(pictures(path), tally, first)
