"""The index and the state machine: each fake keeps the same promises as its adapter, on moto."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from recita.adapters.dynamodb import BATCH, DynamoDocuments, row
from recita.adapters.erasure import erased_row
from recita.adapters.s3 import S3Listing
from recita.adapters.stepfunctions import StepFunctionsWorkflow
from recita.models.base import now
from recita.models.document import Upload, document_id
from recita.models.manifest import Manifest
from recita.ports import Documents, Workflow
from recita.ports.admission import Uploaded

from tests import tables
from tests.fakes import FakeDocuments, FakeWorkflow, Pipeline

INPUT = "recita-input"
HOSTILE_KEY = "in/nota nº 7 + 50% (v2)/../ção %2e.txt"

pytestmark = pytest.mark.usefixtures("account")

both = pytest.mark.parametrize("kind", ["fake", "adapter"])


def upload_of(key: str, version: str = "v1") -> Upload:
    name = document_id(INPUT, key, version)
    return Upload(document_id=name, bucket=INPUT, key=key, version_id=version)


# --------------------------------------------------------------------- the table


@dataclass
class Table:
    documents: Documents
    row: Callable[[str], dict[str, Any]]
    write: Callable[[str, dict[str, Any]], None]


@pytest.fixture
def table(kind: str) -> Table:
    if kind == "fake":
        fake = FakeDocuments()
        return Table(
            fake, lambda name: fake.rows[name], lambda name, change: fake.rows[name].update(change)
        )
    real = tables.create("DocumentsTable", "documents")

    def item(name: str) -> dict[str, Any]:
        return dict(real.get_item(Key={"document_id": name})["Item"])

    return Table(
        DynamoDocuments("documents"),
        item,
        lambda name, change: real.put_item(Item=item(name) | change) and None,
    )


@pytest.fixture
def manifest() -> Manifest:
    return Pipeline("es").run(b"Invoice 4711.", HOSTILE_KEY)


def upload_in(manifest: Manifest) -> Upload:
    return Upload.model_validate(
        {"document_id": manifest.document_id} | manifest.source.model_dump()
    )


@both
def test_a_row_waits_is_worked_on_and_says_what_the_manifest_says(
    table: Table, manifest: Manifest
) -> None:
    upload = upload_in(manifest)
    admitted = table.documents.admit(upload)
    assert (admitted.status, admitted.execution) == ("QUEUED", upload.document_id)
    assert admitted.upload == upload

    table.documents.started(admitted)
    assert table.row(upload.document_id)["status"] == "PROCESSING"

    table.documents.record(manifest, "documents/x/manifest.json")
    row = table.row(upload.document_id)
    assert row["status"] == "COMPLETED"
    assert row["source_key"] == HOSTILE_KEY
    assert row["manifest_key"] == "documents/x/manifest.json"


@both
def test_admitting_again_changes_nothing_and_says_what_is_known(
    table: Table, manifest: Manifest
) -> None:
    upload = upload_in(manifest)
    table.documents.admit(upload)
    table.documents.record(manifest, "k")
    assert table.documents.admit(upload).status == "COMPLETED"
    assert table.row(upload.document_id)["status"] == "COMPLETED"


@both
def test_a_late_start_does_not_undo_an_ending(table: Table, manifest: Manifest) -> None:
    waiting = table.documents.admit(upload_in(manifest))
    table.documents.record(manifest, "k")
    table.documents.started(waiting)
    assert table.row(manifest.document_id)["status"] == "COMPLETED"


@both
def test_who_waits_longest_is_first(table: Table) -> None:
    for key in ("a", "b", "c"):
        table.documents.admit(upload_of(key))
    first, second = table.documents.waiting(2)
    assert [first.upload.key, second.upload.key] == ["a", "b"]
    table.documents.started(second)
    table.documents.started(first)
    assert [row.upload.key for row in table.documents.waiting(9)] == ["c"]
    assert [row.upload.key for row in table.documents.working(9)] == ["b", "a"]
    assert first.queued_at is not None


@both
def test_a_document_waits_again_for_its_next_run(table: Table) -> None:
    begun = table.documents.admit(upload_of("a"))
    table.documents.started(begun)
    working = table.documents.find(begun.upload.document_id)
    assert working is not None
    assert table.documents.wait_again(working, 2) is True

    again = table.documents.find(begun.upload.document_id)
    assert again is not None
    assert (again.status, again.run, again.restarts) == ("QUEUED", 2, 1)
    assert again.execution == f"{begun.upload.document_id}.2"
    assert table.documents.wait_again(working, 2) is False, "the row has changed meanwhile"


@both
def test_waiting_again_for_the_same_run_is_no_restart(table: Table) -> None:
    row = table.documents.admit(upload_of("a"))
    table.documents.started(row)
    working = table.documents.find(row.upload.document_id)
    assert working is not None
    table.documents.wait_again(working, 1)
    again = table.documents.find(row.upload.document_id)
    assert again is not None
    assert (again.status, again.run, again.restarts) == ("QUEUED", 1, 0)


@both
def test_a_manifest_of_an_earlier_run_does_not_overtake_a_later_one(
    table: Table, manifest: Manifest
) -> None:
    row = table.documents.admit(upload_in(manifest))
    table.documents.wait_again(row, 2)
    table.documents.record(manifest, "k")
    assert table.row(manifest.document_id)["status"] == "QUEUED"

    second = manifest.model_copy(update={"execution": f"{manifest.document_id}.2"})
    table.documents.record(second, "k")
    assert table.row(manifest.document_id)["status"] == "COMPLETED"


@both
def test_what_was_erased_stays_erased(table: Table, manifest: Manifest) -> None:
    table.documents.admit(upload_in(manifest))
    table.write(manifest.document_id, {"status": "ERASED"})
    table.documents.record(manifest, "k")
    assert table.documents.admit(upload_in(manifest)).status == "ERASED"
    assert table.row(manifest.document_id)["status"] == "ERASED"


@pytest.mark.parametrize("kind", ["adapter"])
def test_an_erased_document_is_known_by_its_id_alone(table: Table, manifest: Manifest) -> None:
    upload = upload_in(manifest)
    erased = erased_row(upload.document_id, manifest.created_at)
    table.documents._table.put_item(Item=erased)  # type: ignore[attr-defined]
    assert table.documents.admit(upload).status == "ERASED"
    table.documents.record(manifest, "k")
    assert table.row(upload.document_id) == erased
    assert table.documents.known([upload.document_id]) == {upload.document_id}


@both
def test_what_was_erased_since_a_time_is_told(table: Table, manifest: Manifest) -> None:
    upload = upload_in(manifest)
    table.documents.admit(upload)
    table.write(manifest.document_id, {"status": "ERASED"})
    hour = timedelta(hours=1)
    told = table.documents.erased(now() - hour, 10)
    assert [row.upload.document_id for row in told] == [upload.document_id]
    assert list(table.documents.erased(now() + hour, 10)) == []


@both
def test_a_row_from_before_runs_were_counted_is_of_the_first(table: Table) -> None:
    name = table.documents.admit(upload_of("a")).upload.document_id
    old = table.row(name)
    if isinstance(old, dict) and "upload" not in old:  # an item, not a fake's row
        for attribute in ("run", "queued_at"):
            del old[attribute]
        table.documents._table.put_item(Item=old)  # type: ignore[attr-defined]
    found = table.documents.find(name)
    assert found is not None
    assert found.run == 1


@both
def test_what_is_known_is_told_in_one_go(table: Table) -> None:
    known = [table.documents.admit(upload_of(str(n))).upload.document_id for n in range(BATCH + 5)]
    assert table.documents.known([*known, "never", known[0]]) == set(known)
    assert table.documents.known([]) == frozenset()
    assert table.documents.find("never") is None


def test_a_row_has_no_empty_attributes() -> None:
    rejected = row(Pipeline().run(b"PK\x03\x04", "a.zip"), "k")
    assert rejected["reason_code"] == "unsupported-type"
    assert "language" not in rejected
    completed = row(Pipeline("es").run(b"Invoice 4711.", "a.txt"), "k")
    assert (completed["language"], completed["document_type"]) == ("en", "invoice")
    assert (completed["pages"], completed["languages"], completed["run"]) == (1, ["es"], 1)
    assert "reason_code" not in completed


# --------------------------------------------------------------------- the uploads


def test_every_version_is_listed_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=INPUT)
    s3.put_bucket_versioning(Bucket=INPUT, VersioningConfiguration={"Status": "Enabled"})
    put = {
        (key, s3.put_object(Bucket=INPUT, Key=key, Body=body)["VersionId"])
        for key, body in ((HOSTILE_KEY, b"1"), (HOSTILE_KEY, b"2"), ("b", b"3"), ("c", b"4"))
    }
    s3.delete_object(Bucket=INPUT, Key="c")  # a delete marker is no upload
    listing = S3Listing(INPUT)
    whole = listing._s3.list_object_versions
    monkeypatch.setattr(
        listing._s3, "list_object_versions", lambda **asked: whole(**asked, MaxKeys=2)
    )

    place: dict[str, str] = {}
    found: list[Uploaded] = []
    for _ in range(9):
        uploads, place = listing.page(place)
        found += uploads
        if not place:
            break

    assert {(one.upload.key, one.upload.version_id) for one in found} == put
    assert len(found) == len(put)
    assert found[0].upload.document_id == document_id(
        INPUT, found[0].upload.key, found[0].upload.version_id
    )


# --------------------------------------------------------------------- the state machine


@dataclass
class Machine:
    workflow: Workflow
    started: Callable[[], list[str]]


@pytest.fixture
def machine(kind: str) -> Machine:
    if kind == "fake":
        fake = FakeWorkflow()
        return Machine(fake, lambda: list(fake.executions))
    states = boto3.client("stepfunctions")
    arn = states.create_state_machine(
        name="documents",
        definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}),
        roleArn="arn:aws:iam::123456789012:role/states",
    )["stateMachineArn"]
    return Machine(
        StepFunctionsWorkflow(arn),
        lambda: [e["name"] for e in states.list_executions(stateMachineArn=arn)["executions"]],
    )


@both
def test_an_upload_starts_one_execution_of_a_name(machine: Machine) -> None:
    upload = upload_of(HOSTILE_KEY)
    assert machine.workflow.start(upload, upload.document_id) is True
    machine.workflow.start(upload, upload.document_id)  # running: the same; ended: there was one
    assert machine.started() == [upload.document_id]
    assert machine.workflow.start(upload, f"{upload.document_id}.2") is True
    assert len(machine.started()) == 2


@both
def test_an_execution_says_how_it_stands(machine: Machine) -> None:
    upload = upload_of("a")
    assert machine.workflow.outcome(upload.document_id) is None
    machine.workflow.start(upload, upload.document_id)
    assert machine.workflow.outcome(upload.document_id) == "RUNNING"


def test_an_execution_that_ended_is_not_started_again() -> None:
    workflow = StepFunctionsWorkflow("arn:aws:states:us-east-1:123456789012:stateMachine:x")
    with client_error(workflow._states, "start_execution", "ExecutionAlreadyExists"):
        assert workflow.start(upload_of("a"), "a") is False
    with (
        client_error(workflow._states, "start_execution", "StateMachineDoesNotExist"),
        pytest.raises(workflow._states.exceptions.StateMachineDoesNotExist),
    ):
        workflow.start(upload_of("a"), "a")


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_task_that_no_longer_waits_is_no_error(code: str) -> None:
    FakeWorkflow().resume("gone", {})
    workflow = StepFunctionsWorkflow()
    with client_error(workflow._states, "send_task_success", code):
        workflow.resume("gone", {"job_id": "1"})


def client_error(client: Any, method: str, code: str) -> Any:
    stubber = Stubber(client)
    stubber.add_client_error(method, code)
    return stubber
