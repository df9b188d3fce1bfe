"""The parts that every block has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recita_local.services.textract.reading import Line, Mark, Word, new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Block = dict[str, Any]
Read = Word | Line | Mark


def new_block(kind: str, geometry: dict[str, Any], **related: Iterable[str]) -> Block:
    """A block with a new Id; relationships without members are left out."""
    block: Block = {"BlockType": kind, "Geometry": geometry, "Id": new_id()}
    members = {name: list(ids) for name, ids in related.items()}
    relationships = [{"Type": name, "Ids": ids} for name, ids in members.items() if ids]
    if relationships:
        block["Relationships"] = relationships
    return block


def ids_of(read: Iterable[Read]) -> list[str]:
    """Ids that the blocks of words, lines and marks have."""
    return [item.id for item in read]


def block_ids(blocks: Iterable[Block]) -> list[str]:
    """Ids of blocks."""
    return [block["Id"] for block in blocks]


def confidence_of(read: Sequence[Read]) -> float:
    """Mean confidence of what was read, in percent; nothing to read, nothing to doubt."""
    return 100 * sum(item.confidence for item in read) / len(read) if read else 100.0
