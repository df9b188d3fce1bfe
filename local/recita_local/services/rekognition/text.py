"""Text in images: Rekognition's TextDetections from a page read by the OCR engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recita_local.services.textract.geometry import polygon_geometry

if TYPE_CHECKING:
    from recita_local.services.textract.reading import Line, PageReading, Word
    from recita_local.wire.service import Params

MAX_WORDS = 100
"""DetectText finds no more in one image."""


@dataclass(frozen=True)
class WordFilter:
    """What a word must reach: percent, and shares of the image."""

    confidence: float = 0.0
    height: float = 0.0
    width: float = 0.0

    @classmethod
    def of(cls, params: Params) -> WordFilter:
        """From the request's ``WordFilter``."""
        return cls(
            params.get("MinConfidence", 0.0),
            params.get("MinBoundingBoxHeight", 0.0),
            params.get("MinBoundingBoxWidth", 0.0),
        )

    def keeps(self, page: PageReading, word: Word) -> bool:
        """Whether the word is sure and large enough."""
        box = polygon_geometry(page, word.polygon)["BoundingBox"]
        return (
            100 * word.confidence >= self.confidence
            and box["Height"] >= self.height
            and box["Width"] >= self.width
        )


def text_detections(page: PageReading, wanted: WordFilter) -> list[dict[str, Any]]:
    """Lines, then their words; a line counts while a word of it does."""
    kept = _kept(page, wanted)
    lines = [_detection(page, line, "LINE", number) for number, (line, _) in enumerate(kept)]
    words = [
        _detection(page, word, "WORD", 0) | {"ParentId": parent}
        for parent, (_, held) in enumerate(kept)
        for word in held
    ]
    for number, word in enumerate(words, start=len(lines)):
        word["Id"] = number
    return lines + words


def _kept(page: PageReading, wanted: WordFilter) -> list[tuple[Line, list[Word]]]:
    kept, room = [], MAX_WORDS
    for line in page.lines:
        words = [word for word in line.words if wanted.keeps(page, word)][:room]
        room -= len(words)
        if words:
            kept.append((line, words))
    return kept


def _detection(page: PageReading, read: Line | Word, kind: str, number: int) -> dict[str, Any]:
    return {
        "DetectedText": read.text,
        "Type": kind,
        "Id": number,
        "Confidence": 100 * read.confidence,
        "Geometry": polygon_geometry(page, read.polygon),
    }
