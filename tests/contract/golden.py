"""Results as they were when a version of the contract began: written once, read for ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from recita.models.manifest import SCHEMA_VERSION

from tests.contract import generated

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
HOW = (
    "the contract has changed: raise SCHEMA_VERSION in functions/recita/models/manifest.py to the"
    " next 1.x, then RECITA_UPDATE=1 pytest tests/contract writes its golden files; those of"
    " versions before stay as they are"
)


def schemas() -> dict[str, Any]:
    """Every schema as it is now, without words about it."""
    return {name: _bare(json.loads(generated.schema(name))) for name in generated.MODELS}


def write() -> None:
    """Write the golden files of a version that has none."""
    folder = GOLDEN / SCHEMA_VERSION
    if folder.exists():
        return
    for name, body in generated.examples().items():
        _put(folder / name, body.encode())
    for name, content in generated.whole_result().items():
        _put(folder / "result" / name, content)
    _put(folder / "schemas.json", (json.dumps(schemas(), indent=1) + "\n").encode())


def lost(before: Any, after: Any, where: str = "") -> list[str]:
    """What a schema promised and a later one does not: fields that are gone or mean another type.

    A name may join an enumeration, and a field may become optional: readers live with both.
    """
    if not isinstance(before, dict) or not isinstance(after, dict):
        return [] if before == after else [where]
    found = []
    for name, schema in {**before.get("properties", {}), **before.get("$defs", {})}.items():
        now = after.get("properties", {}).get(name) or after.get("$defs", {}).get(name)
        found += lost(schema, now, f"{where}.{name}")
    for part in ("type", "$ref", "format"):
        if part in before and before[part] != after.get(part):
            found.append(f"{where}: {part}")
    if "items" in before:
        found += lost(before["items"], after.get("items"), f"{where}[]")
    choices = [one for one in before.get("anyOf", ()) if one not in after.get("anyOf", ())]
    known = [one for one in choices if not _still(one, after.get("anyOf", ()))]
    return found + [f"{where}: {one}" for one in known]


def _still(choice: dict[str, Any], choices: Any) -> bool:
    return any(not lost(choice, one) and set(choice) == set(one) for one in choices)


def _bare(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_bare(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    words = ("title", "description")
    return {name: _bare(v) for name, v in schema.items() if not _said(name, v, words)}


def _said(name: str, value: Any, words: tuple[str, ...]) -> bool:
    return name in words and isinstance(value, str)


def _put(place: Path, body: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(body)
