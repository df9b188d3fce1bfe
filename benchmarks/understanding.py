"""How well the laptop understands and guards: ``python -m benchmarks.understanding [SECTION…]``.

Writes ``benchmarks/understanding.json``, a key a section, and prints the tables that
``docs/guardrails.md`` and ``docs/understanding.md`` show; named sections are measured anew and the
rest is kept. All is generated, but for the sample files that types and facts are also tried on;
nothing here asks AWS.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import (
    sections,
    understanding_attacks,
    understanding_engine_tables,
    understanding_facts,
    understanding_grounding,
    understanding_pages,
    understanding_pii,
    understanding_rouge,
    understanding_speed,
    understanding_tables,
    understanding_types,
)

SECTIONS: dict[str, sections.Section] = {
    "pii": understanding_pii.pii,
    "grounding": understanding_grounding.grounding,
    "attacks": understanding_attacks.attacks,
    "guard_speed": understanding_speed.guard_speed,
    "types": understanding_types.types,
    "facts": understanding_facts.facts,
    "rouge": understanding_rouge.rouge,
    "speed": understanding_pages.speed,
}
"""Name in the result to what measures it."""


def tables(found: dict[str, Any]) -> dict[str, str]:
    """The tables of both pages, by name."""
    return understanding_tables.tables(found) | understanding_engine_tables.tables(found)


if __name__ == "__main__":
    result = Path(__file__).with_suffix(".json")
    sections.run(result, SECTIONS, tables, samples=False)
