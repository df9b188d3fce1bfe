"""Many uploads while every wire breaks: ``python -m benchmarks.endurance``.

Works on laptop stacks of its own, on the loopback only, and stops by itself: after 20 minutes, or
two with ``--short``. As many small uploads as fit go through engines that answer at once, under
faults; then some go through the real engines. Writes its parts of ``benchmarks/endurance.json``,
and ``docs/endurance.svg``, unless it is short. ``--json`` ends with one line on stdout.

``--whole FOLDER`` puts all 10,000 at once and ends with the last of them: hours on two cores. It
keeps the laptop and all it has seen in the folder; ended in between, however rudely, it goes on
when it is run again.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from recita_local import samples, stack

from benchmarks import endurance_chart, endurance_tables
from benchmarks.endurance_watch import Watch, percentiles
from benchmarks.fault_bill import KILLS
from benchmarks.fault_journal import Journal
from benchmarks.fault_lab import NOTICES, WIRES, FaultLab, environment, letter, printed

ROOT = Path(__file__).resolve().parent.parent
RESULT = Path(__file__).with_suffix(".json")
CHART = ROOT / "docs" / "endurance.svg"
RATE = 0.1
LEVELS = (1, 2, 4, 8)
PARAMETERS = {"OcrNotificationSeconds": "10", "OcrPollSeconds": "1", "TargetLanguages": "es"}
RULES = [
    {"service": "notices", "kinds": NOTICES, "rate": RATE},
    {"service": "events", "kinds": ("partial", *WIRES), "rate": RATE},
    {"kinds": (*WIRES * 36, "skew", *KILLS), "rate": RATE},
]
"""Every kind of fault, on every wire at once. A process dies in one of 1,300 requests: starting it
anew costs as much processor time as two documents. The seeds of ``tests/faults`` kill more."""


@dataclass(frozen=True)
class Size:
    """How much is done, and for how long at most; ``backlog`` documents at most have no ending."""

    uploads: int
    upload_seconds: float
    settle_seconds: float
    backlog: int
    real: int
    real_seconds: float
    level_uploads: int


SIZES = {
    "long": Size(10_000, 360, 300, 200, 300, 60, 40),
    "short": Size(30, 20, 60, 15, 4, 10, 0),
}
WHOLE = Size(10_000, 4 * 3600, 4 * 3600, 10_000, 0, 0, 0)
FUNCTIONS = 8
"""At once: under faults most of them wait for the next try."""
AT_ONCE = 200
"""Uploads between two looks."""
MOST_SAMPLES = 400
"""Of a chart."""
SWEEP_SECONDS = 30
"""The template's schedule is five minutes, which is what a lost event costs on AWS."""


def main() -> int:
    """Run, write down, and print; 1 when anything was lost, doubled or left behind."""
    kind = next((name for name in SIZES if f"--{name}" in sys.argv), "long")
    if "--whole" in sys.argv:
        home = Path(sys.argv[sys.argv.index("--whole") + 1]).resolve()
        found = {"whole": whole(home)}
    else:
        with tempfile.TemporaryDirectory(prefix="recita-endurance-") as folder:
            found = measured(Path(folder), SIZES[kind])
    if kind != "short":
        write(found)
    told = line(found)
    print(json.dumps(told) if "--json" in sys.argv else json.dumps(told, indent=1))
    bad = ("lost", "doubled", "stuck", "dishonest", "unexplained", "unfinished")
    return int(any(told[name] for name in bad))


def write(parts: dict[str, Any]) -> None:
    """Put these parts in the place of the same of an earlier run; the longest has the chart."""
    kept = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    kept |= parts
    RESULT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    watched = endurance_tables.longest(kept)["watch"]
    CHART.write_text(endurance_chart.drawn(watched), encoding="utf-8")


def measured(folder: Path, size: Size) -> dict[str, Any]:
    """All parts: faults, real engines, throughput by concurrency."""
    return {
        "faults": under_faults(folder / "faults", size),
        **({"real": real(folder / "real", size)} if size.real else {}),
        "levels": {
            str(level): throughput(folder / f"level-{level}", level, size.level_uploads)
            for level in LEVELS
            if size.level_uploads
        },
    }


def line(found: dict[str, Any]) -> dict[str, Any]:
    """What the last line says: counts of both parts, latencies of the one under faults."""
    first = found.get("whole") or found["faults"]
    parts = [first["verdict"], *([found["real"]["verdict"]] if "real" in found else [])]
    counted = {
        name: sum(part[name] for part in parts)
        for name, value in parts[0].items()
        if isinstance(value, int)
    }
    return {
        **counted,
        "faults": sum(parts[0]["faults"].values()),
        "latency": first["latency"],
        "uploads_a_second": first["uploads_a_second"],
        "seconds": first["seconds"],
    }


def under_faults(home: Path, size: Size) -> dict[str, Any]:
    """Uploads as fast as they are worked off, with every fault on."""
    with laptop(home, lambdas=FUNCTIONS) as lab:
        warm(lab)
        return worked_off(lab, size)


