"""How far two readings of one page agree: characters, words, key-values and table cells."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]
Grid = list[list[str]]
"""A table's texts, row by row; a merged cell's text stands in its first slot."""

Pairs = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Score:
    """What was found of what there is, counted."""

    wanted: int
    found: int
    right: int

    def __add__(self, other: Score) -> Score:
        return Score(self.wanted + other.wanted, self.found + other.found, self.right + other.right)

    @property
    def recall(self) -> float:
        """Share of what there is that was found."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        """Share of what was found that is there."""
        return self.right / self.found if self.found else 1.0

    def summary(self) -> dict[str, float]:
        """Counts and shares, as they are written down."""
        return {
            "wanted": self.wanted,
            "found": self.found,
            "right": self.right,
            "recall": round(self.recall, 4),
            "precision": round(self.precision, 4),
        }


def one_line(text: str) -> str:
    """Compatibility characters made plain, any white space one space."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def character_errors(truth: str, read: str) -> float:
    """Levenshtein distance per character of the truth: order and white space count."""
    wanted, got = one_line(truth), one_line(read)
    previous = list(range(len(got) + 1))
    for row, left in enumerate(wanted, start=1):
        current = [row]
        for column, right in enumerate(got, start=1):
            change = previous[column - 1] + (left != right)
            current.append(min(previous[column] + 1, current[-1] + 1, change))
        previous = current
    return previous[-1] / len(wanted)


def bags(wanted: Iterable[Any], found: Iterable[Any]) -> Score:
    """Two collections compared without their order."""
    one, other = Counter(wanted), Counter(found)
    return Score(one.total(), other.total(), (one & other).total())


def lines(blocks: list[Block]) -> str:
    """The text of a page, line by line, in the order of its LINE blocks."""
    return "\n".join(block["Text"] for block in blocks if block["BlockType"] == "LINE")


def words(blocks: list[Block]) -> list[str]:
    """The texts of its WORD blocks; the service's "$ 4" and "$4" are the same word."""
    texts = (block["Text"] for block in blocks if block["BlockType"] == "WORD")
    return ["".join(one_line(text).split()) for text in texts]


def pairs(blocks: list[Block]) -> Pairs:
    """Keys with their values; punctuation around a key does not matter, a key without text does."""
    by_id = {block["Id"]: block for block in blocks}
    found: Pairs = Counter()
    for block in blocks:
        if block["BlockType"] == "KEY_VALUE_SET" and "KEY" in block["EntityTypes"]:
            key = _text(block, by_id).strip(" :.*")
            value = " ".join(_text(by_id[one], by_id) for one in _related(block, "VALUE"))
            if key:
                found[key, value] += 1
    return found


def boxes(wanted: list[Block], found: list[Block]) -> Score:
    """Boxes of forms: right if ticked or not like the one whose place they have."""
    one, other = _boxes(wanted), _boxes(found)
    left = list(one)
    for status, box in other:
        match = next((it for it in left if it[0] == status and _holds(it[1], box)), None)
        if match:
            left.remove(match)
    return Score(len(one), len(other), len(one) - len(left))


def grids(blocks: list[Block]) -> list[Grid]:
    """The tables of a page."""
    by_id = {block["Id"]: block for block in blocks}
    return [_grid(block, by_id) for block in blocks if block["BlockType"] == "TABLE"]


def cells(wanted: list[Grid], found: list[Grid]) -> Score:
    """Cells with text that stand in the same row and column and read the same.

    Tables are paired by the cells they share. Rows and columns are aligned first, so that one row
    more or less costs that row and not all below it.
    """
    scored = [
        (_equal_cells(one, other), row, column)
        for row, one in enumerate(wanted)
        for column, other in enumerate(found)
    ]
    right, rows, columns = 0, set[int](), set[int]()
    for equal, row, column in sorted(scored, reverse=True):
        if row not in rows and column not in columns:
            right += equal
            rows.add(row)
            columns.add(column)
    return Score(_filled(wanted), _filled(found), right)


