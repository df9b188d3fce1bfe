"""How well pictures are seen: ``python -m benchmarks.seeing [SECTION…]``, a minute for all.

Writes ``benchmarks/seeing.json``, a key a section, and prints the tables that ``docs/seeing.md``
shows; named sections are measured anew and the rest is kept. Pictures come from the folder
``../shared/corpus`` beside the checkout and from the packages that ``make setup`` fetches.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks import sections, seeing_embedded, seeing_labels, seeing_tables

SECTIONS: dict[str, sections.Section] = {
    "labels": seeing_labels.labels,
    "faces": seeing_labels.faces,
    "sizes": seeing_labels.sizes,
    "speed": seeing_labels.speed,
    "embedded": seeing_embedded.embedded,
}
"""Name in the result to what measures it."""

if __name__ == "__main__":
    result = Path(__file__).with_suffix(".json")
    sections.run(result, SECTIONS, seeing_tables.tables, samples=False)
