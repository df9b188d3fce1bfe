"""Textract's Blocks as pages: lines in reading order, tables, key-values, checkboxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from recita.models.page import Box, KeyValue, Line, Merged, Page, Selection, Table, Word

Block = dict[str, Any]
ById = dict[str, Block]


def page_number(block: Block) -> int:
    """Return the number of a block's page; synchronous replies name none."""
    return int(block.get("Page", 1))


def read_page(blocks: Iterable[Block]) -> Page | None:
    """Return the page that all blocks of one page make up.

    None when there is no PAGE block, or one that names children which are not there: blocks are
    lost, and a page that lacks some of its lines must not pass for the page.
    """
    by_id = {block["Id"]: block for block in blocks}
    root = next((block for block in by_id.values() if block["BlockType"] == "PAGE"), None)
    if root is None or any(name not in by_id for name in _ids(root, "CHILD")):
        return None
    children = _related(root, by_id)
    lines = tuple(_line(block, by_id) for block in _in_reading_order(children, by_id))
    scores = [line.confidence for line in lines if line.confidence is not None]
    found = sorted(by_id.values(), key=_place)
    return Page(
        number=page_number(root),
        method="ocr",
        why="",
        text="\n".join(line.text for line in lines),
        confidence=round(sum(scores) / len(scores), 2) if scores else None,
        lines=lines,
        tables=tuple(_table(block, by_id) for block in found if block["BlockType"] == "TABLE"),
        key_values=tuple(_key_values(found, by_id)),
        selections=tuple(
            Selection(selected=_selected(block), confidence=block["Confidence"], box=_box(block))
            for block in found
            if block["BlockType"] == "SELECTION_ELEMENT"
        ),
    )


def _in_reading_order(children: list[Block], by_id: ById) -> Iterator[Block]:
    """Yield the LINEs; where LAYOUT was asked for, its elements say in which order to read."""
    seen: set[str] = set()
    for element in children:
        if element["BlockType"].startswith("LAYOUT_"):
            for line in _lines_of(element, by_id):
                if line["Id"] not in seen:
                    seen.add(line["Id"])
                    yield line
    yield from (
        block for block in children if block["BlockType"] == "LINE" and block["Id"] not in seen
    )


def _lines_of(element: Block, by_id: ById) -> Iterator[Block]:
    """Yield an element's LINEs; a LAYOUT_LIST holds LAYOUT_TEXTs, which hold the lines."""
    for block in _related(element, by_id):
        if block["BlockType"] == "LINE":
            yield block
        elif block["BlockType"].startswith("LAYOUT_"):
            yield from _lines_of(block, by_id)


def _line(block: Block, by_id: ById) -> Line:
    words = tuple(
        Word(text=word["Text"], confidence=word["Confidence"], box=_box(word))
        for word in _related(block, by_id)
    )
    return Line(text=block["Text"], confidence=block["Confidence"], box=_box(block), words=words)


def _table(block: Block, by_id: ById) -> Table:
    cells = [cell for cell in _related(block, by_id) if cell["BlockType"] == "CELL"]
    spans = [*_related(block, by_id, "MERGED_CELL"), *(cell for cell in cells if _spans(cell))]
    height = max((cell["RowIndex"] + cell.get("RowSpan", 1) - 1 for cell in cells), default=0)
    width = max((cell["ColumnIndex"] + cell.get("ColumnSpan", 1) - 1 for cell in cells), default=0)
    rows = [[""] * width for _ in range(height)]
    for cell in cells:
        rows[cell["RowIndex"] - 1][cell["ColumnIndex"] - 1] = _text(cell, by_id)
    for span in spans:
        _join(rows, span, by_id)
    return Table(
        rows=tuple(tuple(row) for row in rows),
        header_rows=_header_rows(cells),
        merged=tuple(_merged(span) for span in sorted(spans, key=_index)),
        title=_label(block, by_id, "TABLE_TITLE"),
        footer=_label(block, by_id, "TABLE_FOOTER"),
        confidence=block.get("Confidence"),
        box=_box(block),
    )