def _boxes(blocks: list[Block]) -> list[tuple[str, dict[str, float]]]:
    return [
        (block["SelectionStatus"], block["Geometry"]["BoundingBox"])
        for block in blocks
        if block["BlockType"] == "SELECTION_ELEMENT"
    ]


def _holds(box: dict[str, float], other: dict[str, float]) -> bool:
    """Whether a box holds the centre of another."""
    x, y = other["Left"] + other["Width"] / 2, other["Top"] + other["Height"] / 2
    across = box["Left"] <= x <= box["Left"] + box["Width"]
    return across and box["Top"] <= y <= box["Top"] + box["Height"]


def _related(block: Block, kind: str) -> list[str]:
    related = block.get("Relationships") or []
    return [one for relation in related if relation["Type"] == kind for one in relation["Ids"]]


def _text(block: Block, by_id: dict[str, Block]) -> str:
    children = (by_id[one] for one in _related(block, "CHILD"))
    return one_line(" ".join(_said(child) for child in children))


def _said(block: Block) -> str:
    if block["BlockType"] == "SELECTION_ELEMENT":
        return f"[{block['SelectionStatus']}]"
    return str(block.get("Text", ""))


def _grid(table: Block, by_id: dict[str, Block]) -> Grid:
    slots = [by_id[one] for one in _related(table, "CHILD")]
    texts = {_slot(block): _text(block, by_id) for block in slots}
    for merged in (by_id[one] for one in _related(table, "MERGED_CELL")):
        parts = sorted(_slot(by_id[one]) for one in _related(merged, "CHILD"))
        ids = (one for part in parts for one in _words_at(part, slots))
        whole = one_line(" ".join(_said(by_id[one]) for one in ids))
        texts |= dict.fromkeys(parts, "") | {parts[0]: whole}
    rows, columns = max(row for row, _ in texts), max(column for _, column in texts)
    return [
        [texts.get((row, column), "") for column in range(1, columns + 1)]
        for row in range(1, rows + 1)
    ]


def _slot(block: Block) -> tuple[int, int]:
    return block["RowIndex"], block["ColumnIndex"]


def _words_at(slot: tuple[int, int], slots: list[Block]) -> list[str]:
    return [one for block in slots if _slot(block) == slot for one in _related(block, "CHILD")]


def _filled(tables: list[Grid]) -> int:
    return sum(bool(text) for table in tables for row in table for text in row)


def _equal_cells(one: Grid, other: Grid) -> int:
    columns = _aligned(_turned(one), _turned(other), _shared)
    rows = _aligned(one, other, lambda left, right: _equal(left, right, columns))
    return sum(_equal(one[row], other[match], columns) for row, match in rows)


def _turned(table: Grid) -> Grid:
    return [list(column) for column in zip(*table, strict=True)]


def _shared(one: list[str], other: list[str]) -> int:
    return bags(filter(None, one), filter(None, other)).right


def _equal(one: list[str], other: list[str], columns: list[tuple[int, int]]) -> int:
    return sum(bool(one[left]) and one[left] == other[right] for left, right in columns)


def _aligned(
    one: Sequence[list[str]],
    other: Sequence[list[str]],
    alike: Callable[[list[str], list[str]], int],
) -> list[tuple[int, int]]:
    """Pairs of positions, in order on both sides, that are most alike in sum."""
    best = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for row in range(len(one) - 1, -1, -1):
        for column in range(len(other) - 1, -1, -1):
            both = best[row + 1][column + 1] + alike(one[row], other[column])
            best[row][column] = max(both, best[row + 1][column], best[row][column + 1])
    matched, row, column = list[tuple[int, int]](), 0, 0
    while row < len(one) and column < len(other):
        if best[row][column] == best[row + 1][column]:
            row += 1
        elif best[row][column] == best[row][column + 1]:
            column += 1
        else:
            matched.append((row, column))
            row, column = row + 1, column + 1
    return matched
