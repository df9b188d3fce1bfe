"""One page as pixels made straight, and its lines with every word where its ink is.

A crooked scan is turned level, so that rows, columns and rules run along the axes. Runs in the
engine's process only.
"""

from __future__ import annotations

import math
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

import cv2

from recita_local.services.textract.ink import words_in
from recita_local.services.textract.reading import (
    Box,
    Line,
    Rules,
    bounds,
    turned_about,
)
from recita_local.services.textract.recognise import BOXES
from recita_local.services.textract.rules import find_rules, ink_of, rules_beside
from recita_local.services.textract.skew import skew_of
from recita_local.services.textract.words import words_by_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recita_local.services.textract.raster import Pixels
    from recita_local.services.textract.recognise import Detected


class Sheet:
    """The upright page, turned about its centre until its lines run level."""

    def __init__(self, upright: Pixels, detected: Sequence[Detected]) -> None:
        level = [line.polygon for line in detected if line.is_level]
        self.skew = skew_of(cv2.cvtColor(upright, cv2.COLOR_BGR2GRAY), level)
        self.height, self.width = upright.shape[:2]
        self._pixels = self._straightened(upright)
        self.shades: Pixels = cv2.cvtColor(self._pixels, cv2.COLOR_BGR2GRAY)
        self.lines = [line for line in map(self._line, detected) if line.words]

    @cached_property
    def tall(self) -> float:
        """Median height of the words' ink, in pixels."""
        heights = [word.box.height for line in self.lines for word in line.words]
        return median(heights) if heights else self.height / 100

    @cached_property
    def ink(self) -> Pixels:
        """1 where something is printed."""
        return ink_of(self.shades, self.tall)

    @cached_property
    def rules(self) -> Rules:
        """Ruled lines; strokes through the middle of words are part of them."""
        words = [word.box for line in self.lines for word in line.words]
        return rules_beside(find_rules(self.ink, self.tall), words)

    def crop(self, box: Box) -> Pixels:
        """A part of the page, as far as it lies on it."""
        rows = slice(max(0, int(box.top)), max(0, int(box.bottom) + 1))
        return self._pixels[rows, max(0, int(box.left)) : max(0, int(box.right) + 1)]

    def _straightened(self, upright: Pixels) -> Pixels:
        if not self.skew:
            return upright
        size = (self.width, self.height)
        turn = cv2.getRotationMatrix2D(self._centre, math.degrees(self.skew), 1.0)
        level: Pixels = cv2.warpAffine(upright, turn, size, borderMode=cv2.BORDER_REPLICATE)
        return level

    @property
    def _centre(self) -> tuple[float, float]:
        return self.width / 2, self.height / 2

    def _line(self, line: Detected) -> Line:
        polygon = turned_about(line.reading_polygon, self._centre, -self.skew)
        words = words_in(self.shades, bounds(polygon), line.tokens) if line.is_level else []
        words = words or words_by_share(line.tokens, polygon)
        words = [word for word in words if word.text not in BOXES]
        text = " ".join(word.text for word in words)
        return Line(text, line.confidence, polygon, tuple(words))
