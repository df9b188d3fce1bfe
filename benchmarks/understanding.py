"""How well the laptop understands and guards: ``python -m benchmarks.understanding [SECTION…]``.

Writes ``benchmarks/understanding.json``, a key a section, and prints the tables that
``docs/guardrails.md`` shows; named sections are measured anew and the rest is kept. Everything is
generated; nothing here asks AWS.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks import (
    sections,
    understanding_attacks,
    understanding_grounding,
    understanding_pii,
    understanding_speed,
    understanding_tables,
)

SECTIONS: dict[str, sections.Section] = {
    "pii": understanding_pii.pii,
    "grounding": understanding_grounding.grounding,
    "attacks": understanding_attacks.attacks,
    "guard_speed": understanding_speed.guard_speed,
}
"""Name in the result to what measures it."""

if __name__ == "__main__":
    result = Path(__file__).with_suffix(".json")
    sections.run(result, SECTIONS, understanding_tables.tables, samples=False)