def _join(rows: list[list[str]], span: Block, by_id: ById) -> None:
    """Put the text of cells that are one into the first of them.

    Their words in the page's order: cell by cell, two lines across two columns would interleave.
    """
    top, left = span["RowIndex"] - 1, span["ColumnIndex"] - 1
    right = left + span.get("ColumnSpan", 1)
    for row in rows[top : top + span.get("RowSpan", 1)]:
        row[left:right] = [""] * len(row[left:right])
    parts = _related(span, by_id)
    held = {name for cell in parts for name in _ids(cell, "CHILD")} or set(_ids(span, "CHILD"))
    rows[top][left] = " ".join(_written(by_id[name] for name in by_id if name in held))


def _merged(span: Block) -> Merged:
    return Merged(
        row=span["RowIndex"],
        column=span["ColumnIndex"],
        rows=span.get("RowSpan", 1),
        columns=span.get("ColumnSpan", 1),
    )


def _header_rows(cells: list[Block]) -> int:
    headed = {c["RowIndex"] for c in cells if "COLUMN_HEADER" in c.get("EntityTypes", ())}
    return next(number for number in range(len(headed) + 1) if number + 1 not in headed)


def _spans(cell: Block) -> bool:
    return bool(cell.get("RowSpan", 1) > 1 or cell.get("ColumnSpan", 1) > 1)


def _index(block: Block) -> tuple[int, int]:
    return block["RowIndex"], block["ColumnIndex"]


def _label(block: Block, by_id: ById, relation: str) -> str | None:
    texts = [_text(found, by_id) for found in _related(block, by_id, relation)]
    return " ".join(texts) or None


def _is_key(block: Block) -> bool:
    return block["BlockType"] == "KEY_VALUE_SET" and "KEY" in block.get("EntityTypes", ())


def _key_values(blocks: Iterable[Block], by_id: ById) -> Iterator[KeyValue]:
    pairs = (_key_value(block, by_id) for block in blocks if _is_key(block))
    yield from (pair for pair in pairs if pair.key or pair.value)


def _key_value(key: Block, by_id: ById) -> KeyValue:
    values = _related(key, by_id, "VALUE")
    held = [child for value in values for child in _related(value, by_id)]
    boxes = [child for child in held if child["BlockType"] == "SELECTION_ELEMENT"]
    return KeyValue(
        key=_text(key, by_id),
        value=" ".join(text for text in (_text(value, by_id) for value in values) if text),
        confidence=key["Confidence"],
        selected=_selected(boxes[0]) if len(boxes) == 1 else None,
        key_box=_box(key),
        value_box=_box(values[0]) if values else None,
    )


def _text(block: Block, by_id: ById) -> str:
    return " ".join(_written(_related(block, by_id)))


def _written(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield words, and the state of checkboxes, as they are written."""
    for block in blocks:
        if "SelectionStatus" in block:
            yield "[x]" if _selected(block) else "[ ]"
        elif "Text" in block:
            yield block["Text"]


def _selected(block: Block) -> bool:
    return bool(block["SelectionStatus"] == "SELECTED")


def _related(block: Block, by_id: ById, relation: str = "CHILD") -> list[Block]:
    return [by_id[name] for name in _ids(block, relation) if name in by_id]


def _ids(block: Block, relation: str) -> list[str]:
    return [
        name
        for found in block.get("Relationships", ())
        if found["Type"] == relation
        for name in found["Ids"]
    ]


def _place(block: Block) -> tuple[float, float]:
    box = block["Geometry"]["BoundingBox"]
    return box["Top"], box["Left"]


def _box(block: Block) -> Box:
    box = block["Geometry"]["BoundingBox"]
    return Box(left=box["Left"], top=box["Top"], width=box["Width"], height=box["Height"])
