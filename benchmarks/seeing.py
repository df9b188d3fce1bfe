"""How well pictures are seen: ``python -m benchmarks.seeing [SECTION…]``, a minute for all.

Writes ``benchmarks/seeing.json``, a key a section, and prints the tables that ``docs/seeing.md``
shows; named sections are measured anew and the rest is kept. Pictures come from the folder
``../shared/corpus`` beside the checkout and from the packages that ``make setup`` fetches.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recita_local import engines

from benchmarks import seeing_embedded, seeing_labels, seeing_tables
from benchmarks.reading import CORPUS, machine

RESULT = Path(__file__).with_suffix(".json")

Section = Callable[[Path], dict[str, Any]]
SECTIONS: dict[str, Section] = {
    "labels": seeing_labels.labels,
    "faces": seeing_labels.faces,
    "sizes": seeing_labels.sizes,
    "speed": seeing_labels.speed,
    "embedded": seeing_embedded.embedded,
}
"""Name in the result to what measures it; each is given the folder of sample files."""


def main() -> None:
    """Measure the sections asked for, or all; write the result and print it."""
    asked = sys.argv[1:] or list(SECTIONS)
    if unknown := set(asked) - set(SECTIONS):
        there = ", ".join(SECTIONS)
        raise SystemExit(f"no such section: {', '.join(sorted(unknown))}; there are: {there}")
    found = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    try:
        for name in asked:
            found |= {name: SECTIONS[name](CORPUS), "machine": machine()}
            text = json.dumps(found, indent=2, ensure_ascii=False)
            RESULT.write_text(text + "\n", encoding="utf-8")
    finally:
        engines.close_all()
    for title, table in seeing_tables.tables(found).items():
        print(f"\n{title}\n{table}", end="")


if __name__ == "__main__":
    main()
