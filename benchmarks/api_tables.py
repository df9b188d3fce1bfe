"""What docs/how-to/api.md takes from ``benchmarks/api.json``."""

from __future__ import annotations

from typing import Any

Found = Any


def tables(found: Found) -> dict[str, str]:
    """Markdown by the name of its place in the page."""
    machine = found["machine"]
    where = f"{found['documents']:,} documents, {machine['cores']} cores, load {machine['load']}"
    rows = [f"| milliseconds on a laptop: {where} | p50 | p95 |", "|---|---|---|"]
    for route, taken in found["routes"].items():
        rows.append(f"| `{route}` | {taken['p50_ms']:.0f} | {taken['p95_ms']:.0f} |")
    return {"api": "\n".join(rows) + "\n"}
