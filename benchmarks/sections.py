"""Benchmarks in sections: each is measured by itself and written down as soon as it is done."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from recita_local import engines

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"

Section = Callable[[Path], dict[str, Any]]
"""Measures something, given the folder of sample files."""
Tables = Callable[[dict[str, Any]], dict[str, str]]


def run(
    result: Path, sections: Mapping[str, Section], tables: Tables, *, samples: bool = True
) -> None:
    """Measure the sections that the command line asks for, or all; write and print the result.

    ``samples``: nothing can be measured without the folder of sample files.
    """
    asked = sys.argv[1:] or list(sections)
    if unknown := set(asked) - set(sections):
        there = ", ".join(sections)
        raise SystemExit(f"no such section: {', '.join(sorted(unknown))}; there are: {there}")
    found = json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
    try:
        for name in asked:
            if samples and not CORPUS.is_dir():
                print(f"{name}: needs the sample files in {CORPUS}; not measured")
                continue
            found |= {name: sections[name](CORPUS), "machine": machine()}
            text = json.dumps(found, indent=2, ensure_ascii=False)
            result.write_text(text + "\n", encoding="utf-8")
    finally:
        engines.close_all()
    for title, table in tables(found).items():
        print(f"\n{title}\n{table}", end="")


def machine() -> dict[str, Any]:
    """Where this was measured."""
    load = round(os.getloadavg()[0], 1)  # above the number of cores, no time here means much
    return {"load": load, "cores": os.cpu_count(), "python": platform.python_version()}
