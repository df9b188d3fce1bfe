"""The client's records are the contract's: the same fields, of the same types."""

from __future__ import annotations

import json
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from recita_client import contents, event, manifest
from recita_client.record import Record

from tests.contract import generated

RECORDS = {
    "manifest": manifest.Manifest,
    "event": event.DocumentEvent,
    "page": contents.Page,
    "picture": contents.Picture,
    "summary": contents.Summary,
    "mark": contents.Mark,
}
SCALARS = {"string": str, "integer": int, "number": float, "boolean": bool}


def differences(hint: Any, schema: Any, defs: Any, where: str) -> list[str]:
    """Where a type hint is not what a schema says."""
    if "$ref" in schema:
        schema = defs[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        (one,) = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
        inner = [kind for kind in get_args(hint) if kind is not NoneType]
        optional = get_origin(hint) is UnionType and NoneType in get_args(hint)
        return differences(inner[0], one, defs, where) if optional else [f"{where}: may be null"]
    if schema["type"] == "array":
        if get_origin(hint) is not tuple:
            return [f"{where}: is a list"]
        return differences(get_args(hint)[0], schema["items"], defs, f"{where}[]")
    if schema["type"] == "object":
        return _fields(hint, schema, defs, where)
    if get_origin(hint) is Literal:
        return [] if list(get_args(hint)) == schema["enum"] else [f"{where}: other names"]
    expected = datetime if schema.get("format") == "date-time" else SCALARS[schema["type"]]
    return [] if hint is expected else [f"{where}: is {expected.__name__}"]


def _fields(kind: type[Record], schema: Any, defs: Any, where: str) -> list[str]:
    found = [f"{where}.{name}" for name in set(schema["properties"]) ^ set(kind.field_names)]
    hints = get_type_hints(kind)
    for name in set(schema["properties"]) & set(kind.field_names):
        found += differences(hints[name], schema["properties"][name], defs, f"{where}.{name}")
    return found


@pytest.mark.law(8)
@pytest.mark.parametrize("name", RECORDS)
def test_records_have_the_fields_of_the_contract(name: str) -> None:
    assert set(RECORDS) == set(generated.MODELS)
    schema = json.loads(generated.schema(name))
    assert differences(RECORDS[name], schema, schema.get("$defs"), name) == []


def test_a_field_that_only_one_side_has_is_seen() -> None:
    schema = json.loads(generated.schema("manifest"))
    schema["$defs"]["Fact"]["properties"]["later"] = {"type": "string"}
    schema["properties"]["route"] = {"type": "string"}
    schema["$defs"]["Cost"]["properties"]["estimated"]["type"] = "string"
    assert sorted(differences(manifest.Manifest, schema, schema["$defs"], "manifest")) == [
        "manifest.cost.estimated: is str",
        "manifest.facts[].later",
        "manifest.route: is str",
    ]
