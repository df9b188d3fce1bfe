"""Reads a PyTorch checkpoint without PyTorch, which alone would weigh more than the laptop.

The file is a row of pickles and raw storages. The unpickler builds nothing but the three things
a table of tensors is made of, so the file cannot run code.
"""

from __future__ import annotations

import pickle
import struct
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Tensors = dict[str, NDArray[Any]]

_TYPES = {"FloatStorage": np.dtype(np.float32), "LongStorage": np.dtype(np.int64)}
_HEADERS = 3
"""Magic number, protocol version and system information come before the tensors."""


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class _View:
    """A tensor: a window on a storage, with strides counted in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _view(storage: _Storage, offset: int, shape: Any, strides: Any, *_: Any) -> _View:
    return _View(storage, offset, tuple(shape), tuple(strides))


class _TensorsOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _view
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        raise pickle.UnpicklingError(f"a table of tensors needs no {module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:
        _, dtype, key, *_ = pid
        return _Storage(str(key), dtype)


def _unpickled(file: BinaryIO) -> Any:
    return _TensorsOnly(file).load()


def read_tensors(path: Path) -> Tensors:
    """Name to array of a checkpoint in PyTorch's format before 1.6."""
    with path.open("rb") as file:
        for _ in range(_HEADERS):
            _unpickled(file)
        views: dict[str, _View] = _unpickled(file)
        keys: list[str] = _unpickled(file)
        types = {view.storage.key: view.storage.dtype for view in views.values()}
        storages = {key: _storage(file, types[key]) for key in keys}
    return {name: _array(view, storages[view.storage.key]) for name, view in views.items()}


def _storage(file: BinaryIO, dtype: np.dtype[Any]) -> NDArray[Any]:
    (count,) = struct.unpack("<q", file.read(8))
    return np.frombuffer(file.read(count * dtype.itemsize), dtype)


def _array(view: _View, storage: NDArray[Any]) -> NDArray[Any]:
    """A copy in order; the weights are stored as views with other strides."""
    size = storage.itemsize
    strides = tuple(stride * size for stride in view.strides)
    window = np.lib.stride_tricks.as_strided(storage[view.offset :], view.shape, strides)
    return window.copy()
