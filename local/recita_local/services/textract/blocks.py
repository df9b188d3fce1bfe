"""Textract's Blocks, with every member that textractor and the response parser ask for.

A page is one PAGE with its LINEs, their WORDs, and then what the features add. Synchronous
replies carry no ``Page`` member, asynchronous ones do, as with the real service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recita_local.services.textract.forms import KeyValue, find_pairs
from recita_local.services.textract.geometry import (
    WHOLE_PAGE,
    box_geometry,
    polygon_geometry,
    shares_geometry,
)
from recita_local.services.textract.layout import LayoutElement, find_layout
from recita_local.services.textract.reading import (
    Cell,
    Line,
    PageReading,
    Table,
    Word,
    new_id,
    union,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Block = dict[str, Any]


def page_blocks(
    page: PageReading, features: Collection[str] = (), number: int | None = None
) -> list[Block]:
    """All blocks of one page: PAGE, LINEs, WORDs, then tables, forms and layout if asked for."""
    lines = [_line(page, line) for line in page.lines]
    words = [_word(page, word) for line in page.lines for word in line.words]
    extra, roots = _features(page, features)
    children = [block["Id"] for block in lines] + roots
    root = _block("PAGE", shares_geometry(WHOLE_PAGE), CHILD=children)
    blocks = [root, *lines, *words, *extra]
    if number is not None:
        for block in blocks:
            block["Page"] = number
    return blocks


def _features(page: PageReading, features: Collection[str]) -> tuple[list[Block], list[str]]:
    """The features' blocks, and the Ids of those that hang on the page itself."""
    groups: list[list[Block]] = []
    if "TABLES" in features:
        groups += [_table(page, table) for table in page.tables]
    if "FORMS" in features:
        groups += [_pair(page, pair) for pair in find_pairs(page)]
    if "LAYOUT" in features:
        groups += [[_layout(page, element)] for element in find_layout(page)]
    roots = [
        block["Id"]
        for group in groups
        for block in group
        if block["BlockType"] not in {"CELL", "MERGED_CELL"}
    ]
    return [block for group in groups for block in group], roots


def _block(kind: str, geometry: dict[str, Any], **related: Sequence[str]) -> Block:
    block: Block = {"BlockType": kind, "Geometry": geometry, "Id": new_id()}
    relationships = [{"Type": name, "Ids": list(ids)} for name, ids in related.items() if ids]
    if relationships:
        block["Relationships"] = relationships
    return block


def _line(page: PageReading, line: Line) -> Block:
    geometry = polygon_geometry(page, line.polygon)
    block = _block("LINE", geometry, CHILD=[word.id for word in line.words])
    return block | {"Confidence": 100 * line.confidence, "Text": line.text, "Id": line.id}


def _word(page: PageReading, word: Word) -> Block:
    return _block("WORD", polygon_geometry(page, word.polygon)) | {
        "Confidence": 100 * word.confidence,
        "Text": word.text,
        "TextType": "PRINTED",
        "Id": word.id,
    }


def _pair(page: PageReading, pair: KeyValue) -> list[Block]:
    value = _key_value(page, "VALUE", pair, pair.value)
    key = _key_value(page, "KEY", pair, pair.key)
    key["Relationships"].insert(0, {"Type": "VALUE", "Ids": [value["Id"]]})
    return [key, value]


def _key_value(page: PageReading, kind: str, pair: KeyValue, words: tuple[Word, ...]) -> Block:
    box = union([word.box for word in words or pair.key])  # an empty value has no place of its own
    block = _block("KEY_VALUE_SET", box_geometry(page, box), CHILD=[word.id for word in words])
    return block | {"EntityTypes": [kind], "Confidence": 100 * pair.certainty}


def _layout(page: PageReading, element: LayoutElement) -> Block:
    block = _block(element.kind, box_geometry(page, element.box), CHILD=_ids(element.lines))
    return block | {"Confidence": _confidence(element.lines)}


def _table(page: PageReading, table: Table) -> list[Block]:
    """The TABLE, one CELL for each slot of its grid, and MERGED_CELLs over those that are one."""
    read = [word for line in page.lines for word in line.words if table.box.holds(word.box)]
    cells: list[Block] = []
    merged: list[Block] = []
    for cell in table.cells:
        slots = _slots(page, cell, [word for word in read if cell.box.holds(word.box)])
        cells += slots
        if len(slots) > 1:
            merged.append(_merged(page, cell, slots))
    cells.sort(key=lambda block: (block["RowIndex"], block["ColumnIndex"]))
    related = {"CHILD": _block_ids(cells), "MERGED_CELL": _block_ids(merged)}
    block = _block("TABLE", box_geometry(page, table.box), **related)
    block |= {"EntityTypes": ["STRUCTURED_TABLE"], "Confidence": _confidence(read)}
    return [block, *cells, *merged]


def _slots(page: PageReading, cell: Cell, words: list[Word]) -> list[Block]:
    """A CELL for each slot; the first holds the words."""
    slots = []
    for number, (row, column) in enumerate(cell.slots):
        held = [] if number else words
        block = _block("CELL", box_geometry(page, cell.box), CHILD=_ids(held))
        block |= {"RowIndex": row, "ColumnIndex": column, "RowSpan": 1, "ColumnSpan": 1}
        block["Confidence"] = _confidence(words)
        if row == 1:
            block["EntityTypes"] = ["COLUMN_HEADER"]
        slots.append(block)
    return slots


def _merged(page: PageReading, cell: Cell, slots: list[Block]) -> Block:
    rows, columns = [row for row, _ in cell.slots], [column for _, column in cell.slots]
    return _block("MERGED_CELL", box_geometry(page, cell.box), CHILD=_block_ids(slots)) | {
        "RowIndex": min(rows),
        "ColumnIndex": min(columns),
        "RowSpan": max(rows) - min(rows) + 1,
        "ColumnSpan": max(columns) - min(columns) + 1,
        "Confidence": slots[0]["Confidence"],
    }


def _ids(read: Sequence[Word | Line]) -> list[str]:
    return [item.id for item in read]


def _block_ids(blocks: list[Block]) -> list[str]:
    return [block["Id"] for block in blocks]


def _confidence(read: Sequence[Word | Line]) -> float:
    """Mean confidence of what was read, in percent; nothing to read, nothing to doubt."""
    return 100 * sum(item.confidence for item in read) / len(read) if read else 100.0
