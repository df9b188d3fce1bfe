"""What becomes of the sample files on a laptop stack, and how long each takes."""

from __future__ import annotations

import socket
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from recita.models.manifest import Manifest
from recita_local import stack

from benchmarks.outcomes import Sample, outcome, problems, samples
from tests.laptop import DocumentLaptop

PATIENCE = 300.0
SLOWEST = 5

Found = dict[str, Any]


def outcomes(corpus: Path) -> Found:
    """Each file alone, one after the other: its outcome, what is wrong with it, its seconds."""
    with tempfile.TemporaryDirectory(prefix="recita-bench-") as folder:
        home = Path(folder)
        laptop = DocumentLaptop(stack.start(home, port=_free_port()))
        try:
            found = {sample.file: _run(laptop, corpus, sample) for sample in samples(corpus)}
        finally:
            stack.stop(home)
    seconds = sorted(((one["seconds"], name) for name, one in found.items()), reverse=True)
    return {
        "files": len(found),
        "outcomes": dict(Counter(one["outcome"] for one in found.values()).most_common()),
        "wrong": {name: one["problems"] for name, one in found.items() if one["problems"]},
        "slowest": {name: spent for spent, name in seconds[:SLOWEST]},
    }


def _run(laptop: DocumentLaptop, corpus: Path, sample: Sample) -> Found:
    print(f"outcomes: {sample.file}", file=sys.stderr, flush=True)
    body = (corpus / sample.file).read_bytes()
    document = laptop.upload(body, sample.upload_key, languages="none", speak="none")
    manifest = laptop.manifest(document, PATIENCE)
    wrong = problems(sample, manifest, lambda key: laptop.read(document, key))
    return {"outcome": outcome(manifest), "problems": wrong, "seconds": _seconds(manifest)}


def _seconds(manifest: Manifest) -> float:
    """From the begin of the first step to the end of the last."""
    starts = [step.started_at for step in manifest.steps if step.started_at]
    ends = [step.ended_at for step in manifest.steps if step.ended_at]
    return round((max(ends) - min(starts)).total_seconds(), 1) if ends else 0.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
