"""What a stack looks like while it works: queue, places in flight, memory of every process."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any, ClassVar

from benchmarks.fault_lab import FaultLab

PAGE = 4096
MEGABYTE = 1024 * 1024


class Watch:
    """Samples of one stack, in the order they were taken."""

    PAUSE: ClassVar[float] = 2.0

    def __init__(self, lab: FaultLab) -> None:
        self.samples = lab.journal.samples
        self._lab = lab
        before = self.samples[-1]["second"] if self.samples else 0.0
        self._begun = lab.journal.now() - before

    def look(self) -> int:
        """Take a sample; return how many documents have no ending yet."""
        waiting, held = self._lab.untold(), len(self._lab.held())
        sample = {
            "second": round(self._lab.journal.now() - self._begun, 1),
            "waiting": waiting,
            "in_flight": held,
            "done": len(self._lab.done_at),
            **memory(self._lab.stack.pid),
        }
        self._lab.journal.note("sample", sample=sample)
        return waiting

    def growth(self) -> dict[str, float]:
        """Megabytes of the server and of the largest other process: early, late, a document."""
        half = len(self.samples) // 2
        early, late = self.samples[half // 2 : half], self.samples[half + half // 2 :]
        if not early or not late:
            return {}
        found: dict[str, float] = {}
        for name in ("server_mb", "function_mb", "engine_mb"):
            found[f"{name}_early"] = round(median(one[name] for one in early), 1)
            found[f"{name}_late"] = round(median(one[name] for one in late), 1)
        documents = median(one["done"] for one in late) - median(one["done"] for one in early)
        grown = found["server_mb_late"] - found["server_mb_early"]
        found["server_kb_a_document"] = round(1024 * grown / documents, 1) if documents else 0.0
        return found


def memory(server: int) -> dict[str, Any]:
    """Megabytes of the server, of its largest function and engine, and how many there are."""
    functions: list[float] = []
    engines: list[float] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            command = (process / "cmdline").read_bytes()
            size = int((process / "statm").read_text().split()[1]) * PAGE / MEGABYTE
        except (OSError, IndexError):
            continue  # it has just ended
        if parent == server:
            (functions if b"awslambdaric" in command else engines).append(size)
    own = int(Path(f"/proc/{server}/statm").read_text().split()[1]) * PAGE / MEGABYTE
    return {
        "server_mb": round(own, 1),
        "functions": len(functions),
        "function_mb": round(max(functions, default=0), 1),
        "engine_mb": round(max(engines, default=0), 1),
    }


def percentiles(lab: FaultLab) -> dict[str, float]:
    """Seconds from upload to the event of its end."""
    found = sorted(lab.done_at[one] - lab.uploaded_at[one] for one in lab.done_at)
    if not found:
        return {}
    return {
        f"p{share}": round(found[min(len(found) - 1, len(found) * share // 100)], 1)
        for share in (50, 95, 99)
    }
