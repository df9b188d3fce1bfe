"""Admission: one upload, one execution, however often and in whatever order it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from recita.models.document import document_id
from recita.steps import admit_document

from tests.fakes import FakeDocuments, FakeWorkflow

pytestmark = pytest.mark.disable_socket


def event(key: str, version: str | None = "v1") -> dict[str, Any]:
    found = {"key": key, "size": 1} | ({"version-id": version} if version else {})
    return {"detail": {"bucket": {"name": "in"}, "object": found}}


def test_the_same_event_twice_starts_one_execution() -> None:
    documents, workflow = FakeDocuments(), FakeWorkflow()
    first = admit_document.run(event("a.pdf"), documents=documents, workflow=workflow)
    documents.rows[first.document_id]["status"] = "COMPLETED"

    second = admit_document.run(event("a.pdf"), documents=documents, workflow=workflow)

    assert first == second
    assert list(workflow.executions) == [first.document_id]
    assert documents.rows[first.document_id]["status"] == "COMPLETED"


def test_a_crash_before_the_start_is_mended_by_the_redelivery() -> None:
    documents, workflow = FakeDocuments(), FakeWorkflow()
    documents.admit(admit_document.upload_of(event("a.pdf")))
    admit_document.run(event("a.pdf"), documents=documents, workflow=workflow)
    assert len(workflow.executions) == 1


def test_the_same_key_again_is_another_document() -> None:
    documents, workflow = FakeDocuments(), FakeWorkflow()
    for version in ("v1", "v2"):
        admit_document.run(event("a.pdf", version), documents=documents, workflow=workflow)
    assert len(workflow.executions) == 2


@pytest.mark.parametrize(
    "key", ["a b.pdf", "a+b.pdf", "a%2Fb%20c.pdf", "../x.pdf", "ação/日本.pdf", "a\nb"]
)
def test_keys_are_taken_as_they_are(key: str) -> None:
    upload = admit_document.upload_of(event(key))
    assert upload.key == key
    assert upload.document_id == document_id("in", key, "v1")
    assert len(upload.document_id) == 32
    assert int(upload.document_id, 16) >= 0


def test_a_bucket_without_versions_has_the_version_null() -> None:
    assert admit_document.upload_of(event("a.pdf", None)).version_id == "null"


@pytest.mark.parametrize("name", ["uploaded", "hostile-key"])
def test_takes_the_sample_events(root: Path, name: str) -> None:
    sample = json.loads((root / f"events/admit_document.{name}.json").read_text("utf-8"))
    body = json.loads(sample["Records"][0]["body"])
    assert admit_document.upload_of(body).key == body["detail"]["object"]["key"]
