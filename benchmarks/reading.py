"""How well documents are read: ``python -m benchmarks.reading [SECTION…]``, minutes for all.

Writes ``benchmarks/reading.json``, a key a section, and prints the tables that ``docs/reading.md``
shows; named sections are measured anew and the rest is kept. Real sample files come from the
folder ``../shared/corpus`` beside the checkout; where there is none, only pages drawn on the spot
are read.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recita_local import engines

from benchmarks import reading_layers, reading_outcomes, reading_tables, reading_textract

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
RESULT = Path(__file__).with_suffix(".json")

Section = Callable[[Path], dict[str, Any]]
ON_CORPUS: dict[str, Section] = {
    "characters": reading_textract.characters,
    "real_answers": reading_textract.real_answers,
    "rotations": reading_textract.rotations,
    "speed": reading_textract.speed,
    "born_digital": reading_layers.born_digital,
    "long_document": reading_layers.long_document,
    "outcomes": reading_outcomes.outcomes,
}
"""Sections that read real sample files: name in the result to what measures it."""


def main() -> None:
    """Measure the sections asked for, or all; write the result and print it."""
    asked = sys.argv[1:] or list(ON_CORPUS)
    if unknown := set(asked) - set(ON_CORPUS):
        raise SystemExit(f"no such section: {', '.join(sorted(unknown))}; there are: "
                         f"{', '.join(ON_CORPUS)}")  # fmt: skip
    found = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    try:
        for name in asked:
            measure(name, found)
    finally:
        engines.close_all()
    for title, table in reading_tables.tables(found).items():
        print(f"\n{title}\n{table}", end="")


def measure(name: str, found: dict[str, Any]) -> None:
    """One section, written down as soon as it is done."""
    if not CORPUS.is_dir():
        print(f"{name}: needs the sample files in {CORPUS}; not measured")
        return
    found[name] = ON_CORPUS[name](CORPUS)
    found["machine"] = machine()
    RESULT.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """Where this was measured."""
    load = round(os.getloadavg()[0], 1)  # above the number of cores, no time here means much
    return {"load": load, "cores": os.cpu_count(), "python": platform.python_version()}


if __name__ == "__main__":
    main()
