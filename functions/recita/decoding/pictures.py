"""The pictures inside documents: found, judged, and made ready to be looked at."""

from __future__ import annotations

from pathlib import Path

from recita.decoding import pdf_pictures, sniff
from recita.decoding.found import Finds, Found, Kind, Skipped, Tally

__all__ = ["Found", "Kind", "Skipped", "find"]


def find(path: Path, media_type: str, scanned: frozenset[int], most: int) -> Finds:
    """Yield the pictures of a document in reading order; to be called in the cage.

    ``scanned``: numbers of the pages whose text came from OCR. At most ``most`` are decoded; those
    after them are told, and skipped. Types that hold no pictures yield none.

    Raises DocumentRejectedError: where the document as a whole can't be opened.
    """
    if media_type == sniff.PDF:
        yield from pdf_pictures.find(path, scanned, Tally(most))
