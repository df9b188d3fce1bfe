"""The OCR engine. It lives in a process of its own, loads once and reads one page at a time."""

from __future__ import annotations

import resource
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from rapidocr import RapidOCR

from recita_local.services.textract import raster
from recita_local.services.textract.order import reading_order
from recita_local.services.textract.reading import Line, PageReading, Polygon, UnreadableError
from recita_local.services.textract.tables import find_tables
from recita_local.services.textract.words import line_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recita_local.services.textract.raster import Pixels, Source

SURE_SCORE = 0.85
"""Mean score of a page read upright; turned pages measured 0.69 to 0.73."""
PAGE_SECONDS = 180
"""Of processor time, which a busy machine does not stretch; a dense page that has to be turned
takes 30, and one that takes this long holds the engine hostage."""

MEMORY_BYTES = 6 * 1024**3
"""Address space of the process; a dense page peaks at 2.4 GB, a bomb asks for more."""

PARAMS = {
    "Global.use_cls": False,  # the line-angle classifier turns good lines upside down
    "Global.return_word_box": True,
    "Global.log_level": "error",
    "Rec.rec_batch_num": 1,  # 700 MB instead of 1.1 GB at the same speed
}


class OcrEngine:
    """Reads pages with PP-OCRv6; a page that hangs a decoder ends the process, not the laptop."""

    def __init__(self) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, hard))
        self._ocr = RapidOCR(params=PARAMS)

    def page_count(self, source: Source) -> int:
        """Pages of a document; raises :class:`UnreadableError`."""
        with _cage():
            return raster.page_count(source)

    def read_page(self, source: Source, index: int, *, tables: bool = False) -> PageReading:
        """One page, numbered from 0; raises :class:`UnreadableError`."""
        with _cage():
            return self._read(raster.page_pixels(source, index), tables=tables)

    def read_only_page(self, data: bytes, *, tables: bool = False) -> PageReading:
        """The page of a one-page document; the synchronous operations take no other."""
        with _cage():
            pages = raster.page_count(data)
            if pages != 1:
                message = f"A synchronous operation reads 1 page; this document has {pages}"
                raise UnreadableError(raster.UNSUPPORTED, message)
            return self._read(raster.page_pixels(data, 0), tables=tables)

    def _read(self, pixels: Pixels, *, tables: bool) -> PageReading:
        turns, lines = self._upright(pixels)
        upright = np.ascontiguousarray(np.rot90(pixels, turns))
        height, width = upright.shape[:2]
        found = find_tables(upright, lines) if tables else ()
        return PageReading(width, height, turns, tuple(reading_order(lines)), found)

    def _upright(self, pixels: Pixels) -> tuple[int, list[Line]]:
        """Quarter turns anticlockwise, and the lines; a page read well is not turned."""
        lines = self._lines(pixels)
        if not lines or (_mean_score(lines) >= SURE_SCORE and _mostly_level(lines)):
            return 0, lines
        turned = [(k, self._lines(np.ascontiguousarray(np.rot90(pixels, k)))) for k in (1, 2, 3)]
        return max([(0, lines), *turned], key=lambda tried: _read_well(tried[1]))

    def _lines(self, pixels: Pixels) -> list[Line]:
        result: Any = self._ocr(pixels)
        if result.boxes is None:
            return []
        pieces = result.word_results or ((),) * len(result.txts)
        found = zip(result.txts, result.scores, result.boxes, pieces, strict=True)
        return [_line(*line) for line in found if line[0].strip()]


def _line(text: str, score: float, box: Any, pieces: Any) -> Line:
    polygon = _polygon(box)
    known = [(piece[0], float(piece[1]), _polygon(piece[2])) for piece in pieces]
    words = line_words(text, float(score), polygon, known)
    return Line(" ".join(text.split()), float(score), polygon, tuple(words))


def _polygon(box: Any) -> Polygon:
    return cast("Polygon", tuple((float(x), float(y)) for x, y in box))


def _mean_score(lines: list[Line]) -> float:
    return sum(line.confidence for line in lines) / len(lines)


def _read_well(lines: list[Line]) -> float:
    """Characters on level lines, weighed by how surely all were read."""
    return _mean_score(lines) * _level_characters(lines) if lines else 0.0


def _mostly_level(lines: list[Line]) -> bool:
    """The recogniser reads upward text well, but what it reads stands on end."""
    return 2 * _level_characters(lines) >= sum(len(line.text) for line in lines)


def _level_characters(lines: list[Line]) -> int:
    level = (line for line in lines if len(line.text) == 1 or line.box.width > line.box.height)
    return sum(len(line.text) for line in level)


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
