"""Blocks: what real clients need of them, from a page written down here."""

from __future__ import annotations

from typing import Any

import pytest
from recita_local.services.textract.blocks import page_blocks
from recita_local.services.textract.reading import (
    Box,
    Line,
    Mark,
    Merged,
    PageReading,
    Table,
    Word,
    corners,
)

Blocks = list[dict[str, Any]]
ALL = frozenset({"TABLES", "FORMS", "LAYOUT", "SIGNATURES"})


def line(text: str, left: float, top: float) -> Line:
    words = []
    position = left
    for token in text.split():
        width = 10.0 * len(token)
        words.append(Word(token, 0.9, corners(Box(position, top, position + width, top + 20))))
        position += width + 10
    box = Box(left, top, position - 10, top + 20)
    return Line(text, 0.9, corners(box), tuple(words))


def page(*lines: Line, turns: int = 0, tables: tuple[Table, ...] = ()) -> PageReading:
    return PageReading(1000, 500, turns, lines, tables)


def of_type(blocks: Blocks, kind: str) -> Blocks:
    return [block for block in blocks if block["BlockType"] == kind]


def children(block: dict[str, Any], kind: str = "CHILD") -> list[str]:
    related = block.get("Relationships", [])
    return [key for entry in related if entry["Type"] == kind for key in entry["Ids"]]


def pairs(blocks: Blocks) -> dict[str, str]:
    texts = {block["Id"]: block.get("Text", "") for block in blocks}
    by_id = {block["Id"]: block for block in blocks}

    def text(block: dict[str, Any]) -> str:
        return " ".join(texts[key] for key in children(block))

    keys = [b for b in of_type(blocks, "KEY_VALUE_SET") if b["EntityTypes"] == ["KEY"]]
    return {text(key): text(by_id[children(key, "VALUE")[0]]) for key in keys}


def test_page_line_and_word_are_linked_and_in_order() -> None:
    blocks = page_blocks(page(line("Olá mundo", 100, 50)))
    assert [block["BlockType"] for block in blocks] == ["PAGE", "LINE", "WORD", "WORD"]
    assert children(blocks[0]) == [blocks[1]["Id"]]
    assert children(blocks[1]) == [blocks[2]["Id"], blocks[3]["Id"]]
    assert [block["Text"] for block in blocks[1:]] == ["Olá mundo", "Olá", "mundo"]
    assert blocks[2]["TextType"] == "PRINTED"
    assert blocks[2]["Confidence"] == pytest.approx(90)


def test_every_reference_leads_to_a_block() -> None:
    caption = line("Table 1. Cells", 10, 170)
    table = Table((200, 300), (0, 200, 400), (Merged(0, 0, 1, 2),), 1, (caption,))
    blocks = page_blocks(
        page(line("Total: 5", 10, 10), caption, line("cell", 10, 220), tables=(table,)), ALL
    )
    ids = {block["Id"] for block in blocks}
    assert len(ids) == len(blocks)
    for block in blocks:
        for entry in block.get("Relationships", []):
            assert set(entry["Ids"]) <= ids


def test_geometry_is_in_shares_of_the_page() -> None:
    block = of_type(page_blocks(page(line("ab", 100, 50))), "WORD")[0]
    assert block["Geometry"]["BoundingBox"] == pytest.approx(
        {"Left": 0.1, "Top": 0.1, "Width": 0.02, "Height": 0.04}
    )


@pytest.mark.parametrize(
    ("turns", "corner"),
    [(0, (0.1, 0.1)), (1, (0.9, 0.1)), (2, (0.9, 0.9)), (3, (0.1, 0.9))],
)
def test_a_turned_page_reports_places_on_the_page_as_sent(
    turns: int, corner: tuple[float, float]
) -> None:
    block = of_type(page_blocks(page(line("ab", 100, 50), turns=turns)), "WORD")[0]
    first = block["Geometry"]["Polygon"][0]
    assert (first["X"], first["Y"]) == pytest.approx(corner)


def test_only_asynchronous_blocks_carry_a_page_number() -> None:
    reading = page(line("ab", 100, 50))
    assert not any("Page" in block for block in page_blocks(reading))
    assert {block["Page"] for block in page_blocks(reading, number=3)} == {3}


