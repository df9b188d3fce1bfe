"""Boxes of a form and whether they are ticked. Runs in the engine's process only.

A box is four short rules around a square no larger than its line of text. What is inside, or
across it, is a tick; which shape that has does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from recita_local.services.textract.reading import Box, Mark, Merged, Slot, Table, Word
from recita_local.services.textract.rules import stroke, without_strokes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from recita_local.services.textract.raster import Pixels

SIDE = (0.65, 2.2)
"""Least and largest side of a box, in heights of the text."""
SQUARE = 0.25
"""How far width and height may differ, as a share of the larger."""
SIDE_RUN = 0.6
"""In heights of the text: a side of a box is at least as long."""
RULED = 0.75
"""Share of each side that must be ruled."""
TICKED = 0.12
"""Share of a box's inside that a tick inks at least; dirt inks less."""
FILLED_SQUARE = 0.85
"""Share of its bounds that a filled square inks."""
TICKS = frozenset("xXvV✓✔√\u00d7")
"""What the recogniser reads of ticks: other characters in a box are answers."""
CELL_SURE = 0.7
"""How far cells are to be trusted that are ticked by a filled square, or not."""
LARGER = 1.2
"""In heights of the text: a box of this size that was read as one letter is none."""
SURE_LETTER = 0.9
"""Letters in boxes are read more surely than this; a tick that looks like an M is not."""
COVERED = 0.4
"""Share of a box that a word's ink may cover before the box is part of the word."""


def find_marks(ink: Pixels, words: Sequence[Word], tall: float) -> tuple[Mark, ...]:
    """The boxes of a straight page, in no order."""
    framed = [mark for box in _squares(ink, tall) if (mark := _framed(ink, box))]
    outer = (mark for mark in framed if not any(_inside(mark.box, one.box) for one in framed))
    boxes = [mark for mark in outer if not _is_text(mark.box, words, tall)]
    blots = filled_squares(ink, tall)
    solid = {mark for mark in boxes if any(mark.box.holds(blot) for blot in blots)}
    hollow = [mark for mark in boxes if mark not in solid]
    return (*hollow, *(mark for mark in solid if any(_alike(mark, one) for one in hollow)))


def ticked_cells(
    blots: Sequence[Box], words: Sequence[Word], tables: Sequence[Table]
) -> Iterator[Mark]:
    """Cells of columns to tick: below the column's head a filled square ticks the cell it is in.

    Columns under one head, such as Yes and No, are all to tick if one of them is.
    """
    for table in tables:
        ticked = {slot: blot for blot in blots if (slot := table.slot_of(blot))}
        bodies = _bodies(table, words)
        for slots in _under_one_head(table, bodies):
            if not ticked.keys().isdisjoint(slots):
                yield from (_cell(table, slot, ticked.get(slot)) for slot in slots)


def _bodies(table: Table, words: Sequence[Word]) -> list[list[Slot]]:
    """Each column's slots below its last word."""
    written = {slot for word in words if (slot := table.slot_of(word.box))}
    bodies = []
    for column in range(len(table.columns) - 1):
        texts = (row for row, other in written if other == column)
        head = max(texts, default=table.headers - 1)
        bodies.append([(row, column) for row in range(head + 1, len(table.rows) - 1)])
    return bodies


def _under_one_head(table: Table, bodies: list[list[Slot]]) -> list[list[Slot]]:
    """The slots of columns that share a head; of a column of its own, its slots."""
    shared = [range(one.column, one.column + one.columns) for one in table.merged
              if one.row < table.headers]  # fmt: skip
    grouped = {column for columns in shared for column in columns}
    heads = [*shared, *([column] for column in range(len(bodies)) if column not in grouped)]
    return [[slot for column in columns for slot in bodies[column]] for columns in heads]


def _cell(table: Table, slot: Slot, blot: Box | None) -> Mark:
    return Mark(blot or table.box_of(Merged(*slot, 1, 1)), blot is not None, CELL_SURE)


def _inside(box: Box, other: Box) -> bool:
    """Whether a box is part of the tick in another."""
    return other.holds(box) and box.height < other.height


def _alike(one: Mark, other: Mark) -> bool:
    """Of one size: a black square beside an empty one is ticked, elsewhere it is a bullet."""
    return abs(one.box.height - other.box.height) <= SQUARE * other.box.height


def _squares(ink: Pixels, tall: float) -> list[Box]:
    """Places that level and upright strokes of a box's size enclose."""
    run = stroke(SIDE_RUN * tall)
    sides = np.where(without_strokes(ink, [run, run.T]), 0, ink)
    outline = cv2.morphologyEx(sides, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(outline, connectivity=8)
    boxes = [_box(*found[:4]) for found in stats[1:]]
    return [box for box in boxes if _is_square(box, tall)]


def filled_squares(ink: Pixels, tall: float) -> list[Box]:
    """Filled squares of a box's size: ticks, bullets, ornaments."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    return [
        box
        for *bounds, area in stats[1:]
        if area >= FILLED_SQUARE * bounds[2] * bounds[3] and _is_square(box := _box(*bounds), tall)
    ]


def _box(left: int, top: int, width: int, height: int) -> Box:
    return Box(float(left), float(top), float(left + width), float(top + height))


def _is_square(box: Box, tall: float) -> bool:
    longer, shorter = max(box.width, box.height), min(box.width, box.height)
    return (
        SIDE[0] * tall <= shorter
        and longer <= SIDE[1] * tall
        and (longer - shorter <= SQUARE * longer)
    )


def _framed(ink: Pixels, box: Box) -> Mark | None:
    """The box as a mark, if its four sides are ruled."""
    part = ink[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
    thick = max(2, round(0.2 * min(part.shape)))
    sides = (part[:thick], part[-thick:], part[:, :thick].T, part[:, -thick:].T)
    ruled = [float(side.any(axis=0).mean()) for side in sides]
    inside = part[thick:-thick, thick:-thick]
    if min(ruled) < RULED or not inside.size:
        return None
    return Mark(box, bool(inside.mean() >= TICKED), sum(ruled) / 4)


def _is_text(box: Box, words: Sequence[Word], tall: float) -> bool:
    """Whether a word's ink is what makes the box: a letter that looks like one, a digit in it."""
    area = box.width * box.height
    over = (word for word in words
            if box.holds(word.box) or _shared(box, word.box) > COVERED * area)  # fmt: skip
    return any(not TICKS.issuperset(word.text) and not _is_misread(box, word, tall)
               for word in over)  # fmt: skip


def _is_misread(box: Box, word: Word, tall: float) -> bool:
    """Whether a letter was read that is a tick, or the ticked box: it is larger than letters."""
    whole = word.box.height >= (1 - SQUARE) * box.height and box.height >= LARGER * tall
    return len(word.text) == 1 and (whole or word.confidence < SURE_LETTER)


def _shared(one: Box, other: Box) -> float:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0.0, across) * max(0.0, down)
