"""The frame of a page: scans on their side, upside down or askew, put upright and level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from recita.models.page import Box, Line

WORDS = 4
"""Lines with fewer say too little about how a page is tilted."""


@dataclass(frozen=True)
class Frame:
    """Quarters to turn a page clockwise, and the slope its lines then have."""

    turns: int = 0
    slope: float = 0.0

    def place(self, box: Box) -> Box:
        """Return where a box lies on the upright, level page."""
        box = _turned(box, self.turns)
        top = box.top - self.slope * (box.left + box.width / 2)
        return Box(left=box.left, top=top, width=box.width, height=box.height)


def frame(lines: Sequence[Line]) -> Frame:
    """Return the frame in which the words of a page's lines run to the right."""
    ends = [
        (len(line.words), line.words[0].box, line.words[-1].box)
        for line in lines
        if len(line.words) > 1
    ]
    runs = [(words, first, last) for words, first, last in ends if first and last]
    turns = _turns([_step(first, last) for _, first, last in runs])
    steps = [
        _step(_turned(first, turns), _turned(last, turns))
        for words, first, last in runs
        if words >= WORDS
    ]
    return Frame(turns, median([down / across for across, down in steps if across > 0] or [0.0]))


def _turns(steps: Sequence[tuple[float, float]]) -> int:
    across = median([x for x, _ in steps] or [1.0])
    down = median([y for _, y in steps] or [0.0])
    if abs(across) >= abs(down):
        return 0 if across >= 0 else 2
    return 3 if down > 0 else 1


def _turned(box: Box, turns: int) -> Box:
    for _ in range(turns):
        box = Box(left=1 - box.top - box.height, top=box.left, width=box.height, height=box.width)
    return box


def _step(first: Box, last: Box) -> tuple[float, float]:
    """Return the way from the middle of one box to that of another."""
    return (
        last.left - first.left + (last.width - first.width) / 2,
        last.top - first.top + (last.height - first.height) / 2,
    )
