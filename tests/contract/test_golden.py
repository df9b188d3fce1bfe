"""Results of every version of the contract keep reading, by the client and by the pipeline.

``RECITA_UPDATE=1 pytest tests/contract/test_golden.py`` writes what a new version begins with.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import recita_client
from recita.models.manifest import SCHEMA_VERSION, Manifest
from recita_client import contents, decoding
from recita_client.record import Record

from tests.contract import golden
from tests.contract.test_contracts import UPDATE

if UPDATE:
    golden.write()
VERSIONS = tuple(sorted(folder.name for folder in golden.GOLDEN.glob("*.*")))
MANIFESTS = [path for v in VERSIONS for path in sorted((golden.GOLDEN / v).glob("manifest.*.json"))]


def plain(value: Any) -> Any:
    """A record as JSON has it."""
    if isinstance(value, Record):
        return {name: plain(getattr(value, name)) for name in value.field_names}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def unread(kept: Any, read: Any, where: str) -> list[str]:
    """What a file says and a reader does not know of."""
    if isinstance(kept, dict):
        lost = [f"{where}.{name}" for name in kept if name not in read]
        both = [name for name in kept if name in read]
        return lost + [one for n in both for one in unread(kept[n], read[n], f"{where}.{n}")]
    if isinstance(kept, list):
        pairs = zip(kept, read, strict=True)
        return [one for k, r in pairs for one in unread(k, r, f"{where}[]")]
    return [] if kept == read else [where]


def test_a_changed_contract_has_golden_files_of_its_own() -> None:
    kept = golden.GOLDEN / SCHEMA_VERSION / "schemas.json"
    assert kept.exists(), golden.HOW
    assert json.loads(kept.read_text("utf-8")) == golden.schemas(), golden.HOW


@pytest.mark.parametrize("version", VERSIONS)
def test_no_field_was_renamed_or_removed(version: str) -> None:
    before = json.loads((golden.GOLDEN / version / "schemas.json").read_text("utf-8"))
    now = golden.schemas()
    for name, schema in before.items():
        assert golden.lost(schema, now[name]) == [], f"{name} of {version}"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda s: s["properties"].pop("facts"), [".facts"]),
        (lambda s: s["$defs"]["Source"]["properties"].pop("sha256"), [".Source.sha256"]),
        (lambda s: s["properties"]["status"].update(type="integer"), [".status: type"]),
        (lambda s: s["properties"].update(later={"type": "string"}), []),
        (lambda s: s["properties"]["status"]["enum"].append("PAUSED"), []),
    ],
)
def test_lost_fields_are_seen(change: Callable[[Any], Any], found: list[str]) -> None:
    before = golden.schemas()["manifest"]
    after = copy.deepcopy(before)
    change(after)
    assert golden.lost(before, after) == found


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_old_manifests_keep_reading(path: Path) -> None:
    body = path.read_bytes()
    ours = Manifest.model_validate_json(body)
    theirs = recita_client.parse_manifest(body)
    assert plain(theirs) == json.loads(ours.model_dump_json())
    assert unread(json.loads(body), plain(theirs), "manifest") == []


@pytest.mark.parametrize("version", VERSIONS)
def test_old_results_keep_reading(version: str) -> None:
    folder = golden.GOLDEN / version
    document = recita_client.open_document(folder / "result")
    for artifact in document.manifest.artifacts:
        assert len(document.read(artifact.key)) == artifact.bytes
    assert [page.number for page in document.pages()] == [1, 2]
    assert "4711" in document.text()
    assert [s.pages for s in document.summary("es").sentences] == [(1,), (2,)]
    assert [mark.type for mark in document.audio("es").marks()].count("sentence") == 3
    for name, kind in {"page": contents.Page, "picture": contents.Picture,
                       "summary": contents.Summary, "mark": contents.Mark}.items():  # fmt: skip
        data = json.loads((folder / f"{name}.json").read_text("utf-8"))
        read = plain(decoding.decode(kind, data, name))
        assert {key: read[key] for key in data} == data
    detail = json.loads((folder / "event.completed.json").read_text("utf-8"))
    event = recita_client.parse_event({"source": "recita.pipeline", "detail": detail})
    assert plain(event) == detail
