"""Glyphs that the detector passed over: a lone digit, sign or dash in a row of text.

Detectors look for runs of text. What stands alone, a quantity of 1 or a dash for "none", is what a
table loses first. So ink that no word covers is read too, where it stands in a row of text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from recita_local.services.textract.reading import Box, union
from recita_local.services.textract.rules import without_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recita_local.services.textract.raster import Pixels

MOST_MISSED = 100
"""Marks read on one page; a page with more has a drawing, not more text."""
GLYPH_HEIGHT, GLYPH_WIDTH = (0.5, 1.4), (0.15, 2.0)
DASH_HEIGHT, DASH_WIDTH = (0.05, 0.3), (0.3, 1.4)
"""Sizes in heights of the page's text."""
OFF_ROW = 0.35
"""A mark belongs to a row if its middle is at most so many of the row's heights off."""
NEAR = 0.5
"""Marks at most so many heights apart are read together."""
MARGIN = 0.3
"""Paper shown around a mark, in heights of the page's text: the recogniser expects some."""

SURE, SURE_SIGN = 0.9, 0.5
"""Least score of what was read, and of a sign that letters are seldom mistaken for."""
SIGNS = frozenset("$€£%#")
BRACKETS = frozenset("()[]")
"""Around the room for an area code, for example."""
BRACKET_HEIGHT = 1.15
"""In heights of the page's text: brackets are taller than letters."""
DASHES = frozenset("-_\u2013\u2014\u2212\u4e00")
ROUND = frozenset("OoD0Q")
BAR_WIDTH, CIRCLE_WIDTH = 0.25, 0.85
"""In heights of the mark: what is thinner is a bar, what is round and wider is a circle."""


def missed_marks(ink: Pixels, words: Sequence[Box], tall: float) -> list[tuple[Box, Box]]:
    """Marks without a word, each with the part of the page to read it from."""
    rest = without_rules(ink, tall)
    pad = round(0.15 * tall) + 1
    for box in words:
        top, left = max(0, int(box.top) - pad), max(0, int(box.left) - pad)
        rest[top : int(box.bottom) + pad, left : int(box.right) + pad] = 0
    _, _, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    marks = [Box(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h, _ in stats[1:]]
    rowed = [(mark, row) for mark in marks if _is_glyph(mark, tall)
             for row in [_row(mark, words, tall)] if row]  # fmt: skip
    if len(rowed) > MOST_MISSED:
        return []
    return [(mark, _shown(mark, row, tall)) for mark, row in _grouped(rowed, tall)]


def accepted(mark: Box, text: str, score: float, tall: float) -> str | None:
    """What a mark says, if that is to be believed."""
    if mark.height <= DASH_HEIGHT[1] * tall:
        return "-" if text in DASHES and score >= SURE_SIGN else None
    if text in SIGNS:
        return text if score >= SURE_SIGN else None
    if text in BRACKETS:
        tall_enough = mark.height >= BRACKET_HEIGHT * tall
        return text if tall_enough and score >= SURE_SIGN else None
    is_bar = mark.width < BAR_WIDTH * mark.height
    is_circle = text in ROUND and mark.width > CIRCLE_WIDTH * mark.height
    if is_bar or is_circle or score < SURE:
        return None
    return text if text.isascii() and text.isalnum() else None  # no box, bullet, scribble


def _grouped(rowed: list[tuple[Box, Box]], tall: float) -> list[tuple[Box, Box]]:
    """Marks side by side are one: the digits of a number."""
    groups: list[tuple[Box, Box]] = []
    for mark, row in sorted(rowed):
        for number, (other, _) in enumerate(groups):
            level = abs(mark.middle - other.middle) <= OFF_ROW * tall
            if level and 0 <= mark.left - other.right < NEAR * tall:
                groups[number] = (union([other, mark]), row)
                break
        else:
            groups.append((mark, row))
    return groups


def _is_glyph(mark: Box, tall: float) -> bool:
    return _within(mark, GLYPH_HEIGHT, GLYPH_WIDTH, tall) or _within(
        mark, DASH_HEIGHT, DASH_WIDTH, tall
    )


def _within(
    mark: Box, heights: tuple[float, float], widths: tuple[float, float], tall: float
) -> bool:
    return (
        heights[0] * tall <= mark.height <= heights[1] * tall
        and widths[0] * tall <= mark.width <= widths[1] * tall
    )


def _row(mark: Box, words: Sequence[Box], tall: float) -> Box | None:
    """The nearest word that stands in one row with a mark."""
    level = (word for word in words
             if GLYPH_HEIGHT[0] * tall <= word.height <= 2 * tall
             and abs(word.middle - mark.middle) <= OFF_ROW * word.height)  # fmt: skip
    return min(level, key=lambda word: abs(word.left - mark.left), default=None)


def _shown(mark: Box, row: Box, tall: float) -> Box:
    pad = MARGIN * tall
    whole = union([mark, Box(mark.left, row.top, mark.right, row.bottom)])
    return Box(whole.left - 2 * pad, whole.top - pad, whole.right + 2 * pad, whole.bottom + pad)
