"""Tables from words and rules that are written down here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from recita_local.services.textract.reading import Box, Line, Merged, Rules, Table, Word, corners
from recita_local.services.textract.tables import find_tables

TALL = 10.0
Grid = list[list[str]]


def line(text: str, left: float, top: float) -> Line:
    """Words of ten pixels a character's height, five a character's width."""
    words, position = [], left
    for token in text.split():
        box = Box(position, top, position + 5 * len(token), top + TALL)
        words.append(Word(token, 0.9, corners(box)))
        position = box.right + 4
    box = Box(left, top - 4, position - 4, top + TALL + 4)  # detectors leave a margin
    return Line(text, 0.9, corners(box), tuple(words))


def laid_out(grid: Grid, lefts: Sequence[float], top: float = 0, pitch: float = 24) -> list[Line]:
    return [
        line(text, left, top + pitch * number)
        for number, row in enumerate(grid)
        for left, text in zip(lefts, row, strict=True)
        if text
    ]


def level(*rules: tuple[float, float, float]) -> tuple[Box, ...]:
    return tuple(Box(left, y - 1, right, y + 1) for left, right, y in rules)


def upright(*rules: tuple[float, float, float]) -> tuple[Box, ...]:
    return tuple(Box(x - 1, top, x + 1, bottom) for x, top, bottom in rules)


def frame(ys: Sequence[float], xs: Sequence[float]) -> Rules:
    return Rules(
        level(*((xs[0], xs[-1], y) for y in ys)), upright(*((x, ys[0], ys[-1]) for x in xs))
    )


def texts(table: Table, lines: list[Line]) -> Grid:
    grid = [[""] * (len(table.columns) - 1) for _ in table.rows[1:]]
    for word in (word for one in lines for word in one.words):
        if slot := table.slot_of(word.box):
            grid[slot[0]][slot[1]] = f"{grid[slot[0]][slot[1]]} {word.text}".strip()
    return grid


def found(lines: list[Line], rules: Rules | None = None) -> list[Grid]:
    return [texts(table, lines) for table in find_tables(lines, rules or Rules(), TALL)]


GOODS = [
    ["Item", "Count", "Price"],
    ["Lamp", "2", "19.90"],
    ["Desk chair", "1", "75.00"],
    ["Paper", "40", "3.10"],
]
LEFTS = [10.0, 150.0, 220.0]


def test_words_below_one_another_are_a_table() -> None:
    assert found(laid_out(GOODS, LEFTS)) == [GOODS]


def test_an_empty_cell_stays_empty() -> None:
    grid = [[*row] for row in GOODS]
    grid[2][1] = ""
    assert found(laid_out(grid, LEFTS)) == [grid]


def test_narrow_columns_of_numbers_stay_apart() -> None:
    grid = [["Year", *(str(year) for year in range(2016, 2022))]]
    grid += [[name, *["12,345"] * 6] for name in ("North", "South", "East", "West")]
    lefts = [10, *(70 + 42 * number for number in range(6))]
    assert found(laid_out(grid, lefts)) == [grid]


def test_a_currency_sign_belongs_to_its_sum() -> None:
    grid = [["Kind", "2024", "2025"], ["Rent", "$ 1,200", "$ 1,300"], ["Power", "300", "310"]]
    lines = laid_out([["Kind", "2024", "2025"], ["Power", "300", "310"]], [10, 160, 260], pitch=48)
    lines += [line("Rent", 10, 24), line("$", 130, 24), line("1,200", 160, 24)]
    lines += [line("$", 230, 24), line("1,300", 260, 24)]
    assert found(lines) == [grid]


def test_a_cell_of_two_lines_is_one_row() -> None:
    lines = laid_out(GOODS, LEFTS, pitch=30)
    lines.append(line("of brass", 10, 30 + 16))
    assert found(lines)[0][1] == ["Lamp of brass", "2", "19.90"]


def test_heads_over_several_columns_are_merged_and_headers() -> None:
    lefts = [10.0, 100.0, 160.0, 220.0, 280.0]
    lines = [line("Sold in all the shops", 100, 0), line("Lost in all the shops", 220, 0)]
    lines += laid_out([["", "2024", "2025", "2024", "2025"]], lefts, top=24)
    body = [[name, "11", "12", "13", "14"] for name in ("Kiel", "Faro", "Vigo")]
    lines += laid_out(body, lefts, top=48)
    (table,) = find_tables(lines, Rules(), TALL)
    assert table.merged == (Merged(0, 1, 1, 2), Merged(0, 3, 1, 2))
    assert table.headers == 2


def test_a_title_within_a_table_goes_across_it() -> None:
    grid = [GOODS[0], ["Furniture", "", ""], *GOODS[1:]]
    (table,) = find_tables(laid_out(grid, LEFTS), Rules(), TALL)
    assert table.headers == 1
    assert table.merged == (Merged(1, 0, 1, 3),)


def test_a_table_below_with_other_columns_is_another_table() -> None:
    other = [["Paid", "by card"], ["On", "3 May"], ["Sum", "98.00"], ["Tax", "8.00"]]
    lines = laid_out(GOODS, LEFTS) + laid_out(other, [10, 180], top=107)
    assert [len(grid[0]) for grid in found(lines)] == [3, 2]


def test_prose_beside_a_table_is_no_part_of_it() -> None:
    prose = "Goods are checked when they come"
    lines = laid_out(GOODS, LEFTS) + laid_out(GOODS[1:], LEFTS, top=96)
    lines += [line("Note", 330, 0), line("Days", 450, 0), line("Ship", 330, 24), line("4", 450, 24)]
    lines += [line(prose, 330, 48 + 24 * number) for number in range(5)]
    wide = found(lines)[0]
    assert wide[0] == GOODS[0]


def test_two_columns_of_prose_are_no_table() -> None:
    text = "a line of running text as long as its column"
    lines = [line(text, left, 16 * row) for row in range(8) for left in (10, 320)]
    assert found(lines) == []


def test_addresses_side_by_side_are_no_table() -> None:
    rows = [["Las Vegas office", "All other areas"], ["Flamingo Road", "Carson Street"],
            ["first floor", "second floor"]]  # fmt: skip
    assert found(laid_out(rows, [10, 250], pitch=16)) == []


def test_a_list_of_labels_is_a_table_without_headers() -> None:
    rows = [["Name:", "Ana"], ["City:", "Faro"], ["Since:", "May"]]
    (table,) = find_tables(laid_out(rows, [10, 100]), Rules(), TALL)
    assert table.headers == 0


def test_framed_cells_need_no_gaps() -> None:
    lines = laid_out(GOODS, [10, 58, 98], top=8, pitch=26)
    rules = frame([0, 26, 52, 78, 104], [4, 54, 92, 140])
    lines[6] = line("Desk ch", 10, 60)
    grid = [[*row] for row in GOODS]
    grid[2][0] = "Desk ch"
    assert found(lines, rules) == [grid]


def test_double_lines_are_one() -> None:
    lines = laid_out(GOODS, [10, 66, 100], top=8, pitch=26)
    ys = [0, 3, 26, 29, 52, 55, 78, 81, 104, 107]
    assert found(lines, frame(ys, [4, 7, 60, 63, 95, 98, 140, 143])) == [GOODS]


@pytest.mark.parametrize("gap", [0, 3])
def test_a_missing_rule_merges_cells(gap: float) -> None:
    ys, xs = [0.0, 26.0, 52.0, 78.0], [0.0, 100.0, 200.0, 300.0]
    every = frame(ys, xs)
    uprights = upright((0, 0, 78), (100, gap, 78), (200, 26 + gap, 78), (300, 0, 78))
    lines = laid_out([["City", "Sold", ""], ["Kiel", "1", "2"], ["Faro", "3", "4"]],
                     [10, 110, 210], top=8, pitch=26)  # fmt: skip
    (table,) = find_tables(lines, Rules(every.level, uprights), TALL)
    assert table.merged == (Merged(0, 1, 1, 2),)


def test_grids_of_one_frame_that_part_elsewhere_are_two_tables() -> None:
    upper, lower = frame([0, 26, 52], [0, 100, 200, 300]), frame([78, 104, 130], [0, 150, 300])
    across = level((0, 300, 52), (0, 300, 78))
    sides = upright((0, 0, 130), (300, 0, 130))
    rules = Rules((*upper.level, *lower.level, *across), (*upper.upright, *lower.upright, *sides))
    lines = laid_out([["A", "B", "C"], ["1", "2", "3"]], [10, 110, 210], top=8, pitch=26)
    lines.append(line("A title across the frame", 10, 60))
    lines += laid_out([["D", "E"], ["4", "5"]], [10, 160], top=86, pitch=26)
    assert found(lines, rules) == [[["A", "B", "C"], ["1", "2", "3"]], [["D", "E"], ["4", "5"]]]


def test_columns_without_rules_between_rows_are_parted_at_their_numbers() -> None:
    rules = Rules(level((0, 300, 0), (0, 300, 26), (0, 300, 150)),
                  upright(*((x, 0, 150) for x in (0, 140, 210, 300))))  # fmt: skip
    lines = laid_out(GOODS[:1], LEFTS, top=8)
    for number, row in enumerate(GOODS[1:]):
        lines += laid_out([row], LEFTS, top=34 + 38 * number)
        lines.append(line("as agreed", 10, 48 + 38 * number))
    assert found(lines, rules)[0][1:] == [[f"{name} as agreed", *rest] for name, *rest in GOODS[1:]]


def test_boxes_in_one_row_are_labels_above_answers() -> None:
    rules = frame([0, 40], [0, 100, 200])
    lines = [line("Phone", 4, 4), line("Mail", 104, 4), line("5551", 8, 24), line("a@b", 108, 24)]
    assert found(lines, rules) == [[["Phone", "Mail"], ["5551", "a@b"]]]


def test_a_barcode_is_no_table() -> None:
    rules = frame([0, 30, 60], range(0, 400, 11))
    assert found([line("12345 67 890", 10, 10), line("678 90", 200, 40)], rules) == []


def test_captions_and_footnotes_are_known() -> None:
    lines = [line("Table 2. Goods in stock", 10, -26), *laid_out(GOODS, LEFTS)]
    lines.append(line("* counted in May", 10, 100))
    (table,) = find_tables(lines, Rules(), TALL)
    assert [one.text for one in table.title] == ["Table 2. Goods in stock"]
    assert [one.text for one in table.footer] == ["* counted in May"]
    assert table.headers == 1


def test_edges_rise() -> None:
    (table,) = find_tables(laid_out(GOODS, LEFTS), Rules(), TALL)
    assert all(
        one < other for edges in (table.rows, table.columns) for one, other in pairwise(edges)
    )
