"""What docs/reliability.md takes from ``benchmarks/endurance.json``."""

from __future__ import annotations

from typing import Any

Found = Any
ROWS = (
    ("uploads admitted", "admitted"),
    ("COMPLETED", "completed"),
    ("PARTIAL", "partial"),
    ("REJECTED", "rejected"),
    ("FAILED, with a reason", "failed"),
    ("lost: no manifest", "lost"),
    ("doubled: two results or two events of one run", "doubled"),
    ("stuck after the sweep", "stuck"),
    ("said to be whole, and not", "dishonest"),
    ("on its way when the time was over", "unfinished"),
    ("paid calls", "paid_calls"),
    ("the least there could have been", "minimum_calls"),
    ("paid again after a lost reply or a kill", "after_lost_replies"),
    ("paid again for no reason", "unexplained"),
)
"""What a row says, and its name in a verdict."""
PARTS = (
    ("whole", "10,000 at once, faults on"),
    ("faults", "as many as fit, faults on"),
    ("real", "real engines"),
)
"""The parts of a run and their titles; in the first two, engines answer at once."""


def tables(found: Found) -> dict[str, str]:
    """Markdown by the name of its place in the page."""
    return {
        "endurance": outcome(found),
        "levels": levels(found),
        "faults": faults(found),
        "memory": memory(found),
    }


def outcome(found: Found) -> str:
    """Each part of the run that there is, a column."""
    parts = {title: found[name] for name, title in PARTS if name in found}
    rows = [(name, [part["verdict"].get(key, 0) for part in parts.values()]) for name, key in ROWS]
    rows += [
        (f"seconds from upload to result, {share}", [p["latency"][share] for p in parts.values()])
        for share in ("p50", "p95", "p99")
    ]
    machines = [part["machine"] for part in parts.values()]
    rows.append(("cores", [one["cores"] for one in machines]))
    rows.append(("load while measured", [one["load"] for one in machines]))
    head = f"| | {' | '.join(parts)} |\n|---{'|---' * len(parts)}|\n"
    return head + "".join(f"| {name} | {' | '.join(map(str, told))} |\n" for name, told in rows)


def longest(found: Found) -> Found:
    """The part that worked longest under faults."""
    return found.get("whole") or found["faults"]


def levels(found: Found) -> str:
    """Documents a second by functions at once; nothing where the run left them out."""
    if not found.get("levels"):
        return ""
    head = "| functions at once | " + " | ".join(found["levels"]) + " |\n"
    rule = "|---" * (len(found["levels"]) + 1) + "|\n"
    values = " | ".join(str(value) for value in found["levels"].values())
    return f"{head}{rule}| documents a second | {values} |\n"


def faults(found: Found) -> str:
    """How often each fault was injected."""
    met = longest(found)["verdict"]["faults"]
    rows = "".join(f"| {kind} | {count} |\n" for kind, count in met.items())
    return f"| fault | times |\n|---|---|\n{rows}"


def memory(found: Found) -> str:
    """Megabytes early and late in the run under faults."""
    grown = longest(found)["memory"]
    rows = "".join(
        f"| {name} | {grown.get(f'{key}_early', '')} | {grown.get(f'{key}_late', '')} |\n"
        for name, key in (
            ("the laptop's server", "server_mb"),
            ("largest function", "function_mb"),
            ("largest engine", "engine_mb"),
        )
    )
    return f"| megabytes | second quarter | last quarter |\n|---|---|---|\n{rows}"
