"""Textract's Blocks, with every member that textractor and the response parser ask for.

A page is one PAGE with its LINEs, their WORDs, and then what the features add. Synchronous
replies carry no ``Page`` member, asynchronous ones do, as with the real service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recita_local.services.textract.block import Block, confidence_of, ids_of, new_block
from recita_local.services.textract.forms import find_pairs
from recita_local.services.textract.geometry import (
    WHOLE_PAGE,
    box_geometry,
    polygon_geometry,
    shares_geometry,
)
from recita_local.services.textract.layout import LayoutElement, find_layout
from recita_local.services.textract.pairs import KeyValue
from recita_local.services.textract.reading import Line, Mark, PageReading, Word, union
from recita_local.services.textract.table_blocks import table_blocks

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

PARTS = frozenset({"CELL", "MERGED_CELL", "TABLE_TITLE", "TABLE_FOOTER", "SELECTION_ELEMENT"})
"""Blocks that hang on others, not on the page."""


def page_blocks(
    page: PageReading, features: Collection[str] = (), number: int | None = None
) -> list[Block]:
    """All blocks of one page: PAGE, LINEs, WORDs, then tables, forms and layout if asked for."""
    lines = [_line(page, line) for line in page.lines]
    words = [_word(page, word) for line in page.lines for word in line.words]
    extra = _features(page, features)
    roots = [block["Id"] for block in extra if block["BlockType"] not in PARTS]
    children = [block["Id"] for block in lines] + roots
    root = new_block("PAGE", shares_geometry(WHOLE_PAGE), CHILD=children)
    blocks = [root, *lines, *words, *extra]
    if number is not None:
        for block in blocks:
            block["Page"] = number
    return blocks


def _features(page: PageReading, features: Collection[str]) -> list[Block]:
    blocks: list[Block] = []
    if "TABLES" in features or "FORMS" in features:
        blocks += [_mark(page, mark) for mark in page.marks]
    if "TABLES" in features:
        blocks += [block for table in page.tables for block in table_blocks(page, table)]
    if "FORMS" in features:
        blocks += [block for pair in find_pairs(page) for block in _pair(page, pair)]
    if "LAYOUT" in features:
        blocks += [_layout(page, element) for element in find_layout(page)]
    return blocks


def _line(page: PageReading, line: Line) -> Block:
    block = new_block("LINE", polygon_geometry(page, line.polygon), CHILD=ids_of(line.words))
    return block | {"Confidence": 100 * line.confidence, "Text": line.text, "Id": line.id}


def _word(page: PageReading, word: Word) -> Block:
    return new_block("WORD", polygon_geometry(page, word.polygon)) | {
        "Confidence": 100 * word.confidence,
        "Text": word.text,
        "TextType": "PRINTED",
        "Id": word.id,
    }


def _mark(page: PageReading, mark: Mark) -> Block:
    return new_block("SELECTION_ELEMENT", box_geometry(page, mark.box)) | {
        "Confidence": 100 * mark.confidence,
        "SelectionStatus": "SELECTED" if mark.selected else "NOT_SELECTED",
        "Id": mark.id,
    }


def _pair(page: PageReading, pair: KeyValue) -> list[Block]:
    value = _key_value(page, "VALUE", pair, pair.value)
    key = _key_value(page, "KEY", pair, pair.key)
    key["Relationships"].insert(0, {"Type": "VALUE", "Ids": [value["Id"]]})
    return [key, value]


def _key_value(page: PageReading, kind: str, pair: KeyValue, read: Sequence[Word | Mark]) -> Block:
    box = union([item.box for item in read or pair.key])  # an empty value has no place of its own
    block = new_block("KEY_VALUE_SET", box_geometry(page, box), CHILD=ids_of(read))
    return block | {"EntityTypes": [kind], "Confidence": 100 * pair.certainty}


def _layout(page: PageReading, element: LayoutElement) -> Block:
    block = new_block(element.kind, box_geometry(page, element.box), CHILD=ids_of(element.lines))
    return block | {"Confidence": confidence_of(element.lines)}
