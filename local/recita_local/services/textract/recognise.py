"""RapidOCR, asked for what it knows of each character. Runs in the engine's process only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rapidocr import RapidOCR

from recita_local.services.textract.reading import Polygon, bounds

if TYPE_CHECKING:
    from recita_local.services.textract.raster import Pixels

PARAMS = {
    "Global.use_cls": False,  # the line-angle classifier turns good lines upside down
    "Global.return_word_box": True,
    "Global.log_level": "error",
    "Rec.rec_batch_num": 1,  # 700 MB instead of 1.1 GB at the same speed
    "Rec.rec_img_shape": [3, 48, 160],  # short lines are padded to this: 320 costs twice the time
}

PLAIN = dict(zip("\u2018\u2019\u201c\u201d", "''\"\"", strict=True))
"""Quotation marks as the real service writes them."""
BOXES = frozenset("□■☐☑☒▢")
"""What a form's boxes look like to the recogniser; the service has no words for them."""


@dataclass(frozen=True)
class Character:
    """One character that is no space; ``place`` is its centre as a share of the line's length."""

    text: str
    confidence: float
    place: float


Token = tuple[Character, ...]
"""Characters between two spaces of a line."""


@dataclass(frozen=True)
class Detected:
    """One line as detected and recognised."""

    confidence: float
    polygon: Polygon
    tokens: tuple[Token, ...]

    @property
    def characters(self) -> int:
        """How many there are, spaces not counted."""
        return sum(len(token) for token in self.tokens)

    @property
    def is_level(self) -> bool:
        """Whether it runs from side to side; the recogniser reads upward text just as well."""
        box = bounds(self.polygon)
        return self.characters == 1 or box.width > box.height

    @property
    def reading_polygon(self) -> Polygon:
        """Its corners from the text's own top left: what is not level is read downwards."""
        first, second, third, fourth = self.polygon
        return self.polygon if self.is_level else (second, third, fourth, first)


class _Rapid(RapidOCR):
    def calc_word_boxes(self, img: Any, dt_boxes: Any, rec_res: Any) -> Any:  # noqa: ARG002
        """Hands on each character's column and score; RapidOCR's own boxes round them away."""
        return rec_res.word_results


class Recogniser:
    """Finds lines of text and reads them; loads the models once."""

    def __init__(self) -> None:
        self._ocr = _Rapid(params=PARAMS)

    def lines(self, pixels: Pixels) -> list[Detected]:
        """The lines of a page, in any order; nothing where the page has no text."""
        result: Any = self._ocr(pixels)
        if result.boxes is None:
            return []
        found = zip(result.boxes, result.txts, result.scores, result.word_results, strict=True)
        lines = (Detected(float(score), _polygon(box), _tokens(text, info))
                 for box, text, score, info in found)  # fmt: skip
        return [line for line in lines if line.tokens]

    def texts(self, crops: list[Pixels]) -> list[tuple[str, float]]:
        """What each crop says, as one line, and the score."""
        if not crops:
            return []
        read: Any = self._ocr.recognize_txt(crops)
        return [(text, float(score)) for text, score in zip(read.txts, read.scores, strict=True)]


def _polygon(box: Any) -> Polygon:
    return cast("Polygon", tuple((float(x), float(y)) for x, y in box))


def _tokens(text: str, info: Any) -> tuple[Token, ...]:
    columns = iter([column for word in info.word_cols for column in word])
    tokens: list[list[Character]] = [[]]
    for letter, confidence in zip(text, info.confs, strict=True):
        if letter.isspace():
            tokens.append([])
            continue
        place = min(1.0, (next(columns) + 0.5) / info.line_txt_len)
        one = Character(PLAIN.get(letter, letter), float(confidence), place)
        if letter in BOXES:
            tokens += [[one], []]  # by itself, however near its label
        else:
            tokens[-1].append(one)
    return tuple(tuple(token) for token in tokens if token)
