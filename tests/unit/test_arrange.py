"""Reading order of what OCR has read."""

from __future__ import annotations

from recita.models.page import Box, Line, Page
from recita.text.arrange import arranged

from tests.fakes.services import ocr_page

LEFT = ("The first column begins here", "and goes on for some lines", "so that it is a column",
        "and not merely a label", "before it comes to its end")  # fmt: skip
RIGHT = ("The second column stands beside", "the first and has as many lines", "as that one has",
         "which is five in all today", "and here is the very last one")  # fmt: skip


def two_columns() -> Page:
    """As the service gives it: by height, so that the columns alternate."""
    lines = [
        Line(text=text, box=Box(left=left, top=0.1 + 0.02 * row, width=0.38, height=0.012))
        for row, pair in enumerate(zip(LEFT, RIGHT, strict=True))
        for text, left in zip(pair, (0.1, 0.55), strict=True)
    ]
    return Page(number=1, method="ocr", why="", lines=tuple(lines))


def test_columns_are_read_one_after_the_other() -> None:
    page = arranged(two_columns())
    assert [line.text for line in page.lines] == [*LEFT, *RIGHT]
    assert page.text.splitlines()[:5] == list(LEFT)


def test_cells_of_a_row_share_a_line_of_text() -> None:
    lines = [
        Line(text=text, box=Box(left=left, top=0.1 + 0.02 * row, width=0.05, height=0.012))
        for row, cells in enumerate([("Town", "Plums"), ("Aurich", "11"), ("Berlin", "12")])
        for text, left in zip(cells, (0.1, 0.6), strict=True)
    ]
    page = arranged(Page(number=1, method="ocr", why="", lines=tuple(lines)))
    assert page.text == "Town Plums\nAurich 11\nBerlin 12"


def test_a_gap_begins_a_paragraph() -> None:
    assert arranged(ocr_page(1, "One line.\nAnother.\n\n\nFar below.")).text == (
        "One line.\nAnother.\n\nFar below."
    )


def test_lines_without_boxes_stay_as_they_are() -> None:
    page = Page(number=1, method="ocr", why="", text="b\na", lines=(Line(text="b"), Line(text="a")))
    assert arranged(page) == page
