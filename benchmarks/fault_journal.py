"""What a run has seen so far, a line each: with a file of its own it goes on where it was ended."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.fault_bill import Death


class Journal:
    """Uploads, ends, events and samples of one run.

    Times are seconds since the epoch without the pauses between an end and the next beginning. A
    laptop that was ended meanwhile is a death: what it had asked for is paid again.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.uploads: dict[str, str] = {}
        self.uploaded_at: dict[str, float] = {}
        self.done_at: dict[str, float] = {}
        self.events: dict[str, set[str]] = defaultdict(set)
        self.samples: list[dict[str, Any]] = []
        self.deaths: list[Death] = []
        self._file = file
        self._last = self._paused = 0.0
        for line in _lines(file):
            self._take(line)
        if self._last:
            self.note("resumed")

    def now(self) -> float:
        """The time of the run."""
        return time.time() - self._paused

    def note(self, kind: str, **what: Any) -> None:
        """Keep what has just been seen."""
        line = {"at": time.time(), "kind": kind, **what}
        if self._file:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        self._take(line)

    def clear(self) -> None:
        """Forget everything: what comes now is the run."""
        for kept in (self.uploads, self.uploaded_at, self.done_at, self.events, self.samples):
            kept.clear()
        if self._file:
            self._file.write_bytes(b"")

    def _take(self, line: dict[str, Any]) -> None:
        at, kind = line["at"], line["kind"]
        if kind == "resumed":
            self.deaths.append(Death(self._last, at))
            self._paused += at - self._last
        self._last = at
        if kind == "upload":
            self.uploads[line["document"]] = line["key"]
            self.uploaded_at[line["document"]] = at - self._paused
        elif kind == "event":
            self.events[line["document"]].add(line["event"])
        elif kind == "done":
            self.done_at[line["document"]] = at - self._paused
        elif kind == "sample":
            self.samples.append(line["sample"])


def _lines(file: Path | None) -> list[dict[str, Any]]:
    """What was noted whole: the last line may have met the end of its process."""
    if file is None or not file.exists():
        return []
    text = file.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole, encoding="utf-8")
    return [json.loads(line) for line in whole.splitlines()]
