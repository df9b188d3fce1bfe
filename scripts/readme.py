"""Write what docs take from ``benchmarks/`` and the tests; with ``--check``, only compare."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import (
    api_tables,
    cost_tables,
    endurance_tables,
    reading_tables,
    seeing_tables,
    speaking_tables,
    understanding_engine_tables,
    understanding_tables,
)
from scripts import laws, permission_tables

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
READING = ROOT / "docs" / "reading.md"
SEEING = ROOT / "docs" / "seeing.md"
SPEAKING = ROOT / "docs" / "speaking.md"
GUARDRAILS = ROOT / "docs" / "guardrails.md"
UNDERSTANDING = ROOT / "docs" / "understanding.md"
CONSOLE = ROOT / "docs" / "how-to" / "console.md"
API = ROOT / "docs" / "how-to" / "api.md"
COST = ROOT / "docs" / "cost.md"
LAWS = ROOT / "docs" / "laws.md"
PERMISSIONS = ROOT / "docs" / "permissions.md"
RELIABILITY = ROOT / "docs" / "reliability.md"
BENCHMARKS = ROOT / "benchmarks"


def main() -> int:
    """Write or check the documents; 1 when the check finds one stale."""
    stale = 0
    for document, blocks in documents().items():
        text = document.read_text(encoding="utf-8")
        wanted = filled(text, blocks)
        if "--check" not in sys.argv:
            document.write_text(wanted, encoding="utf-8")
        elif text != wanted:
            print(f"{document.relative_to(ROOT)} is not what benchmarks/ says; run: make docs")
            stale = 1
    return stale


def documents() -> dict[Path, dict[str, str]]:
    """Each document's generated blocks, by name."""
    return {
        README: {"demo": demo(), "measured": measured()},
        READING: reading_tables.tables(_found("reading")),
        SEEING: seeing_tables.tables(_found("seeing")),
        SPEAKING: speaking_tables.tables(_found("speaking")),
        RELIABILITY: endurance_tables.tables(_found("endurance")),
        GUARDRAILS: understanding_tables.tables(_found("understanding")),
        CONSOLE: {"console": console()},
        COST: cost_tables.tables(_found("cost")),
        API: api_tables.tables(_found("api")),
        LAWS: {"laws": laws.table()},
        PERMISSIONS: permission_tables.tables(),
        UNDERSTANDING: understanding_engine_tables.tables(_found("understanding")),
    }


def _found(name: str) -> Any:
    return json.loads((BENCHMARKS / f"{name}.json").read_text(encoding="utf-8"))


def filled(text: str, blocks: dict[str, str]) -> str:
    """The document with every generated block as the benchmark files have it."""
    for name, block in blocks.items():
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        text = before + begin + block + end + after
    return text


def demo() -> str:
    """What the last recorded ``make demo`` printed."""
    printed = (BENCHMARKS / "demo.txt").read_text(encoding="utf-8").strip()
    return f"```text\n{printed}\n```\n"


def measured() -> str:
    """The numbers of the last recorded ``benchmarks/overhead.py``."""
    found = _found("overhead")
    demo_run, stack, imports = found["demo"]["together"], found["stack"], found["imports"]
    rows = [
        ("four demo files together, wall time ÷ the engines' busy time", demo_run["wall_to_busy"]),
        ("the same one by one", round(found["demo"]["alone_wall_to_busy"], 2)),
        (
            "laptop stack ready, new / warm",
            f"{stack['first_seconds']} s / {stack['warm_seconds']} s",
        ),
        (
            "one born-digital page, drop to manifest, no speech",
            f"{found['page']['drop_to_manifest_seconds']} s",
        ),
        ("slowest handler import ÷ `import boto3`", imports["slowest_to_boto3"]),
        ("`import recita_client`, processor time", f"{imports['client_seconds']} s"),
    ]
    where = f"{found['machine']['cores']} cores, Python {found['machine']['python']}"
    head = f"| measured on {where} | |\n|---|---|\n"
    return head + "".join(f"| {name} | {value} |\n" for name, value in rows)


def console() -> str:
    """How long the console's pages took in the last recorded ``benchmarks/console.py``."""
    found = _found("console")
    head = f"| with {found['documents']:,} documents on the laptop | p50 | p95 |\n|---|---|---|\n"
    return head + "".join(
        f"| {name} | {found[name]['p50_ms']:.0f} ms | {found[name]['p95_ms']:.0f} ms |\n"
        for name in ("list", "document", "page")
    )


if __name__ == "__main__":
    raise SystemExit(main())
