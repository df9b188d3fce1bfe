"""Words where their ink is: the recogniser knows which characters a line has, pixels where."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import cv2
import numpy as np

from recita_local.services.textract.reading import Box, Word, corners
from recita_local.services.textract.rules import stroke, without_strokes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recita_local.services.textract.raster import Pixels
    from recita_local.services.textract.recognise import Token

LEAST_CONTRAST = 24
"""Shades between ink and paper, of 255: less is noise."""
RULE_RUN, BORDER_RUN = 1.6, 0.95
"""Ink that runs on for so many heights of the line is a rule; so much of its height, a border."""
SPACE_SHARE, LEAST_SPACE, LONE_SPACE = 1.0, 0.35, 0.6
"""What parts two words that were read as one: a gap as wide as the line's spaces and this many
heights of its ink; the last where the line has no space to compare with."""
SLACK = 0.25
"""How far off a character's place may be, in heights of the line."""
BOX_WIDTH = 0.8
"""Ink of this width, in heights of the line's ink, beside what was read may be a form's box."""
CLOSING = frozenset(".,:;!?)]}'\"\u2019\u201d%")
"""What never begins a word."""
JOIN_REACH = 0.6
"""A sign stands at most so many heights of its line before the number it belongs to."""
SIGNS = frozenset("-\u2212\u2013+$€£")

Span = tuple[int, int]
"""Columns of ink or of none: from, up to but without."""


@dataclass(frozen=True)
class _Part:
    token: Token
    start: int
    end: int


def words_in(shades: Pixels, box: Box, tokens: Sequence[Token]) -> list[Word]:
    """The words of a level line, each with the box of its ink; nothing where no ink is found."""
    left, top = max(0, int(box.left)), max(0, int(box.top))
    crop = shades[top : int(box.bottom) + 1, left : int(box.right) + 1]
    ink = _ink(crop)
    if ink is None:
        return []
    parts = _parts(ink, tokens)
    return [_word(ink, part, (left, top)) for part in _joined(parts, ink)]