def whole(home: Path) -> dict[str, Any]:
    """All uploads at once, in a folder that stays, until the last has ended."""
    home.mkdir(parents=True, exist_ok=True)
    log, file = home / "calls.jsonl", home / "journal.jsonl"
    log.touch()
    with environment(log):
        os.environ["RECITA_LOCAL_LAMBDAS"] = str(FUNCTIONS)
        lab = FaultLab(stack.start(home, port=_free_port(), parameters=PARAMETERS), log)
        if not file.exists():
            warm(lab)
        lab = FaultLab(lab.stack, log, Journal(file))
        try:
            return worked_off(lab, WHOLE)
        finally:
            stack.stop(home)


def worked_off(lab: FaultLab, size: Size) -> dict[str, Any]:
    """Upload under faults; return what came out and how it went."""
    lab.plan(seed="endurance", rules=RULES, seconds=0.3)
    watch = Watch(lab)
    at_rest = work_off(lab, watch, size)
    seconds = max(lab.done_at.values(), default=0) - min(lab.uploaded_at.values())
    return {
        "verdict": printed(judged(lab, at_rest=at_rest)),
        "latency": percentiles(lab),
        "uploads_a_second": round(len(lab.done_at) / seconds, 2),
        "seconds": round(seconds),
        "deaths": len(lab.journal.deaths),
        "machine": machine(),
        "watch": watch.samples[:: 1 + len(watch.samples) // MOST_SAMPLES],
        "memory": watch.growth(),
    }


def work_off(lab: FaultLab, watch: Watch, size: Size) -> bool:
    """Upload until the number or the time is reached; return whether everything ended in time."""
    begun = swept = time.monotonic()
    deadline = begun + size.upload_seconds + size.settle_seconds
    sweeping: Thread | None = None
    while time.monotonic() < deadline:
        waiting, left = watch.look(), size.uploads - len(lab.uploads)
        uploading = left and time.monotonic() - begun < size.upload_seconds
        if not uploading and not waiting and not lab.held():
            return True
        for _ in range(min(size.backlog - waiting, left, AT_ONCE) if uploading else 0):
            number = len(lab.uploads)
            lab.upload(f"endurance/{number}.txt", letter(number), languages="none")
        if time.monotonic() - swept > SWEEP_SECONDS:
            sweeping = sweeping if sweeping and sweeping.is_alive() else _started(lab.sweep)
            swept = time.monotonic()
        time.sleep(watch.PAUSE)
    return False


def _started(work: Callable[[], Any]) -> Thread:
    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread


def throughput(home: Path, level: int, uploads: int) -> float:
    """Documents a second with so many functions at once; no faults."""
    with laptop(home, lambdas=level) as lab:
        warm(lab)
        begun = time.monotonic()
        for number in range(uploads):
            lab.upload(f"level/{number}.txt", letter(f"{level}-{number}"), languages="none")
        lab.settle(60, sweep_every=60)
        return round(len(lab.done_at) / (time.monotonic() - begun), 2)


def real(home: Path, size: Size) -> dict[str, Any]:
    """Real files through real engines, no faults but the clock's: as many as the time allows."""
    home.mkdir(parents=True)
    files = [sample.path for sample in samples.make(home / "samples")]
    with laptop(home, stub=False) as lab:
        lab.plan(rules=[{"kinds": ["slow"], "rate": 0}])
        begun, watch = time.monotonic(), Watch(lab)
        while len(lab.uploads) < size.real and time.monotonic() - begun < size.real_seconds:
            if watch.look() < len(files):
                number = len(lab.uploads)
                file = files[number % len(files)]
                wish = "es" if number < len(files) else "none"
                lab.upload(f"real/{number}{file.suffix}", file.read_bytes(), languages=wish)
            else:
                time.sleep(watch.PAUSE)
        at_rest = lab.settle(180, sweep_every=60)
        return {
            "verdict": printed(judged(lab, at_rest=at_rest)),
            "latency": percentiles(lab),
            "machine": machine(),
        }


def warm(lab: FaultLab) -> None:
    """One document, so that every process has started."""
    lab.upload("warm.txt", letter("warm"), languages="none")
    lab.settle(60, sweep_every=60)
    lab.journal.clear()
    lab.log.write_text("", encoding="utf-8")


def judged(lab: FaultLab, *, at_rest: bool) -> Any:
    """The verdict; what it blames goes to stderr."""
    verdict = lab.judged(at_rest=at_rest)
    for culprit in verdict.culprits:
        print(culprit, file=sys.stderr)
    return verdict


@contextmanager
def laptop(home: Path, *, stub: bool = True, lambdas: int | None = None) -> Iterator[FaultLab]:
    """A stack of its own, gone afterwards."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / "calls.jsonl"
    log.touch()
    with environment(log, stub=stub):
        if lambdas:
            os.environ["RECITA_LOCAL_LAMBDAS"] = str(lambdas)
        running = stack.start(home, port=_free_port(), parameters=PARAMETERS)
    try:
        yield FaultLab(running, log)
    finally:
        stack.reset(home)


def machine() -> dict[str, Any]:
    """Where this was measured; above the number of cores, load makes all times mean little."""
    return {
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[1], 1),
        "python": platform.python_version(),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    raise SystemExit(main())
