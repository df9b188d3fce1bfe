"""Reading order is ours: the detector hands lines over as it finds them."""

from __future__ import annotations

import random

from recita_local.services.textract.order import reading_order
from recita_local.services.textract.reading import Box, Line, corners

PROSE = "a line of running text as long as its column"


def line(text: str, left: float, top: float, width: float) -> Line:
    return Line(text, 0.99, corners(Box(left, top, left + width, top + 20)), ())


def shuffled(lines: list[Line]) -> list[Line]:
    return random.Random(7).sample(lines, len(lines))  # noqa: S311 - any order but this one


def texts(lines: list[Line]) -> list[str]:
    return [item.text for item in reading_order(shuffled(lines))]


def columns(count: int, rows: int) -> list[Line]:
    return [
        line(f"{PROSE} {column}.{row:02}", 50 + 420 * column, 200 + 30 * row, 380)
        for column in range(count)
        for row in range(rows)
    ]


def test_one_column_reads_from_top_to_bottom() -> None:
    lines = columns(1, 8)
    assert texts(lines) == [item.text for item in lines]


def test_two_columns_read_one_after_the_other() -> None:
    lines = columns(2, 8)
    assert texts(lines) == [item.text for item in lines]


def test_three_columns_read_one_after_the_other() -> None:
    lines = columns(3, 8)
    assert texts(lines) == [item.text for item in lines]


def test_a_heading_across_columns_comes_first_and_parts_what_is_below() -> None:
    upper = columns(2, 5)
    heading = line("A heading across both", 60, 400, 780)
    lower = [
        line(f"{PROSE} low {column}.{row}", 50 + 420 * column, 450 + 30 * row, 380)
        for column in range(2)
        for row in range(5)
    ]
    lines = [*upper, heading, *lower]
    assert texts(lines) == [item.text for item in lines]


def test_the_cells_of_a_table_stay_in_rows() -> None:
    lines = [
        line(f"r{row}c{column}", 50 + 300 * column, 100 + 30 * row, 70)
        for row in range(8)
        for column in range(3)
    ]
    assert texts(lines) == [item.text for item in lines]


def test_an_empty_page_has_no_lines() -> None:
    assert reading_order([]) == []
