"""Characters and their boxes, as PDFium places them, to words and runs of words."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unicodedata import bidirectional

import pypdfium2.raw as pdfium

Quad = tuple[float, float, float, float]
"""Left, top, right, bottom as ratios of the upright page."""

HYPHEN = 0x02
"""What PDFium gives for a hyphen at the end of a line."""
LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st"}
RUN_GAP = 1.3
"""Line heights between two words of one baseline that belong to different columns or cells."""
SAMPLES = 64
"""Characters of a page whose angle and visibility are looked at."""
INVISIBLE = 3
"""Text rendering mode of the layer that OCR programs put behind a scan (ISO 32000-1, 9.3.6)."""


@dataclass(slots=True)
class WordBox:
    """One word and its box."""

    text: str
    box: Quad


@dataclass(slots=True)
class Run:
    """Words of one line that stand close together."""

    words: list[WordBox] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Quad:
        """The box around the words."""
        return united([word.box for word in self.words])


def united(boxes: list[Quad]) -> Quad:
    """Return the box around boxes."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


@dataclass(frozen=True)
class Frame:
    """From PDF user space (points, y upwards) to ratios of the page as it is read.

    ``turns``: quarter turns clockwise from user space.
    """

    left: float
    bottom: float
    width: float
    height: float
    turns: int

    def place(self, left: float, bottom: float, right: float, top: float) -> Quad:
        """Return a box of user space as ratios, y downwards."""
        x0, x1 = (left - self.left) / self.width, (right - self.left) / self.width
        y0, y1 = (bottom - self.bottom) / self.height, (top - self.bottom) / self.height
        match self.turns:
            case 1:
                quad = (y0, x0, y1, x1)
            case 2:
                quad = (1 - x1, y0, 1 - x0, y1)
            case 3:
                quad = (1 - y1, 1 - x1, 1 - y0, 1 - x0)
            case _:
                quad = (x0, 1 - y1, x1, 1 - y0)
        if min(quad) >= 0 and max(quad) <= 1:
            return quad
        left, top, right, bottom = (min(1.0, max(0.0, ratio)) for ratio in quad)  # off the page
        return (left, top, right, bottom)

    @property
    def aspect(self) -> float:
        """Width by height of the page as it is read."""
        ratio = self.width / self.height
        return 1 / ratio if self.turns % 2 else ratio


def frame(page: Any, textpage: Any, count: int) -> Frame:
    """Return how the page is to be looked at."""
    left, bottom, right, top = page.get_bbox()
    turns = _text_turns(textpage, count, page.get_rotation() // 90)
    return Frame(left, bottom, max(right - left, 1e-6), max(top - bottom, 1e-6), turns)


def _text_turns(textpage: Any, count: int, unknown: int) -> int:
    """Return the quarter turns clockwise that level most of the text, ``unknown`` without any.

    Whoever scanned or printed a page sideways may have forgotten ``/Rotate``: the text knows.
    """
    turns: Counter[int] = Counter()
    for index in _sampled(count):
        if pdfium.FPDFText_GetUnicode(textpage, index) > 32:
            angle = pdfium.FPDFText_GetCharAngle(textpage, index)
            turns[-round(angle / (math.pi / 2)) % 4] += 1  # PDFium's angle runs clockwise
    return turns.most_common(1)[0][0] if turns else unknown


def invisible(textpage: Any, count: int) -> bool:
    """Whether most of the text is not painted: a layer that an OCR program put there."""
    hidden = seen = 0
    for index in _sampled(count):
        shown = pdfium.FPDFText_GetTextObject(textpage, index)
        if shown:
            seen += 1
            hidden += pdfium.FPDFTextObj_GetTextRenderMode(shown) == INVISIBLE
    return 2 * hidden > seen


def _sampled(count: int) -> range:
    return range(0, count, max(1, count // SAMPLES))


def runs(textpage: Any, count: int, placed: Frame) -> list[Run]:
    """Return the words of a page, together where they stand together, in the file's order."""
    found: list[Run] = []
    for word in _words(textpage, count, placed):
        if not found or _apart(found[-1].words[-1], word, placed.aspect):
            found.append(Run())
        found[-1].words.append(word)
    return found


def _apart(before: WordBox, after: WordBox, aspect: float) -> bool:
    """Whether two words in sequence are on different lines, or far from each other on one."""
    (left, top, right, bottom), (to_left, to_top, to_right, to_bottom) = before.box, after.box
    height = max(bottom - top, to_bottom - to_top)
    if min(bottom, to_bottom) - max(top, to_top) < 0.4 * min(bottom - top, to_bottom - to_top):
        return True
    ahead = (to_left - right) * aspect
    if ahead < -2 * height and (_leftward(before.text) or _leftward(after.text)):
        ahead = (left - to_right) * aspect
    return ahead > RUN_GAP * height or ahead < -2 * height


def _leftward(text: str) -> bool:
    return any(bidirectional(character) in ("R", "AL") for character in text)


def _words(textpage: Any, count: int, placed: Frame) -> Iterator[WordBox]:
    """Yield the page's words: what stands between white space, PDFium's own included."""
    unicode, loose = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    rect = pdfium.FS_RECTF()
    pointer = ctypes.byref(rect)
    text: list[str] = []
    edges: list[tuple[float, float, float, float]] = []
    for index in range(count):
        code = unicode(textpage, index)
        if code > 32 and code not in (0xA0, 0x2003, 0x3000):
            text.append(_character(code))
            if loose(textpage, index, pointer):
                edges.append((rect.left, rect.bottom, rect.right, rect.top))
        elif text:
            if code == HYPHEN:  # PDFium would go on with the next line's word
                text.append("-")
            yield _word(text, edges, placed)
            text, edges = [], []
    if text:
        yield _word(text, edges, placed)


def _character(code: int) -> str:
    if code in LIGATURES:
        return LIGATURES[code]
    return chr(code) if not 0xD800 <= code <= 0xDFFF and code <= 0x10FFFF else "\ufffd"


def _word(
    text: list[str], edges: list[tuple[float, float, float, float]], placed: Frame
) -> WordBox:
    if not edges:
        return WordBox("".join(text), (0.0, 0.0, 0.0, 0.0))
    columns = list(zip(*edges, strict=True))
    box = placed.place(min(columns[0]), min(columns[1]), max(columns[2]), max(columns[3]))
    return WordBox("".join(text), box)
