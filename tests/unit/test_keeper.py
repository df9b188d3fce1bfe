"""What ministack holds in memory is saved whole, or not said to be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from ministack import app
from recita_local.aws import keeper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.disable_socket


def changing(times: int) -> Callable[[], dict[str, int]]:
    """A service's state that changes under whoever copies it, so many times."""
    left = [None] * times

    def get() -> dict[str, int]:
        if left:
            left.pop()
            raise RuntimeError("dictionary changed size during iteration")
        return {"executions": 1}

    return get


@pytest.mark.parametrize(
    ("times", "disk_is_full", "whole"),
    [(0, False, True), (3, False, True), (1000, False, False), (0, True, False)],
)
def test_only_a_whole_save_is_stamped(
    times: int,
    disk_is_full: bool,  # noqa: FBT001 - a column of the table
    whole: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    saved: dict[str, Any] = {}
    services = {"stepfunctions": changing(times), "sqs": changing(0), "absent": lambda: None}

    def save_all(found: dict[str, Callable[[], Any]]) -> None:
        for name, get in found.items():
            saved[name] = get()
            if saved[name] is not None and not disk_is_full:
                (tmp_path / f"{name}.json").touch()

    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    monkeypatch.setattr(app, "_build_persistence_save_dict", lambda: services)
    monkeypatch.setattr(keeper, "save_all", save_all)
    stamp = tmp_path / keeper.STAMP
    stamp.touch()
    os.utime(stamp, (1, 1))
    keeper._save()
    assert saved["sqs"] == {"executions": 1}
    assert (saved["stepfunctions"] is not None) is (times < keeper.TRIES)
    assert (stamp.stat().st_mtime > 1) is whole
