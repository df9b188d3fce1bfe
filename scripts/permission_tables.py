"""The tables of docs/permissions.md, from docs/permissions.json."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).resolve().parent.parent / "docs" / "permissions.json"

_SHORTER = (
    (re.compile(r"^arn:aws:s3:::recita-(input|results)-0+-[a-z0-9-]*\d"), r"\1 bucket "),
    (re.compile(r"^arn:aws:s3:::archive-of-old"), "`BackfillBucket` "),
    (re.compile(r"^arn:aws:[a-z]+:[a-z0-9-]*:\d*:"), ""),
    (re.compile(r"\brecita-"), ""),
)


def tables() -> dict[str, str]:
    """Return one block, a heading and a table for each role."""
    contract: dict[str, list[dict[str, Any]]] = json.loads(CONTRACT.read_text("utf-8"))
    return {"permissions": "\n".join(_table(role, entries) for role, entries in contract.items())}


def _table(role: str, entries: list[dict[str, Any]]) -> str:
    lines = [f"### {role.removesuffix('Role')}", "", "| may | on | for |", "|---|---|---|"]
    lines += [f"| `{one['action']}` | {_short(one['resource'])} | {_why(one)} |" for one in entries]
    return "\n".join([*lines, ""])


def _why(entry: dict[str, Any]) -> str:
    calls = [f"`{one}`" if "." in one else one for one in entry.get("calls", ())]
    return str(entry.get("because") or ", ".join(calls))


def _short(resource: str) -> str:
    for pattern, instead in _SHORTER:
        resource = pattern.sub(instead, resource)
    return "all" if resource == "*" else resource.replace("*", "\\*").strip()
