"""A page made straight, and the marks on it that the detector passed over."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import reportlab
from PIL import Image, ImageDraw, ImageFont
from recita_local.services.textract.geometry import polygon_geometry
from recita_local.services.textract.missed import accepted, missed_marks
from recita_local.services.textract.reading import Box, PageReading, Polygon, corners, turned_about
from recita_local.services.textract.recognise import Character, Detected
from recita_local.services.textract.rules import find_rules, ink_of
from recita_local.services.textract.sheet import Sheet
from recita_local.services.textract.skew import skew_of

FONT = ImageFont.truetype(str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"), 30)
TALL = 22.0


def detected(text: str, polygon: Polygon) -> Detected:
    characters = [
        Character(one, 0.9, (number + 0.5) / len(text)) for number, one in enumerate(text)
    ]
    return Detected(0.9, polygon, (tuple(characters),))


@pytest.mark.parametrize("degrees", [-4.0, 1.3, 3.0])
def test_a_crooked_page_is_made_straight_and_told_as_it_was(degrees: float) -> None:
    image = Image.new("RGB", (800, 600), "white")
    draw = ImageDraw.Draw(image)
    draw.text((100, 150), "HORIZONTAL", fill="black", font=FONT)
    crooked = image.rotate(-degrees, fillcolor="white", resample=Image.Resampling.BICUBIC)
    polygon = turned_about(corners(Box(95, 145, 330, 190)), (400, 300), math.radians(degrees))
    sheet = Sheet(np.asarray(crooked)[..., ::-1], [detected("HORIZONTAL", polygon)])
    assert math.degrees(sheet.skew) == pytest.approx(degrees, abs=0.11)

    word = sheet.lines[0].words[0]
    assert word.box.height < 27  # as high as its letters: it stands straight
    page = PageReading(800, 600, 0, tuple(sheet.lines), skew=sheet.skew)
    points = polygon_geometry(page, word.polygon)["Polygon"]
    inside = np.asarray(crooked.convert("L")) < 128
    rows, columns = np.nonzero(inside)
    assert min(point["X"] for point in points) * 800 == pytest.approx(columns.min(), abs=4)
    assert max(point["Y"] for point in points) * 600 == pytest.approx(rows.max(), abs=4)


def test_lines_that_lean_by_chance_do_not_turn_a_page() -> None:
    image = Image.new("L", (800, 600), "white")
    ImageDraw.Draw(image).text((100, 150), "HORIZONTAL", fill="black", font=FONT)
    leaning = turned_about(corners(Box(95, 145, 330, 190)), (200, 160), math.radians(1.2))
    assert skew_of(np.asarray(image), [leaning]) == 0.0
    assert skew_of(np.asarray(image), []) == 0.0


def test_upward_text_is_read_by_its_own_top() -> None:
    page = np.full((400, 400, 3), 255, np.uint8)
    sheet = Sheet(page, [detected("MARGIN", corners(Box(350, 100, 370, 300)))])
    word = sheet.lines[0].words[0]
    assert word.polygon[0] == pytest.approx((370, 100), abs=20)


def table_page() -> tuple[np.ndarray, list[Box]]:
    """A row of two words, then a lone digit, a dash, an empty box and a ruled line."""
    image = Image.new("L", (900, 200), 255)
    draw = ImageDraw.Draw(image)
    words = []
    for left, text in ((40, "Lamp"), (200, "brass")):
        draw.text((left, 80), text, fill=0, font=FONT)
        words.append(Box(*draw.textbbox((left, 80), text, font=FONT)))
    draw.text((400, 80), "2", fill=0, font=FONT)
    draw.line((500, 98, 516, 98), fill=0, width=3)
    draw.rectangle((600, 84, 622, 106), outline=0, width=2)
    draw.line((20, 130, 880, 130), fill=0, width=2)
    return np.asarray(image), words


def test_lone_marks_in_a_row_of_text_are_found() -> None:
    shades, words = table_page()
    marks = missed_marks(ink_of(shades, TALL), words, TALL)
    lefts = [round(mark.left) for mark, _ in marks]
    assert [round(left, -1) for left in lefts] == [400, 500, 600]
    assert all(shown.top <= words[0].top for _, shown in marks)


def test_a_page_full_of_marks_is_a_drawing() -> None:
    image = Image.new("L", (900, 900), 255)
    draw = ImageDraw.Draw(image)
    spots = [(left, top) for left in range(60, 860, 60) for top in range(40, 860, 60)]
    for left, top in spots:
        draw.text((left, top), "x", fill=0, font=FONT)
    rows = [Box(5, top + 8, 30, top + 32) for _, top in spots[:14]]
    shades = np.asarray(image)
    assert missed_marks(ink_of(shades, TALL), rows, TALL) == []
    few = missed_marks(ink_of(shades[:200], TALL), rows[:2], TALL)
    assert len(few) > 10


def test_what_is_read_of_a_mark_must_look_like_it() -> None:
    digit, dash, bar = Box(0, 0, 14, 22), Box(0, 10, 16, 13), Box(0, 0, 3, 22)
    circle = Box(0, 0, 22, 22)
    assert accepted(digit, "2", 0.99, TALL) == "2"
    assert accepted(digit, "$", 0.6, TALL) == "$"
    assert accepted(dash, "\u4e00", 0.9, TALL) == "-"
    assert accepted(digit, "2", 0.7, TALL) is None
    assert accepted(bar, "1", 0.99, TALL) is None
    assert accepted(Box(0, 0, 6, 27), "(", 0.6, TALL) == "("
    assert accepted(Box(0, 0, 6, 22), "(", 0.6, TALL) is None
    assert accepted(circle, "O", 0.99, TALL) is None
    assert accepted(circle, "\u25a1", 0.99, TALL) is None


def test_rules_are_strokes_too_long_to_be_letters() -> None:
    shades, _ = table_page()
    rules = find_rules(ink_of(shades, TALL), TALL)
    assert [(round(box.left, -1), round(box.width, -1)) for box in rules.level] == [(20, 860)]
    assert rules.upright == ()
