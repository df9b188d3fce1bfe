"""What the pipeline costs beside its engines: ``benchmarks/overhead.py [--quick]``.

Works on a laptop stack of its own and writes ``benchmarks/overhead.json``. Absolute times belong
to one machine on one day; the ratios are what counts. ``--quick`` runs the demo's files together
once instead of three times.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from pypdf import PdfReader, PdfWriter
from recita_cli import inventory, target, uploads
from recita_local import samples, stack

ROOT = Path(__file__).resolve().parent.parent
RESULT = Path(__file__).with_suffix(".json")
RECITA = Path(sys.executable).with_name("recita")
PORT = int(os.environ.get("RECITA_PORT") or 4640)
LANGUAGES = "es,fr"
REPEATS = 3
OTHER_WORDS = 10
"""More than the speech engine remembers."""
LONGEST_SECONDS = 120
IMPORT_REPEATS = 5
FUNCTIONS = ROOT / "functions"


def main() -> None:
    """Measure everything, print it and write it down."""
    with tempfile.TemporaryDirectory(prefix="recita-overhead-") as folder:
        work = Path(folder)
        os.environ.update(RECITA_HOME=str(work / "home"), RECITA_PORT=str(PORT))
        try:
            found = {
                "machine": machine(),
                "imports": imports(),
                "stack": starts(),
                "page": page(),
                "demo": demo(work),
            }
        finally:
            stack.stop()
    RESULT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    report(found)


def machine() -> dict[str, Any]:
    """Where this was measured."""
    load = round(os.getloadavg()[0], 1)  # above the number of cores, no time here means much
    return {
        "load": load,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "on": platform.machine(),
    }


def starts() -> dict[str, float]:
    """Seconds until the stack answers: deployed for the first time, then again as it was."""
    first = timed(stack.start)
    stack.stop()
    return {"first_seconds": first, "warm_seconds": timed(stack.start)}


def demo(work: Path) -> dict[str, Any]:
    """Warm runs of the demo's files, against the time in which the engines were at work.

    Together, files overlap: one waits while another computes. Alone, nothing hides the pipeline.
    """
    files = [sample.path for sample in samples.make(work / "samples")]
    run(files, work)  # loads the models
    repeats = 1 if "--quick" in sys.argv else REPEATS
    together = [compared(files, work) for _ in range(repeats)]
    alone = {file.name: compared([file], work) for file in files}
    return {
        "together": sorted(together, key=lambda one: float(one["wall_seconds"]))[repeats // 2],
        "alone": alone,
        "alone_wall_to_busy": total(alone, "wall_seconds") / total(alone, "busy_seconds"),
    }


def compared(files: list[Path], work: Path) -> dict[str, Any]:
    """One call of ``recita run``: its wall time, and each engine's busy time meanwhile."""
    forget_speech()
    before = busy()
    wall = timed(lambda: run(files, work))
    spent = {name: round(after - before[name], 3) for name, after in busy().items()}
    engines = sum(spent.values())
    return {
        "wall_seconds": wall,
        "busy_seconds": round(engines, 3),
        "wall_to_busy": round(wall / engines, 3) if engines else None,
        "engines": spent,
    }


def forget_speech() -> None:
    """Have other words spoken: the engine remembers its last few, and a run would cost nothing."""
    where = target.existing(None)
    polly = where.client("polly")
    for number in range(OTHER_WORDS):
        polly.synthesize_speech(
            Text=f"{number}.", VoiceId="Lucia", Engine="neural", OutputFormat="mp3"
        )


def total(runs: dict[str, Any], name: str) -> float:
    """The sum of one measure."""
    return sum(float(one[name]) for one in runs.values())


def run(files: list[Path], work: Path) -> None:
    """``recita run`` as the demo calls it; a run that yields no manifest ends the benchmark."""
    options = ["--languages", LANGUAGES, "--out", work / "out", "--json", "--quiet"]
    command = [str(part) for part in [RECITA, "run", *files, *options]]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own
    if answer.returncode not in {0, 3}:
        raise SystemExit(f"recita run ended with {answer.returncode}")


def busy() -> dict[str, float]:
    """Seconds each engine has worked since the stack started."""
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_recita/usage", timeout=10) as answer:
        engines = json.load(answer)["engines"]
    return {name: float(one["busy_seconds"]) for name, one in engines.items()}


def page() -> dict[str, Any]:
    """A warm born-digital page without languages and speech, from drop to manifest."""
    where = target.existing(None)
    wanted = uploads.metadata("none", "none")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(one_page())
        file.flush()
        seconds = [dropped(where, Path(file.name), wanted) for _ in range(REPEATS + 1)]
    return {"drop_to_manifest_seconds": median(seconds[1:])}


def dropped(where: target.Target, file: Path, wanted: dict[str, str]) -> float:
    """Seconds from the upload until the manifest can be read."""
    started = time.perf_counter()
    sent = uploads.upload(where, file, "page.pdf", wanted)
    while inventory.result(where, sent.document_id) is None:
        if time.perf_counter() - started > LONGEST_SECONDS:
            raise SystemExit("the page never came out")
        time.sleep(0.02)
    return round(time.perf_counter() - started, 3)


def one_page() -> bytes:
    """The first page of the sample contract."""
    writer, buffer = PdfWriter(), BytesIO()
    writer.add_page(PdfReader(BytesIO(samples.contract_pdf())).pages[0])
    writer.write(buffer)
    return buffer.getvalue()


def imports() -> dict[str, Any]:
    """Median import time of each handler, as a multiple of ``import boto3``'s, and the client's."""
    boto3 = import_seconds("boto3")
    handlers = {app.parent.name: f"{app.parent.name}.app" for app in FUNCTIONS.glob("*/app.py")}
    times = {name: import_seconds(module) for name, module in sorted(handlers.items())}
    return {
        "boto3_seconds": boto3,
        "handlers_seconds": times,
        "slowest_to_boto3": round(max(times.values()) / boto3, 2),
        "client_seconds": import_seconds("recita_client", ROOT / "client"),
    }


def import_seconds(module: str, folder: Path = FUNCTIONS) -> float:
    """Median CPU seconds to import a module in a new process; a first, cold one does not count."""
    script = (
        f"import time; t = time.process_time(); import {module}; print(time.process_time() - t)"
    )
    command = [sys.executable, "-c", script]
    seconds = [
        float(subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout)  # noqa: S603
        for _ in range(IMPORT_REPEATS + 1)
    ]
    return round(median(seconds[1:]), 3)


def timed(action: Callable[[], object]) -> float:
    """Seconds an action takes."""
    started = time.perf_counter()
    action()
    return round(time.perf_counter() - started, 3)


def report(found: dict[str, Any]) -> None:
    """Print the ratios, and the times they are made of."""
    demo_run, first = found["demo"]["together"], found["stack"]
    print(f"stack ready: {first['first_seconds']:.1f} s new, {first['warm_seconds']:.1f} s warm")
    print(
        f"demo files together: {demo_run['wall_seconds']:.1f} s for "
        f"{demo_run['busy_seconds']:.1f} s of engines: {demo_run['wall_to_busy']:.2f}"
    )
    print(f"demo files one by one: {found['demo']['alone_wall_to_busy']:.2f}")
    for name, one in found["demo"]["alone"].items():
        print(f"  {name}: {one['wall_seconds']:.1f} s, engines {one['busy_seconds']:.1f} s")
    print(f"one page, drop to manifest: {found['page']['drop_to_manifest_seconds']:.2f} s")
    print(f"slowest handler import: {found['imports']['slowest_to_boto3']:.2f} of import boto3")


if __name__ == "__main__":
    main()
