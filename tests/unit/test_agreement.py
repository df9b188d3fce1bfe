"""The measures that ``benchmarks/reading.py`` reports."""

from __future__ import annotations

from typing import Any

from benchmarks import agreement
from benchmarks.agreement import Score


def block(name: str, kind: str, related: dict[str, list[str]] | None = None, **members: Any) -> Any:
    relationships = [{"Type": one, "Ids": ids} for one, ids in (related or {}).items()]
    return {"Id": name, "BlockType": kind, "Relationships": relationships, **members}


def test_character_errors_count_order_and_spaces() -> None:
    assert agreement.character_errors("ab cd", "ab\n cd") == 0
    assert agreement.character_errors("abcd", "abXd") == 1 / 4
    assert agreement.character_errors("ab cd", "abcd") == 1 / 5


def test_words_are_compared_as_a_bag() -> None:
    score = agreement.bags(["a", "a", "b"], ["b", "a", "c", "d"])
    assert score == Score(wanted=3, found=4, right=2)
    assert (score.recall, score.precision) == (2 / 3, 1 / 2)


def test_a_row_too_many_costs_that_row_only() -> None:
    wanted = [["Item", "Price"], ["Lamp", "1"], ["Chair", "2"]]
    found = [["Shop", ""], *wanted]
    assert agreement.cells([wanted], [found]) == Score(wanted=6, found=7, right=6)


def test_merged_columns_cost_their_cells() -> None:
    wanted = [["Item", "Count", "Price"], ["Lamp", "3", "1"]]
    found = [["Item", "Count Price"], ["Lamp", "3 1"]]
    assert agreement.cells([wanted], [found]).right == 2


def test_a_cell_in_another_column_is_not_the_same() -> None:
    assert agreement.cells([[["a", "b"], ["c", "d"]]], [[["b", "a"], ["d", "c"]]]).right == 2


def test_tables_are_paired_by_what_they_share() -> None:
    one, other = [["a", "b"], ["c", "d"]], [["1", "2"], ["3", "4"]]
    assert agreement.cells([one, other], [other, one]).right == 8


def test_a_merged_cell_counts_as_one_whatever_slot_its_words_are_in() -> None:
    words = [block("w1", "WORD", Text="Gross"), block("w2", "WORD", Text="Pay")]
    cells = [
        block("c1", "CELL", {"CHILD": ["w1"]}, RowIndex=1, ColumnIndex=1),
        block("c2", "CELL", {"CHILD": ["w2"]}, RowIndex=1, ColumnIndex=2),
    ]
    merged = block("m", "MERGED_CELL", {"CHILD": ["c2", "c1"]}, RowIndex=1, ColumnIndex=1)
    table = block("t", "TABLE", {"CHILD": ["c1", "c2"], "MERGED_CELL": ["m"]})
    assert agreement.grids([table, *cells, merged, *words]) == [[["Gross Pay", ""]]]


def test_key_values_read_boxes_and_forgive_colons() -> None:
    blocks = [
        block("w1", "WORD", Text="Member:"),
        block("s", "SELECTION_ELEMENT", SelectionStatus="SELECTED"),
        block("v", "KEY_VALUE_SET", {"CHILD": ["s"]}, EntityTypes=["VALUE"]),
        block("k", "KEY_VALUE_SET", {"VALUE": ["v"], "CHILD": ["w1"]}, EntityTypes=["KEY"]),
    ]
    assert agreement.pairs(blocks) == {("Member", "[SELECTED]"): 1}


def test_boxes_agree_by_place_and_state() -> None:
    def box(name: str, left: float, status: str) -> Any:
        place = {"Left": left, "Top": 0.1, "Width": 0.02, "Height": 0.02}
        geometry = {"BoundingBox": place}
        return block(name, "SELECTION_ELEMENT", SelectionStatus=status, Geometry=geometry)

    wanted = [box("a", 0.1, "SELECTED"), box("b", 0.2, "NOT_SELECTED"), box("c", 0.3, "SELECTED")]
    found = [box("d", 0.101, "SELECTED"), box("e", 0.2, "SELECTED"), box("f", 0.1, "SELECTED")]
    assert agreement.boxes(wanted, found) == Score(wanted=3, found=3, right=1)