def _ink(crop: Pixels) -> Pixels | None:
    """1 where the line's glyphs are; rules, borders and the line's neighbours left out."""
    if min(crop.shape) < 3 or int(crop.max()) - int(crop.min()) < LEAST_CONTRAST:
        return None
    _, dark = cv2.threshold(crop, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    whole = dark if 2 * np.count_nonzero(dark) <= dark.size else 1 - dark  # white on black
    height = whole.shape[0]
    strokes = stroke(RULE_RUN * height), stroke(BORDER_RUN * height).T
    ink = without_strokes(whole, [one for one in strokes if one.shape[1] <= whole.shape[1]])
    ink = _without_neighbours(ink)
    return ink if ink.any() else None


def _without_neighbours(ink: Pixels) -> Pixels:
    """Without what hangs in from the lines above and below."""
    height = ink.shape[0]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    kept = np.zeros(count, np.uint8)
    for number in range(1, count):
        top, tall = stats[number, cv2.CC_STAT_TOP], stats[number, cv2.CC_STAT_HEIGHT]
        central = top < 0.7 * height and top + tall > 0.3 * height
        kept[number] = central or (top > 0 and top + tall < height)
    return np.take(kept, np.asarray(labels))


def _parts(ink: Pixels, tokens: Sequence[Token]) -> list[_Part]:
    """Each token's columns of ink; a token with a gap like the line's spaces falls apart."""
    width = ink.shape[1]
    gaps = _gaps(ink)
    cuts = [_cut(gaps, one[-1].place * width, two[0].place * width, SLACK * ink.shape[0])
            for one, two in pairwise(tokens)]  # fmt: skip
    spaces = [end - start for start, end in cuts if end > start]
    tall = _tall(ink)
    wide = max(SPACE_SHARE * median(spaces), LEAST_SPACE * tall) if spaces else LONE_SPACE * tall
    edges = [0, *(round((start + end) / 2) for start, end in cuts), width]
    parts = []
    for token, (start, end) in zip(tokens, pairwise(edges), strict=True):
        within = [gap for gap in gaps if start < gap[0] and gap[1] < end]
        inner = [gap for gap in within if gap[1] - gap[0] >= wide or _ends_label(token, gap, width)]
        parts += _split(_trimmed(_Part(token, start, end), inner, ink), inner, width)
    return [_trimmed(part, [], ink) for part in parts]


def _ends_label(token: Token, gap: Span, width: int) -> bool:
    """Whether a gap follows a colon and a letter follows it: ``Name:Ana`` is two words."""
    middle = (gap[0] + gap[1]) / 2 / width
    before = [one.text for one in token if one.place < middle]
    after = [one.text for one in token if one.place >= middle]
    return len(before) > 1 and before[-1] == ":" and bool(after) and after[0].isalpha()


def _trimmed(part: _Part, gaps: list[Span], ink: Pixels) -> _Part:
    """Without ink beside the token's characters that was not read: a form's box, a stain.

    It stands apart, by one of the gaps given or by any if it is as wide as a box.
    """
    width, wide = ink.shape[1], BOX_WIDTH * _tall(ink)
    first, last = part.token[0].place * width, part.token[-1].place * width
    left, right = _extent(ink, part)
    before = [round(sum(gap) / 2) for gap in gaps if gap[1] <= first]
    after = [round(sum(gap) / 2) for gap in gaps if gap[0] >= last]
    inner = [gap for gap in _gaps(ink) if left < gap[0] and gap[1] < right]
    for one, other in pairwise([(left, left), *inner, (right, right)]):
        if other[0] - one[1] >= wide:
            before += [round(sum(other) / 2)] if other[0] <= first else []
            after += [round(sum(one) / 2)] if one[1] >= last else []
    return _Part(part.token, max(before, default=part.start), min(after, default=part.end))


def _gaps(ink: Pixels) -> list[Span]:
    """Columns without ink, between the first and the last with some."""
    filled = np.flatnonzero(ink.any(axis=0))
    steps = np.flatnonzero(np.diff(filled) > 1)
    return [(int(filled[step]) + 1, int(filled[step + 1])) for step in steps]


def _tall(ink: Pixels) -> int:
    rows = np.flatnonzero(ink.any(axis=1))
    return int(rows[-1] - rows[0] + 1)


def _cut(gaps: list[Span], after: float, before: float, slack: float) -> Span:
    """The gap between two characters' centres: wide and near their middle; there if none is."""
    middle = (after + before) / 2

    def merit(gap: Span) -> float:
        return gap[1] - gap[0] - abs((gap[0] + gap[1]) / 2 - middle)

    between = [gap for gap in gaps if after - slack < (gap[0] + gap[1]) / 2 < before + slack]
    return max(between, key=merit, default=(round(middle), round(middle)))


def _split(part: _Part, gaps: list[Span], width: int) -> list[_Part]:
    parts, rest, start = [], part.token, part.start
    for gap in gaps:
        middle = (gap[0] + gap[1]) / 2
        before = tuple(one for one in rest if one.place * width < middle)
        if before and len(before) < len(rest) and rest[len(before)].text not in CLOSING:
            parts.append(_Part(before, start, round(middle)))
            rest, start = rest[len(before) :], round(middle)
    return [*parts, _Part(rest, start, part.end)]


def _joined(parts: list[_Part], ink: Pixels) -> list[_Part]:
    """A sign and its number are one word, as the real service has it, if not far apart."""
    joined: list[_Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last and _is_sign(last.token) and part.token[0].text.isdigit():
            near = _extent(ink, part)[0] - _extent(ink, last)[1] <= JOIN_REACH * ink.shape[0]
            opens = len(joined) == 1 or last.start - joined[-2].end > JOIN_REACH * ink.shape[0]
            if near and opens:
                joined[-1] = _Part(last.token + part.token, last.start, part.end)
                continue
        joined.append(part)
    return joined


def _is_sign(token: Token) -> bool:
    return len(token) == 1 and token[0].text in SIGNS


def _extent(ink: Pixels, part: _Part) -> Span:
    filled = np.flatnonzero(ink[:, part.start : part.end].any(axis=0))
    if not len(filled):
        return part.start, part.end
    return part.start + int(filled[0]), part.start + int(filled[-1]) + 1


def _word(ink: Pixels, part: _Part, origin: tuple[int, int]) -> Word:
    left, right = _extent(ink, part)
    rows = np.flatnonzero(ink[:, left:right].any(axis=1))
    top, bottom = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, ink.shape[0])
    x, y = origin
    text = "".join(one.text for one in part.token)
    sure = sum(one.confidence for one in part.token) / len(part.token)
    return Word(text, sure, corners(Box(x + left, y + top, x + right, y + bottom)))
