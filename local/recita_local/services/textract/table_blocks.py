"""Blocks of one table: the TABLE, its CELLs and MERGED_CELLs, its title and footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recita_local.services.textract.block import (
    Block,
    Read,
    block_ids,
    confidence_of,
    ids_of,
    new_block,
)
from recita_local.services.textract.geometry import box_geometry
from recita_local.services.textract.reading import Line, Merged, PageReading, Slot, Table, union
from recita_local.services.textract.rows import in_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

STRUCTURED, SEMI_STRUCTURED = "STRUCTURED_TABLE", "SEMI_STRUCTURED_TABLE"
HEADER, SECTION = "COLUMN_HEADER", "TABLE_SECTION_TITLE"


def table_blocks(page: PageReading, table: Table) -> list[Block]:
    """The TABLE, one CELL for each slot of its grid, MERGED_CELLs over those that are one.

    As with the real service, words of a merged cell are children of the slots they stand in.
    """
    held = _held(page, table)
    cells = {slot: _cell(page, table, slot, read) for slot, read in held.items()}
    merged = [_merged(page, table, one, cells) for one in table.merged]
    title = _caption(page, "TABLE_TITLE", table.title)
    footer = _caption(page, "TABLE_FOOTER", table.footer)
    block = new_block(
        "TABLE",
        box_geometry(page, table.box),
        CHILD=block_ids(cells.values()),
        MERGED_CELL=block_ids(merged),
        TABLE_TITLE=block_ids(title),
        TABLE_FOOTER=block_ids(footer),
    )
    block["EntityTypes"] = [STRUCTURED if table.headers else SEMI_STRUCTURED]
    block["Confidence"] = confidence_of([item for read in held.values() for item in read])
    return [block, *cells.values(), *merged, *title, *footer]


def _held(page: PageReading, table: Table) -> dict[Slot, list[Read]]:
    """Words, then boxes, of every slot."""
    words = [word for line in page.lines for word in line.words]
    return {
        slot: [
            *in_rows([word for word in words if table.slot_of(word.box) == slot]),
            *(mark for mark in page.marks if table.slot_of(mark.box) == slot),
        ]
        for slot in table.slots
    }


def _cell(page: PageReading, table: Table, slot: Slot, read: Sequence[Read]) -> Block:
    one = Merged(*slot, 1, 1)
    block = new_block("CELL", box_geometry(page, table.box_of(one)), CHILD=ids_of(read))
    return _placed(block, one, table) | {"Confidence": confidence_of(read)}


def _merged(page: PageReading, table: Table, one: Merged, cells: dict[Slot, Block]) -> Block:
    slots = [cells[slot] for slot in one.slots]
    geometry = box_geometry(page, table.box_of(one))
    block = new_block("MERGED_CELL", geometry, CHILD=block_ids(slots))
    return _placed(block, one, table) | {"Confidence": min(slot["Confidence"] for slot in slots)}


def _placed(block: Block, one: Merged, table: Table) -> Block:
    block |= {
        "RowIndex": one.row + 1,
        "ColumnIndex": one.column + 1,
        "RowSpan": one.rows,
        "ColumnSpan": one.columns,
    }
    if one.row < table.headers:
        block["EntityTypes"] = [HEADER]
    elif any(other.row == one.row and other.columns == len(table.columns) - 1
             for other in table.merged):  # fmt: skip
        block["EntityTypes"] = [SECTION]
    return block


def _caption(page: PageReading, kind: str, lines: Sequence[Line]) -> list[Block]:
    words = [word for line in lines for word in line.words]
    if not words:
        return []
    geometry = box_geometry(page, union([word.box for word in words]))
    block = new_block(kind, geometry, CHILD=ids_of(words))
    return [block | {"Confidence": confidence_of(words)}]