def test_a_merged_cell_covers_its_slots() -> None:
    table = Table((0, 50, 100), (0, 100, 200), (Merged(0, 0, 1, 2),), headers=1)
    lines = (line("Head of", 20, 10), line("both", 120, 10), line("a", 20, 60), line("b", 120, 60))
    blocks = page_blocks(page(*lines, tables=(table,)), {"TABLES"})
    slots = of_type(blocks, "CELL")
    assert [(c["RowIndex"], c["ColumnIndex"]) for c in slots] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert [len(children(cell)) for cell in slots] == [2, 1, 1, 1]
    merged = of_type(blocks, "MERGED_CELL")[0]
    assert (merged["RowIndex"], merged["ColumnIndex"]) == (1, 1)
    assert (merged["RowSpan"], merged["ColumnSpan"]) == (1, 2)
    assert children(merged) == [slots[0]["Id"], slots[1]["Id"]]
    assert children(of_type(blocks, "TABLE")[0], "MERGED_CELL") == [merged["Id"]]
    kinds = [block.get("EntityTypes") for block in [*slots, merged]]
    assert kinds == [["COLUMN_HEADER"], ["COLUMN_HEADER"], None, None, ["COLUMN_HEADER"]]


def test_a_row_across_the_body_is_a_section_title() -> None:
    table = Table((0, 50, 100, 150), (0, 100, 200), (Merged(1, 0, 1, 2),), headers=1)
    blocks = page_blocks(page(line("North", 20, 60), tables=(table,)), {"TABLES"})
    titled = [b for b in blocks if b.get("EntityTypes") == ["TABLE_SECTION_TITLE"]]
    assert [block["BlockType"] for block in titled] == ["CELL", "CELL", "MERGED_CELL"]


def test_lines_of_one_cell_stay_in_order_beside_a_cell_half_way_between() -> None:
    table = Table((0, 50, 100), (0, 100, 400))
    lines = (line("over", 200, 0), line("code", 20, 12), line("under", 200, 24))
    blocks = page_blocks(page(*lines, tables=(table,)), {"TABLES"})
    texts = {block["Id"]: block.get("Text") for block in blocks}
    cells = [[texts[key] for key in children(cell)] for cell in of_type(blocks, "CELL")]
    assert cells[:2] == [["code"], ["over", "under"]]


def test_a_tables_title_and_footer_hang_on_it() -> None:
    title, footer = line("Table 1. Sums", 0, 0), line("* estimated", 0, 90)
    table = Table((30, 50, 80), (0, 100, 400), title=(title,), footer=(footer,))
    blocks = page_blocks(page(title, footer, tables=(table,)), {"TABLES"})
    block = of_type(blocks, "TABLE")[0]
    for kind, said in (("TABLE_TITLE", title), ("TABLE_FOOTER", footer)):
        assert children(block, kind) == [of_type(blocks, kind)[0]["Id"]]
        assert children(of_type(blocks, kind)[0]) == [word.id for word in said.words]
    assert block["EntityTypes"] == ["SEMI_STRUCTURED_TABLE"]


def test_a_box_in_a_cell_is_its_child() -> None:
    mark = Mark(Box(120, 10, 130, 20), selected=True, confidence=0.9)
    reading = PageReading(1000, 500, 0, (), (Table((0, 50, 100), (0, 100, 200)),), (mark,))
    blocks = page_blocks(reading, {"TABLES"})
    element = of_type(blocks, "SELECTION_ELEMENT")[0]
    assert (element["SelectionStatus"], element["Id"]) == ("SELECTED", mark.id)
    assert children(of_type(blocks, "CELL")[1]) == [mark.id]
    assert element["Id"] not in children(blocks[0])


def test_pairs_are_found_on_one_line_beside_and_below() -> None:
    reading = page(
        line("Name: Ana Invoice: 12", 10, 10),
        line("Due date:", 10, 100),
        line("2026-01-31", 120, 100),
        line("Ship to:", 10, 200),
        line("Rua Nova 7", 10, 225),
        line("Total", 10, 400),
        line("12.50", 300, 400),
    )
    assert pairs(page_blocks(reading, {"FORMS"})) == {
        "Name:": "Ana",
        "Invoice:": "12",
        "Due date:": "2026-01-31",
        "Ship to:": "Rua Nova 7",
        "Total": "12.50",
    }


def test_the_word_before_a_colon_may_belong_to_its_key() -> None:
    reading = page(line("Name: Ana Souza Invoice date: May", 10, 10))
    assert pairs(page_blocks(reading, {"FORMS"})) == {"Name:": "Ana Souza", "Invoice date:": "May"}


def test_prose_has_no_pairs() -> None:
    reading = page(line("The quick brown fox jumps over it.", 10, 10), line("And so on.", 10, 40))
    assert pairs(page_blocks(reading, {"FORMS"})) == {}


def test_every_line_is_in_one_layout_element() -> None:
    lines = [line("one", 10, 10), line("two", 10, 35), line("far below", 10, 300)]
    blocks = page_blocks(page(*lines), {"LAYOUT"})
    elements = of_type(blocks, "LAYOUT_TEXT")
    assert [len(children(element)) for element in elements] == [2, 1]


def test_no_signature_is_made_up() -> None:
    assert not of_type(page_blocks(page(line("signed", 10, 10)), ALL), "SIGNATURE")
