"""The OCR engine. It lives in a process of its own, loads once and reads one page at a time."""

from __future__ import annotations

import resource
import signal
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from recita_local.services.textract import raster
from recita_local.services.textract.marks import filled_squares, find_marks, ticked_cells
from recita_local.services.textract.missed import accepted, missed_marks
from recita_local.services.textract.order import reading_order
from recita_local.services.textract.reading import (
    Box,
    Line,
    Mark,
    PageReading,
    UnreadableError,
    Word,
    corners,
)
from recita_local.services.textract.recognise import Recogniser
from recita_local.services.textract.sheet import Sheet
from recita_local.services.textract.tables import find_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from recita_local.services.textract.raster import Pixels, Source
    from recita_local.services.textract.recognise import Detected

SURE_SCORE = 0.85
"""Mean score of a page read upright; turned pages measured 0.69 to 0.73."""
LEAST_TEXT = 4
"""Characters; photos without any had one or two, the shortest turned page twenty."""
PAGE_SECONDS = 180
"""Of processor time, which a busy machine does not stretch; a dense page that has to be turned
takes 30, and one that takes this long holds the engine hostage."""

MEMORY_BYTES = 6 * 1024**3
"""Address space of the process; a dense page peaks at 2.4 GB, a bomb asks for more."""


class OcrEngine:
    """Reads pages with PP-OCRv6; a page that hangs a decoder ends the process, not the laptop."""

    def __init__(self) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, hard))
        self._recogniser = Recogniser()

    def page_count(self, source: Source) -> int:
        """Pages of a document; raises :class:`UnreadableError`."""
        with _cage():
            return raster.page_count(source)

    def read_page(self, source: Source, index: int, *, structure: bool = False) -> PageReading:
        """One page, numbered from 0; raises :class:`UnreadableError`."""
        with _cage():
            return self._read(raster.page_pixels(source, index), structure=structure)

    def read_only_page(self, data: bytes, *, structure: bool = False) -> PageReading:
        """The page of a one-page document; the synchronous operations take no other."""
        with _cage():
            pages = raster.page_count(data)
            if pages != 1:
                message = f"A synchronous operation reads 1 page; this document has {pages}"
                raise UnreadableError(raster.UNSUPPORTED, message)
            return self._read(raster.page_pixels(data, 0), structure=structure)

    def _read(self, pixels: Pixels, *, structure: bool) -> PageReading:
        large = raster.enlarged(pixels)
        turns, detected = self._upright(large)
        sheet = Sheet(np.ascontiguousarray(np.rot90(large, turns)), detected)
        marks = find_marks(sheet.ink, _words(sheet.lines), sheet.tall)
        missed = self._missed(sheet, [mark.box for mark in marks])
        lines = tuple(reading_order([*_without(marks, sheet.lines), *missed]))
        page = PageReading(sheet.width, sheet.height, turns, lines, skew=sheet.skew)
        if not structure:
            return page
        tables = find_tables(lines, sheet.rules, sheet.tall)
        squares = filled_squares(sheet.ink, sheet.tall)
        free = [one for one in squares if not any(mark.box.holds(one) for mark in marks)]
        cells = ticked_cells(free, _words(lines), tables)
        return replace(page, tables=tables, marks=(*marks, *cells), rules=sheet.rules)

    def _upright(self, pixels: Pixels) -> tuple[int, list[Detected]]:
        """Quarter turns anticlockwise, and the lines; a page read well is not turned."""
        lines = self._recogniser.lines(pixels)
        if not _is_text(lines) or (_mean_score(lines) >= SURE_SCORE and _mostly_level(lines)):
            return 0, lines
        turned = [
            (k, self._recogniser.lines(np.ascontiguousarray(np.rot90(pixels, k))))
            for k in (1, 2, 3)
        ]
        return max([(0, lines), *turned], key=lambda tried: _read_well(tried[1]))

    def _missed(self, sheet: Sheet, known: list[Box]) -> list[Line]:
        """Lines of one mark each, for what the detector passed over."""
        words = [word.box for word in _words(sheet.lines)]
        marks = missed_marks(sheet.ink, [*words, *known], sheet.tall)
        read = self._recogniser.texts([sheet.crop(shown) for _, shown in marks])
        found = []
        for (mark, _), (text, score) in zip(marks, read, strict=True):
            if believed := accepted(mark, text.strip(), score, sheet.tall):
                word = Word(believed, score, corners(mark))
                found.append(Line(believed, score, word.polygon, (word,)))
        return found


def _words(lines: Iterable[Line]) -> list[Word]:
    return [word for line in lines for word in line.words]


def _without(marks: Sequence[Mark], lines: Iterable[Line]) -> Iterator[Line]:
    """The lines without what was read of ticks: a form's box is no word."""
    for line in lines:
        words = tuple(word for word in line.words
                      if not any(mark.box.holds(word.box) for mark in marks))  # fmt: skip
        if len(words) == len(line.words):
            yield line
        elif words:
            yield replace(line, text=" ".join(word.text for word in words), words=words)


def _is_text(lines: list[Detected]) -> bool:
    """Whether there is enough to be worth a turn: in waves and fur, the engine sees an i or two."""
    return sum(line.characters for line in lines) >= LEAST_TEXT


def _mean_score(lines: list[Detected]) -> float:
    return sum(line.confidence for line in lines) / len(lines)


def _read_well(lines: list[Detected]) -> float:
    """Characters on level lines, weighed by how surely all were read."""
    return _mean_score(lines) * _level_characters(lines) if lines else 0.0


def _mostly_level(lines: list[Detected]) -> bool:
    """The recogniser reads upward text well, but what it reads stands on end."""
    return 2 * _level_characters(lines) >= sum(line.characters for line in lines)


def _level_characters(lines: list[Detected]) -> int:
    return sum(line.characters for line in lines if line.is_level)


@contextmanager
def _cage() -> Iterator[None]:
    """Ends this process after PAGE_SECONDS: a decoder stuck in C hears nothing gentler."""
    signal.setitimer(signal.ITIMER_PROF, PAGE_SECONDS)  # SIGPROF ends a process by default
    try:
        yield
    except MemoryError as error:
        message = "The document needs more memory than a page may take"
        raise UnreadableError(raster.BAD, message) from error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
