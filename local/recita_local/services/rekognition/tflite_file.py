"""Reads a TensorFlow Lite model without TensorFlow: its tensors, operators and their options.

The file is a tree of flatbuffers tables; fields are numbered as in TensorFlow's ``schema.fbs``.
Weights may be stored as half floats, and sparse ones as the places and values of what is not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from flatbuffers import encode, number_types, packer
from flatbuffers.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Array = NDArray[Any]

FIRST_FIELD, FIELD = 4, 2
"""Bytes in a table's index: where it begins, and of each field."""
TYPES = {0: np.float32, 1: np.float16, 2: np.int32, 3: np.uint8, 4: np.int64, 9: np.int8}
SPARSE = 1
"""Format of a dimension whose zeros are left out; 0 is dense."""
INDICES = {
    1: number_types.Int32Flags,
    2: number_types.Uint16Flags,
    3: number_types.Uint8Flags,
}


@dataclass(frozen=True)
class Tensor:
    """A value in the graph; constants have ``data``."""

    shape: tuple[int, ...]
    data: Array | None


@dataclass(frozen=True)
class Operator:
    """One step: its number in TensorFlow Lite's list, places of its values, its options."""

    code: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Fields | None


@dataclass(frozen=True)
class Model:
    """The first graph of a file; inputs and outputs are places in ``tensors``."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class Fields:
    """A table's fields by number; what the file leaves out has the schema's default."""

    table: Any

    @classmethod
    def root(cls, data: bytes) -> Fields:
        """The file's outermost table."""
        return cls(Table(data, encode.Get(packer.uoffset, data, 0)))

    def number(self, field: int, default: int = 0, flags: Any = number_types.Int32Flags) -> int:
        """An integer or a truth value."""
        offset = self._offset(field)
        return int(self.table.Get(flags, self.table.Pos + offset)) if offset else default

    def byte(self, field: int, default: int = 0) -> int:
        """A number, an enumeration or a truth value of one byte."""
        return self.number(field, default, number_types.Int8Flags)

    def array(self, field: int, flags: Any = number_types.Int32Flags) -> Array:
        """A list of numbers."""
        offset = self._offset(field)
        if not offset:
            return np.zeros(0, np.int64)
        return cast("Array", self.table.GetVectorAsNumpy(flags, offset))

    def child(self, field: int) -> Fields | None:
        """A table within, if there is one."""
        offset = self._offset(field)
        if not offset:
            return None
        return Fields(Table(self.table.Bytes, self.table.Indirect(self.table.Pos + offset)))

    def children(self, field: int) -> Iterator[Fields]:
        """A list of tables."""
        offset = self._offset(field)
        if offset:
            start = self.table.Vector(offset)
            for place in range(start, start + 4 * self.table.VectorLen(offset), 4):
                yield Fields(Table(self.table.Bytes, self.table.Indirect(place)))

    def _offset(self, field: int) -> int:
        return int(self.table.Offset(FIRST_FIELD + FIELD * field))


def read_model(data: bytes) -> Model:
    """Tensors and operators of the model's first graph."""
    root = Fields.root(data)
    codes = [max(code.byte(0), code.number(3)) for code in root.children(1)]
    buffers = [buffer.array(0, number_types.Uint8Flags) for buffer in root.children(4)]
    graph = next(root.children(2))
    return Model(
        tuple(_tensor(fields, buffers) for fields in graph.children(0)),
        tuple(_operator(fields, codes) for fields in graph.children(3)),
        _places(graph, 1),
        _places(graph, 2),
    )


def _operator(fields: Fields, codes: list[int]) -> Operator:
    code = codes[fields.number(0)]
    return Operator(code, _places(fields, 1), _places(fields, 2), fields.child(4))


def _places(fields: Fields, field: int) -> tuple[int, ...]:
    return tuple(int(place) for place in fields.array(field))


def _tensor(fields: Fields, buffers: list[Array]) -> Tensor:
    shape = tuple(int(side) for side in fields.array(0))
    held = buffers[fields.number(2)]
    if not held.size:
        return Tensor(shape, None)
    values = np.frombuffer(held.tobytes(), TYPES[fields.byte(1)])
    sparsity = fields.child(6)
    return Tensor(shape, _dense(values, sparsity, shape) if sparsity else values.reshape(shape))


def _dense(values: Array, sparsity: Fields, shape: tuple[int, ...]) -> Array:
    """Values where they belong, zeros elsewhere; only whole dimensions, not blocks, are stored."""
    if sparsity.array(1).size:
        raise ValueError("blocks of sparse weights are not read here")
    order = [int(place) for place in sparsity.array(0)]
    levels = list(sparsity.children(2))
    nodes, places = np.zeros(1, np.int64), np.zeros((1, len(order)), np.int64)
    for dimension, level in zip(order, levels, strict=True):
        nodes, parents, indices = _expanded(nodes, level)
        places = places[parents]
        places[:, dimension] = indices
    made = np.zeros(shape, values.dtype)
    made[tuple(places.T)] = values[nodes]
    return made


def _expanded(nodes: Array, level: Fields) -> tuple[Array, Array, Array]:
    """The nodes one dimension further in: their numbers, whose child each is, and its index."""
    if level.byte(0) != SPARSE:
        size = level.number(1)
        parents = np.repeat(np.arange(len(nodes)), size)
        indices = np.tile(np.arange(size), len(nodes))
        return nodes[parents] * size + indices, parents, indices
    segments, indices = _indices(level, 2), _indices(level, 4)
    counts = (segments[1:] - segments[:-1])[nodes]
    parents = np.repeat(np.arange(len(nodes)), counts)
    found = np.concatenate([np.arange(segments[node], segments[node + 1]) for node in nodes])
    return found, parents, indices[found]


def _indices(level: Fields, field: int) -> Array:
    """A union of three widths of numbers: its kind in one field, its table in the next."""
    held = level.child(field + 1)
    if held is None:
        raise ValueError("a sparse dimension without its indices")
    return held.array(0, INDICES[level.byte(field)]).astype(np.int64)
