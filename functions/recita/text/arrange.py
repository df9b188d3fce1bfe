"""What OCR has read, put into reading order: services give lines by their height on the page."""

from __future__ import annotations

from collections.abc import Sequence

from recita.models.page import Box, Line, Page
from recita.text.level import frame
from recita.text.order import Placed, reading_order

PARAGRAPH_GAP = 0.8
"""Heights of a line; a larger gap begins a paragraph."""


def arranged(page: Page) -> Page:
    """Return the page with its lines in reading order and its text in rows and paragraphs."""
    upright = frame(page.lines)
    boxes = [upright.place(line.box) for line in page.lines if line.box]
    if len(boxes) < len(page.lines):
        return page
    placed = [
        Placed(
            item=(line, box),
            left=box.left,
            top=box.top,
            right=box.left + box.width,
            bottom=box.top + box.height,
            length=len(line.text),
        )
        for line, box in zip(page.lines, boxes, strict=True)
    ]
    rows = reading_order(placed)
    lines = tuple(line for row in rows for line, _ in row)
    return page.model_copy(update={"lines": lines, "text": _text(rows)})


def _text(rows: Sequence[Sequence[tuple[Line, Box]]]) -> str:
    parts: list[str] = []
    before: tuple[float, float] | None = None
    for row in rows:
        top = min(box.top for _, box in row)
        bottom = max(box.top + box.height for _, box in row)
        if before:
            gap, height = top - before[1], min(bottom - top, before[1] - before[0])
            apart = gap > PARAGRAPH_GAP * height or gap < -2 * height
            parts.append("\n\n" if apart else "\n")
        parts.append(" ".join(line.text for line, _ in row))
        before = top, bottom
    return "".join(parts)
