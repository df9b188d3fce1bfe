"""The text around a picture."""

from __future__ import annotations

from recita.models.page import Box, Line, Page
from recita.text.surroundings import LONGEST, around


def line(text: str, top: float, left: float = 0.1) -> Line:
    return Line(text=text, box=Box(left=left, top=top, width=0.3, height=0.02))


PICTURE = Box(left=0.1, top=0.4, width=0.3, height=0.2)


def page(*lines: Line) -> Page:
    text = "\n".join(one.text for one in lines)
    return Page(number=1, method="text-layer", why="", text=text, lines=lines)


def test_the_nearest_lines_come_in_reading_order() -> None:
    found = around(
        page(line("title", 0.05), line("above", 0.37), line("Fig. 1", 0.61), line("end", 0.95)),
        PICTURE,
    )
    assert found == "above\nFig. 1"


def test_the_other_column_is_farther_than_the_own() -> None:
    far = [line(f"other {n} " + "x" * 150, 0.4 + n / 50, left=0.6) for n in range(9)]
    found = around(page(*far, line("caption", 0.62)), PICTURE)
    assert "caption" in found
    assert len(found) <= LONGEST


def test_without_places_it_is_how_the_page_begins() -> None:
    bare = Page(number=1, method="native", why="", text="word " * 400)
    assert around(bare, None) == bare.text[:LONGEST].strip()
    assert around(bare, PICTURE) == bare.text[:LONGEST].strip()


def test_a_page_without_text_says_nothing() -> None:
    assert around(Page(number=1, method="none", why=""), PICTURE) == ""
