"""A run that was ended goes on: what it had seen is there, and the pause is not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.fault_journal import Journal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("benchmarks.fault_journal.time.time", lambda: now[0])
    return now


def test_what_was_seen_is_there_again_without_the_pause(tmp_path: Path, clock: list[float]) -> None:
    file = tmp_path / "journal.jsonl"
    first = Journal(file)
    first.note("upload", document="a", key="in/a.txt")
    clock[0] = 1010.0
    first.note("event", document="a", event="e1")
    clock[0] = 5010.0  # nothing ran in between
    again = Journal(file)
    clock[0] = 5015.0
    again.note("done", document="a")
    assert again.uploads == {"a": "in/a.txt"}
    assert again.events == {"a": {"e1"}}
    assert again.done_at["a"] - again.uploaded_at["a"] == 15.0
    assert again.now() == 1015.0
    assert [(one.begun, one.over) for one in again.deaths] == [(1010.0, 5010.0)]


def test_a_line_that_was_not_written_whole_is_left_out(tmp_path: Path, clock: list[float]) -> None:
    file = tmp_path / "journal.jsonl"
    Journal(file).note("upload", document="a", key="in/a.txt")
    with file.open("a") as torn:
        torn.write('{"at": 1001.0, "kind": "upl')
    clock[0] = 1002.0
    Journal(file).note("upload", document="b", key="in/b.txt")
    assert Journal(file).uploads == {"a": "in/a.txt", "b": "in/b.txt"}


def test_a_run_that_begins_has_not_died(tmp_path: Path, clock: list[float]) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.note("upload", document="warm", key="warm.txt")
    journal.clear()
    assert not Journal(tmp_path / "journal.jsonl").deaths
    assert not journal.uploads
    assert journal.now() == clock[0]
