"""The text around a picture: its caption, and what stands nearest to it on the page."""

from __future__ import annotations

from recita.models.page import Box, Line, Page

LONGEST = 600
"""Characters: a caption and a few lines, not the page."""
FAR = 0.25
"""Share of the page's height beyond which a line is about something else."""


def around(page: Page, box: Box | None) -> str:
    """Return the lines nearest to ``box`` in reading order, or the page's first ones without it."""
    placed = [line for line in page.lines if line.box]
    if box is None or not placed:
        return page.text[:LONGEST].strip()
    near = sorted(placed, key=lambda line: _distance(line, box))
    chosen: set[int] = set()
    room = LONGEST
    for line in near:
        room -= len(line.text) + 1
        if room < 0 or _distance(line, box) > FAR:
            break
        chosen.add(id(line))
    return "\n".join(line.text for line in placed if id(line) in chosen)


def _distance(line: Line, box: Box) -> float:
    """Height of the gap between line and picture, and a little for standing beside it."""
    own = line.box
    if own is None:
        return 1.0
    down = max(own.top - (box.top + box.height), box.top - (own.top + own.height), 0.0)
    across = max(own.left - (box.left + box.width), box.left - (own.left + own.width), 0.0)
    return down + 0.5 * across
