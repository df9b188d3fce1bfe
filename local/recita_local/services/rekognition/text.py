"""Text in images: Rekognition's TextDetections from a page read by the OCR engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recita_local.services.textract.geometry import polygon_geometry

if TYPE_CHECKING:
    from recita_local.services.textract.reading import Line, PageReading, Word
    from recita_local.wire.service import Params

    Points = tuple[tuple[float, float], ...]

MAX_WORDS = 100
"""DetectText finds no more in one image."""


@dataclass(frozen=True)
class WordFilter:
    """What a word must reach: percent, and shares of the image."""

    confidence: float = 0.0
    height: float = 0.0
    width: float = 0.0
    regions: tuple[Points, ...] = ()
    """Corners of areas; a word's middle lies in one of them, or anywhere when there are none."""

    @classmethod
    def of(cls, filters: Params) -> WordFilter:
        """From the request's ``Filters``."""
        word = filters.get("WordFilter", {})
        return cls(
            word.get("MinConfidence", 0.0),
            word.get("MinBoundingBoxHeight", 0.0),
            word.get("MinBoundingBoxWidth", 0.0),
            tuple(_region(region) for region in filters.get("RegionsOfInterest", ())),
        )

    def keeps(self, page: PageReading, word: Word) -> bool:
        """Whether the word is sure and large enough."""
        box = polygon_geometry(page, word.polygon)["BoundingBox"]
        return (
            100 * word.confidence >= self.confidence
            and box["Height"] >= self.height
            and box["Width"] >= self.width
            and self._inside(box)
        )

    def _inside(self, box: dict[str, float]) -> bool:
        x, y = box["Left"] + box["Width"] / 2, box["Top"] + box["Height"] / 2
        return not self.regions or any(_holds(region, x, y) for region in self.regions)


def _region(region: Params) -> Points:
    """Corners of a box or polygon, shares of the image."""
    if "Polygon" in region:
        return tuple((point["X"], point["Y"]) for point in region["Polygon"])
    box = region["BoundingBox"]
    left, top = box["Left"], box["Top"]
    right, bottom = left + box["Width"], top + box["Height"]
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _holds(region: Points, x: float, y: float) -> bool:
    """Whether a point lies in an area: a ray from it crosses the border an odd number of times."""
    crossed = False
    for (x1, y1), (x2, y2) in zip(region, (*region[1:], region[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            crossed = not crossed
    return crossed


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
