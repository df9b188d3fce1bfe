"""Admission: one upload, one execution, however often and in whatever order it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from recita.models.document import document_id
from recita.steps import admit_document
from recita.steps.admission import Admission

from tests.fakes import FakeDocuments, FakePlaces, FakeWorkflow

pytestmark = pytest.mark.disable_socket


def event(key: str, version: str | None = "v1") -> dict[str, Any]:
    found = {"key": key, "size": 1} | ({"version-id": version} if version else {})
    return {"detail": {"bucket": {"name": "in"}, "object": found}}


class Deployment:
    """Admission over fakes; ``most`` documents may be in flight."""

    def __init__(self, most: int = 100) -> None:
        self.documents, self.places = FakeDocuments(), FakePlaces(most)
        self.workflow = FakeWorkflow()
        self.admission = Admission(self.documents, self.places, self.workflow)

    def tell(self, key: str, version: str = "v1") -> str:
        return admit_document.run(event(key, version), admission=self.admission).document_id

    def end(self, execution: str) -> list[str]:
        self.workflow.outcomes[execution] = "SUCCEEDED"
        self.documents.rows[execution.partition(".")[0]]["status"] = "COMPLETED"
        return self.admission.leave(execution)

    @property
    def started(self) -> list[str]:
        return list(self.workflow.executions)

    def status(self, name: str) -> str:
        return str(self.documents.rows[name]["status"])


def test_the_same_event_twice_starts_one_execution() -> None:
    here = Deployment()
    first = here.tell("a.pdf")
    assert here.status(first) == "PROCESSING"
    here.end(first)

    assert here.tell("a.pdf") == first
    assert here.started == [first]
    assert here.status(first) == "COMPLETED"
    assert here.places.held == set()


def test_the_same_key_again_is_another_document() -> None:
    here = Deployment()
    assert here.tell("a.pdf", "v1") != here.tell("a.pdf", "v2")
    assert len(here.started) == 2


def test_no_more_run_at_once_than_may_and_who_waits_longest_is_next() -> None:
    here = Deployment(most=2)
    names = [here.tell(key) for key in "abcde"]
    assert here.started == names[:2]
    assert [here.status(name) for name in names[2:]] == ["QUEUED"] * 3

    assert here.end(names[1]) == [names[2]]
    assert here.end(names[0]) == [names[3]]
    assert here.places.held == {names[2], names[3]}


def test_an_end_that_is_told_twice_frees_one_place() -> None:
    here = Deployment(most=1)
    first, second, third = (here.tell(key) for key in "abc")
    assert here.end(first) == [second]
    assert here.admission.leave(first) == []
    assert here.started == [first, second]
    assert here.status(third) == "QUEUED"


@pytest.mark.law(2)
@pytest.mark.parametrize("writes", [0, 1, 2, 3])
def test_a_crash_after_any_write_is_mended_by_the_redelivery(writes: int) -> None:
    here = Deployment()
    upload = admit_document.upload_of(event("a.pdf"))
    row = here.documents.admit(upload) if writes > 0 else None
    if writes > 1:
        here.places.take(upload.document_id)
    if writes > 2:
        here.workflow.start(upload, upload.document_id)
    assert row is None or row.status == "QUEUED"

    here.tell("a.pdf")
    assert here.started == [upload.document_id]
    assert here.status(upload.document_id) == "PROCESSING"
    assert here.places.held == {upload.document_id}


def test_what_ended_before_its_start_was_recorded_holds_no_place() -> None:
    here = Deployment()
    upload = admit_document.upload_of(event("a.pdf"))
    here.documents.admit(upload)
    here.workflow.start(upload, upload.document_id)
    here.workflow.outcomes[upload.document_id] = "SUCCEEDED"
    here.tell("a.pdf")
    assert here.places.held == set()


def test_an_erased_upload_is_not_let_in_again() -> None:
    here = Deployment()
    name = here.tell("a.pdf")
    here.end(name)
    here.documents.rows[name]["status"] = "ERASED"
    here.workflow.executions.clear()
    here.tell("a.pdf")
    assert here.started == []


def test_two_that_start_the_same_document_hold_one_place_and_start_it_once() -> None:
    here = Deployment(most=1)
    here.places.most = 0
    name = here.tell("a.pdf")
    here.places.most = 1
    (stale,) = here.documents.waiting(1)
    assert here.admission.start_waiting() == [name]
    assert here.admission.start(stale) is True
    assert here.started == [name]
    assert here.places.held == {name}


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
