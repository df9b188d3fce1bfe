"""An OCR engine that reads the same two lines on every page."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from recita_local.services.textract import raster
from recita_local.services.textract.reading import Box, Line, PageReading, Word, corners

if TYPE_CHECKING:
    from recita_local.services.textract.raster import Source

WIDTH, HEIGHT, ROW, LETTER = 1240, 1754, 40, 14


class Engine:
    """See :class:`recita_local.services.textract.engine.OcrEngine`; pages are really counted."""

    def page_count(self, source: Source) -> int:
        """Pages of a document; raises UnreadableError."""
        return raster.page_count(source)

    def read_page(self, source: Source, index: int, *, structure: bool = False) -> PageReading:  # noqa: ARG002 - the engine's own
        """Two lines, the second of which no other document has."""
        data = source if isinstance(source, bytes) else source.read_bytes()
        mark = hashlib.sha256(data).hexdigest()[:12]
        lines = ("The committee met on Tuesday.", f"Sheet {index + 1} of the letter {mark}.")
        return PageReading(WIDTH, HEIGHT, 0, tuple(map(_line, lines, (200, 260))))

    def read_only_page(self, data: bytes, *, structure: bool = False) -> PageReading:
        """The same of a document of one page."""
        return self.read_page(data, 0, structure=structure)


def _line(text: str, top: float) -> Line:
    words, left = [], 120.0
    for part in text.split():
        box = Box(left, top, left + LETTER * len(part), top + ROW)
        words.append(Word(part, 0.99, corners(box)))
        left = box.right + LETTER
    return Line(text, 0.99, corners(Box(120.0, top, left, top + ROW)), tuple(words))
