"""How well documents are read: ``python -m benchmarks.reading [SECTION…]``, minutes for all.

Writes ``benchmarks/reading.json``, a key a section, and prints the tables that ``docs/reading.md``
shows; named sections are measured anew and the rest is kept. Real sample files come from the
folder ``../shared/corpus`` beside the checkout; where there is none, nothing is measured.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks import reading_layers, reading_outcomes, reading_tables, reading_textract, sections

SECTIONS: dict[str, sections.Section] = {
    "characters": reading_textract.characters,
    "real_answers": reading_textract.real_answers,
    "rotations": reading_textract.rotations,
    "speed": reading_textract.speed,
    "born_digital": reading_layers.born_digital,
    "long_document": reading_layers.long_document,
    "outcomes": reading_outcomes.outcomes,
}
"""Name in the result to what measures it."""

if __name__ == "__main__":
    sections.run(Path(__file__).with_suffix(".json"), SECTIONS, reading_tables.tables)
