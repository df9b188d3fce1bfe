"""Reading order: columns of prose are read one after the other, tables row by row."""

from __future__ import annotations

import random

import pytest
from recita.text.order import Placed, reading_order

pytestmark = pytest.mark.disable_socket

PROSE = "several words of a sentence that"


def line(text: str, left: float, top: float, width: float = 0.0) -> Placed[str]:
    return Placed(text, left, top, left + (width or 5.0 * len(text)), top + 10, len(text))


def column(name: str, left: float, lines: int, top: float = 100) -> list[Placed[str]]:
    return [line(f"{name}{n:02} {PROSE}", left, top + 12 * n, 200) for n in range(lines)]


def texts(items: list[Placed[str]]) -> list[str]:
    return [" | ".join(row) for row in reading_order(items)]


def names(items: list[Placed[str]]) -> list[str]:
    return [text.split()[0] for row in reading_order(items) for text in row]


def interleaved(*columns: list[Placed[str]]) -> list[Placed[str]]:
    return [item for row in zip(*columns, strict=True) for item in row]


def test_columns_given_row_by_row_are_read_one_after_the_other() -> None:
    given = interleaved(column("a", 0, 8), column("b", 250, 8))
    assert names(given) == [f"{c}{n:02}" for c in "ab" for n in range(8)]


def test_three_columns() -> None:
    given = interleaved(column("a", 0, 6), column("b", 250, 6), column("c", 500, 6))
    assert names(given) == [f"{c}{n:02}" for c in "abc" for n in range(6)]


def test_columns_in_no_order_at_all() -> None:
    given = column("a", 0, 8) + column("b", 250, 8)
    random.Random(7).shuffle(given)  # noqa: S311 - a fixed order that is none
    assert names(given) == [f"{c}{n:02}" for c in "ab" for n in range(8)]


def test_a_heading_across_both_columns_parts_what_is_above_from_what_is_below() -> None:
    above = interleaved(column("a", 0, 6), column("b", 250, 6))
    heading = line("heading of the second part", 0, 190, 450)
    below = interleaved(column("c", 0, 6, 220), column("d", 250, 6, 220))
    assert names([*above, heading, *below]) == [
        *(f"{c}{n:02}" for c in "ab" for n in range(6)),
        "heading",
        *(f"{c}{n:02}" for c in "cd" for n in range(6)),
    ]


def test_a_table_is_read_row_by_row() -> None:
    rows = [[line(f"item {r}", 0, 20 * r), line(f"{r * 7}.50", 300, 20 * r)] for r in range(9)]
    assert texts([cell for row in rows for cell in row]) == [
        f"item {r} | {r * 7}.50" for r in range(9)
    ]


def test_a_table_in_no_order_is_read_row_by_row() -> None:
    rows = [[line(f"item {r}", 0, 20 * r), line(f"{r * 7}.50", 300, 20 * r)] for r in range(9)]
    given = [row[0] for row in rows] + [row[1] for row in rows]
    random.Random(3).shuffle(given)  # noqa: S311 - a fixed order that is none
    assert texts(given) == [f"item {r} | {r * 7}.50" for r in range(9)]


def test_an_order_that_runs_down_the_columns_is_kept() -> None:
    given = [*column("b", 250, 8), *column("a", 0, 8)]  # the writer put the right one first
    assert names(given) == [f"{c}{n:02}" for c in "ba" for n in range(8)]


def test_a_formula_is_not_torn_apart() -> None:
    given = [
        line("the value of x", 0, 100),
        line("2", 72, 94, 5),  # a superscript, above the middle of its line
        line("is positive", 80, 100),
        *column("a", 0, 5, 120),
    ]
    assert [item.split()[0] for row in reading_order(given) for item in row][:3] == [
        "the",
        "2",
        "is",
    ]


def test_a_letterhead_that_was_drawn_last_comes_first() -> None:
    letter = [line(f"line {n:02} of the letter", 0, 200 + 12 * n) for n in range(6)]
    head = [line("Town Library", 0, 20), line("Porto", 0, 32)]
    beside = [line("21 November", 400, 205)]  # stands at the letter's right, and is left there
    assert texts([*letter, *beside, *head]) == [
        "Town Library",
        "Porto",
        *(f"line {n:02} of the letter" for n in range(6)),
        "21 November",
    ]


def test_nothing_and_one() -> None:
    assert reading_order([]) == []
    assert texts([line("alone", 0, 0)]) == ["alone"]
