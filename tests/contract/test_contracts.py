"""The contract that consumers read has not drifted from the models.

``RECITA_UPDATE=1 pytest tests/contract/test_contracts.py`` writes contracts/v1 and docs/errors.md.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from recita.models.event import DocumentEvent
from recita.models.manifest import Manifest
from recita.models.reasons import HINTS

from tests.contract import generated, openapi

ROOT = Path(__file__).resolve().parents[2]
UPDATE = bool(os.environ.get("RECITA_UPDATE"))
STATUSES = ("completed", "partial", "blocked", "rejected", "failed")


@cache
def expected() -> dict[str, str]:
    """Every generated file by its path in the repository."""
    schemas = {f"contracts/v1/{n}.schema.json": generated.schema(n) for n in generated.MODELS}
    samples = {f"contracts/v1/examples/{n}": body for n, body in generated.examples().items()}
    others = {
        "contracts/v1/openapi.json": openapi.text(),
        "docs/errors.md": generated.errors_page(),
    }
    return schemas | samples | others


FILES = (
    *(f"contracts/v1/{name}.schema.json" for name in generated.MODELS),
    *(f"contracts/v1/examples/manifest.{status}.json" for status in STATUSES),
    "contracts/v1/examples/event.completed.json",
    "contracts/v1/examples/mark.json",
    "contracts/v1/examples/page.json",
    "contracts/v1/examples/picture.json",
    "contracts/v1/examples/summary.json",
    "contracts/v1/openapi.json",
    "docs/errors.md",
)


@pytest.mark.law(8)
@pytest.mark.parametrize("path", FILES)
def test_generated_files_are_up_to_date(path: str) -> None:
    if UPDATE:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(expected()[path], "utf-8")
    assert (ROOT / path).read_text("utf-8") == expected()[path], "run it with RECITA_UPDATE=1"


def test_nothing_else_lies_in_the_contract() -> None:
    found = {str(p.relative_to(ROOT)) for p in (ROOT / "contracts").rglob("*") if p.is_file()}
    assert found == {path for path in FILES if path.startswith("contracts/")}
    assert set(expected()) == set(FILES)


@pytest.mark.parametrize("name", generated.MODELS)
def test_schemas_are_valid_and_documented(name: str) -> None:
    schema = json.loads(generated.schema(name))
    Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert schema["description"]
    assert "$id" not in schema


@pytest.mark.parametrize("path", [path for path in FILES if "/examples/" in path])
def test_examples_keep_to_their_schema(path: str) -> None:
    name = Path(path).name.split(".")[0]
    schema = json.loads(generated.schema(name))
    validator = Draft202012Validator(schema)
    example = json.loads((ROOT / path).read_text("utf-8"))
    assert list(validator.iter_errors(example)) == []
    del example[schema["required"][0]]
    assert list(validator.iter_errors(example)) != []


@pytest.mark.parametrize("status", STATUSES)
def test_there_is_an_example_of_every_status(status: str) -> None:
    manifest = example(status)
    assert manifest["status"] == status.upper()
    assert (manifest["reason"] is None) is (status == "completed")


def test_a_reader_of_1_0_reads_1_7() -> None:
    later = example("completed")
    later["schema_version"] = "1.7"
    later["a_field_of_1_7"] = {"x": 1}
    later["pages"][0]["another"] = True
    read = Manifest.model_validate_json(json.dumps(later))
    assert read.schema_version == "1.7"
    assert read == Manifest.model_validate(example("completed") | {"schema_version": "1.7"})


def test_references_in_a_manifest_are_relative_to_its_folder() -> None:
    manifest = Manifest.model_validate(example("completed"))
    named = {artifact.key for artifact in manifest.artifacts}
    referred = {page.artifact for page in manifest.pages}
    referred |= {t.artifact for t in manifest.translations}
    for a in manifest.audio:
        referred |= {a.artifact, a.captions, a.marks, a.read_along}
    assert manifest.summary is not None
    assert referred | {manifest.summary.artifact} <= named
    assert not [key for key in named if key.startswith(("/", "documents/")) or ".." in key]


@pytest.mark.parametrize("status", ["Completed", "Partial", "Blocked", "Rejected", "Failed"])
def test_events_are_named_by_status(status: str) -> None:
    event = json.loads((ROOT / "contracts/v1/examples/event.completed.json").read_text("utf-8"))
    event["data"]["status"] = status.upper()
    assert DocumentEvent.model_validate(event).detail_type == f"Recita Document {status}"


def test_every_code_has_a_hint_that_is_a_sentence() -> None:
    for code, hint in HINTS.items():
        assert code == code.lower()
        assert hint.endswith(".")
        assert "|" not in hint


def example(status: str) -> dict[str, Any]:
    path = ROOT / f"contracts/v1/examples/manifest.{status}.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
