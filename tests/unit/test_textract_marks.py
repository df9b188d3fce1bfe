"""Boxes of a form, from the ink alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import reportlab
from PIL import Image, ImageDraw, ImageFont
from recita_local.services.textract.marks import find_marks, ticked_cells
from recita_local.services.textract.reading import Box, Mark, Merged, Table, Word, corners
from recita_local.services.textract.rules import ink_of

FONT = ImageFont.truetype(str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"), 30)
TALL = 22.0
LEFT, TOP, SIDE = 100, 100, 30


class Paper:
    """A page under the pen, and what was read of it."""

    def __init__(self) -> None:
        self._image = Image.new("L", (600, 300), 255)
        self.pen = ImageDraw.Draw(self._image)
        self.words: list[Word] = []

    def box(self, left: int = LEFT) -> None:
        self.pen.rectangle((left, TOP, left + SIDE, TOP + SIDE), outline=0, width=2)

    def filled(self, left: int = LEFT, inset: int = 0) -> None:
        self.pen.rectangle(
            (left + inset, TOP + inset, left + SIDE - inset, TOP + SIDE - inset), fill=0
        )

    def cross(self, left: int = LEFT) -> None:
        self.pen.line((left + 4, TOP + 4, left + SIDE - 4, TOP + SIDE - 4), fill=0, width=3)
        self.pen.line((left + 4, TOP + SIDE - 4, left + SIDE - 4, TOP + 4), fill=0, width=3)

    def say(self, x: float, y: float, text: str) -> None:
        self.pen.text((x, y), text, font=FONT, fill=0)
        left, top, right, bottom = self.pen.textbbox((x, y), text, font=FONT)
        self.words.append(Word(text, 0.99, corners(Box(left, top, right, bottom))))

    @property
    def marks(self) -> list[tuple[int, bool]]:
        """Left side and state of each box."""
        ink = ink_of(np.asarray(self._image), TALL)
        found = find_marks(ink, self.words, TALL)
        return sorted((round(mark.box.left / 10) * 10, mark.selected) for mark in found)


def test_an_empty_box_is_not_ticked() -> None:
    paper = Paper()
    paper.box()
    assert paper.marks == [(LEFT, False)]


def test_what_is_in_a_box_ticks_it() -> None:
    paper = Paper()
    for left in (100, 200):
        paper.box(left)
    paper.cross(100)
    paper.filled(200, inset=7)
    assert paper.marks == [(100, True), (200, True)]


@pytest.mark.parametrize(
    ("text", "sure", "box"),
    [
        ("X", 0.99, Box(104, 104, 126, 126)),
        ("M", 0.8, Box(104, 104, 126, 126)),  # of a tick, with doubts
        ("B", 0.99, Box(100, 100, 130, 130)),  # of the whole box: no letter is as large
    ],
)
def test_a_tick_that_was_read_as_a_letter_is_a_tick(text: str, sure: float, box: Box) -> None:
    paper = Paper()
    paper.box()
    paper.cross()
    paper.words.append(Word(text, sure, corners(box)))
    assert paper.marks == [(LEFT, True)]


def test_a_digit_in_a_box_is_an_answer() -> None:
    paper = Paper()
    for number in range(3):
        paper.box(100 + 60 * number)
        paper.say(106 + 60 * number, 96, str(4 + number))
    assert paper.marks == []


@pytest.mark.parametrize("text", ["DOB 80", "HELLO", "BBB 000"])
def test_letters_are_no_boxes(text: str) -> None:
    paper = Paper()
    for number, word in enumerate(text.split()):
        paper.say(100 + 150 * number, 100, word)
    assert paper.marks == []


def test_a_black_square_is_a_bullet_unless_boxes_stand_beside_it() -> None:
    paper = Paper()
    paper.filled()
    assert paper.marks == []
    paper.box(300)
    assert paper.marks == [(100, True), (300, False)]


def test_a_larger_frame_is_no_box() -> None:
    paper = Paper()
    paper.pen.rectangle((50, 50, 250, 250), outline=0, width=2)
    paper.pen.rectangle((300, 100, 420, 130), outline=0, width=2)
    assert paper.marks == []


def test_black_squares_tick_the_cells_of_their_column() -> None:
    table = Table((0.0, 40.0, 80.0, 120.0), (0.0, 100.0, 200.0, 300.0))
    words = [
        Word(
            text,
            0.9,
            corners(Box(110 * column + 10, 40 * row + 10, 110 * column + 40, 40 * row + 30)),
        )
        for text, column, row in (
            ("Name", 0, 0),
            ("Yes", 1, 0),
            ("No", 2, 0),
            ("Ana", 0, 1),
            ("Eva", 0, 2),
        )
    ]
    squares = [Box(140, 90, 160, 110), Box(20, 50, 30, 60)]
    found: list[Mark] = list(ticked_cells(squares, words, [table]))
    assert [(mark.box.top, mark.selected) for mark in found] == [(40.0, False), (90.0, True)]


def test_columns_under_one_head_are_all_to_tick() -> None:
    edges = (0.0, 40.0, 80.0, 120.0)
    table = Table(edges, (0.0, 100.0, 200.0, 300.0), (Merged(0, 1, 1, 2),), headers=1)
    words = [Word("Insured", 0.9, corners(Box(130, 10, 190, 30)))]
    found = list(ticked_cells([Box(240, 50, 260, 70)], words, [table]))
    states = sorted((mark.box.left < 200, mark.box.top < 80, mark.selected) for mark in found)
    assert len(found) == 4
    assert [state for *_, state in states] == [False, True, False, False]
