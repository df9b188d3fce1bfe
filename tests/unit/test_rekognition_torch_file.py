"""The checkpoint reader builds tensors and nothing else."""

from __future__ import annotations

import os
import pickle
import struct
import sys
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from recita_local.services.rekognition.torch_file import read_tensors


class FloatStorage:
    """Stands in for torch.FloatStorage."""


def _rebuild_tensor_v2(*_: Any) -> None: ...


class Tensor:
    """Pickles itself as PyTorch does: a view on a storage."""

    def __init__(self, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.view = (offset, shape, strides)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild_tensor_v2, (FloatStorage(), *self.view, False, OrderedDict())


class Checkpoint(pickle.Pickler):
    """Leaves storages out of the pickle; they follow it as raw numbers."""

    def persistent_id(self, obj: Any) -> Any:
        known = isinstance(obj, FloatStorage)
        return ("storage", FloatStorage, "0", "cpu", 6, None) if known else None


@pytest.fixture(autouse=True)
def _torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-ins pickle under the names of the real ones."""
    for name, part in (("torch", FloatStorage), ("torch._utils", _rebuild_tensor_v2)):
        module = ModuleType(name)
        setattr(module, part.__name__, part)
        monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(part, "__module__", name)


def written(path: Path, table: Any) -> Path:
    headers: tuple[Any, ...] = (1, 1001, {})
    with path.open("wb") as file:
        for part in headers:
            pickle.dump(part, file, protocol=2)
        Checkpoint(file, protocol=2).dump(table)
        pickle.dump(["0"], file, protocol=2)
        file.write(struct.pack("<q", 6) + np.arange(6, dtype=np.float32).tobytes())
    return path


def test_strides_are_honoured(tmp_path: Path) -> None:
    table = OrderedDict(
        plain=Tensor(0, (2, 3), (3, 1)),
        turned=Tensor(0, (3, 2), (1, 3)),
        late=Tensor(4, (2,), (1,)),
    )
    tensors = read_tensors(written(tmp_path / "w.pth", table))
    assert tensors["plain"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert tensors["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert tensors["late"].tolist() == [4, 5]


def test_code_in_the_file_is_refused(tmp_path: Path) -> None:
    class Shell:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.system, ("true",)

    path = tmp_path / "w.pth"
    path.write_bytes(pickle.dumps(Shell(), protocol=2))
    with pytest.raises(pickle.UnpicklingError, match="system"):
        read_tensors(path)
