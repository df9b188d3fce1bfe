"""Tables by img2table, fed with the words already read. Runs in the engine's process only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
from img2table.document import Image
from img2table.ocr._types import OCRData, OCRInstance  # private: img2table is pinned exactly

from recita_local.services.textract.reading import Box, Cell, Line, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recita_local.services.textract.raster import Pixels


class _WordsRead(OCRInstance):  # type: ignore[misc] # img2table has no types
    """Answers with the words we have, so that img2table runs no OCR of its own."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

    def of(self, document: Any) -> OCRData:  # noqa: ARG002 - img2table's signature
        records = [
            _record(number, word_number, line)
            for number, line in enumerate(self._lines)
            for word_number in range(len(line.words))
        ]
        return OCRData(records={0: records})


def _record(line_number: int, word_number: int, line: Line) -> dict[str, Any]:
    word = line.words[word_number]
    left, top, right, bottom = (round(value) for value in word.box)
    return {
        "id": f"word_{line_number}_{word_number}",
        "parent": f"line_{line_number}",
        "value": word.text,
        "confidence": min(99, round(100 * word.confidence)),
        "x1": left,
        "y1": top,
        "x2": right,
        "y2": bottom,
    }


def find_tables(pixels: Pixels, lines: Sequence[Line]) -> tuple[Table, ...]:
    """Ruled and borderless tables of one upright page."""
    if not lines:
        return ()
    bitmap = cv2.imencode(".bmp", pixels)[1].tobytes()
    found = Image(bitmap).extract_tables(
        ocr=_WordsRead(lines), borderless_tables=True, min_confidence=1
    )
    return tuple(_table(table) for table in found)


def _table(table: Any) -> Table:
    slots: dict[Box, list[tuple[int, int]]] = {}
    for row, cells in enumerate(table.content.values(), start=1):
        for column, cell in enumerate(cells, start=1):
            slots.setdefault(_box(cell.bbox), []).append((row, column))
    return Table(_box(table.bbox), tuple(Cell(box, tuple(held)) for box, held in slots.items()))


def _box(bbox: Any) -> Box:
    return Box(float(bbox.x1), float(bbox.y1), float(bbox.x2), float(bbox.y2))
