"""In and out of the pipeline on the real stack: places, ends, and what a sweep finds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from recita.models.manifest import Manifest

from tests.laptop import DocumentLaptop

TEXT = b"Minutes of the meeting of 4 May 2026. The budget of EUR 12,000 was agreed by all."


def until(happens: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := happens()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return found


def held(recita: DocumentLaptop) -> set[str]:
    database = recita.client("dynamodb")
    (table,) = (name for name in database.list_tables()["TableNames"] if "LimitsTable" in name)
    item = database.get_item(
        TableName=table, Key={"limit": {"S": "in-flight"}}, ConsistentRead=True
    ).get("Item", {})
    return set(item.get("holders", {}).get("SS", ()))


def swept(recita: DocumentLaptop) -> dict[str, Any]:
    """Sweep without any grace; returns the report."""
    reply = recita.client("lambda").invoke(
        FunctionName=recita.stack.outputs["SweepFunctionName"],
        Payload=json.dumps({"grace_seconds": 0}),
    )
    assert "FunctionError" not in reply
    report: dict[str, Any] = json.load(reply["Payload"])
    assert report["failed"] == []
    return report


def running(recita: DocumentLaptop, document: str) -> str | None:
    states = recita.client("stepfunctions")
    try:
        found = recita.execution(document)
    except states.exceptions.ExecutionDoesNotExist:
        return None
    arn: str = found["executionArn"]
    return arn


def test_a_finished_document_gives_its_place_back(recita: DocumentLaptop) -> None:
    manifest = recita.process(TEXT, "place.txt", languages="none")
    assert manifest.status == "COMPLETED"
    until(lambda: manifest.document_id not in held(recita))
    assert recita.row(manifest.document_id)["run"] == {"N": "1"}


def test_what_a_person_stops_ends_with_a_reason(recita: DocumentLaptop) -> None:
    document = recita.upload(TEXT * 200, "stopped.txt", languages="es,pt,fr")
    arn = until(lambda: running(recita, document))
    recita.client("stepfunctions").stop_execution(executionArn=arn)

    manifest = recita.manifest(document)
    assert manifest.status == "FAILED"
    assert manifest.reason is not None
    assert "ExecutionAborted" in manifest.reason.message
    until(lambda: document not in held(recita))
    assert recita.row(document)["status"] == {"S": "FAILED"}


def test_an_upload_whose_event_was_lost_is_found_by_the_sweep(recita: DocumentLaptop) -> None:
    events = recita.client("events")
    (rule,) = (rule["Name"] for rule in events.list_rules()["Rules"] if "Upload" in rule["Name"])
    events.disable_rule(Name=rule)
    try:
        document = recita.upload(TEXT, "lost.txt", languages="none")
    finally:
        events.enable_rule(Name=rule)
    assert recita.row(document) == {}

    assert swept(recita)["admitted"] >= 1
    assert recita.manifest(document).status == "COMPLETED"


@pytest.mark.law(6)
def test_a_row_that_was_lost_is_made_again_from_the_manifest(recita: DocumentLaptop) -> None:
    document = recita.process(TEXT, "forgotten.txt", languages="none").document_id
    until(lambda: recita.row(document)["status"] == {"S": "COMPLETED"})
    until(lambda: document not in held(recita))
    recita.client("dynamodb").delete_item(
        TableName=recita.stack.outputs["TableName"], Key={"document_id": {"S": document}}
    )
    before = recita.calls()

    assert swept(recita)["recorded"] >= 1
    assert recita.row(document)["status"] == {"S": "COMPLETED"}
    assert recita.calls() == before


@pytest.mark.parametrize("holder", ["0" * 32, "f" * 32 + ".7"])
def test_a_place_that_leaked_is_given_back(recita: DocumentLaptop, holder: str) -> None:
    database = recita.client("dynamodb")
    (table,) = (name for name in database.list_tables()["TableNames"] if "LimitsTable" in name)
    database.update_item(
        TableName=table,
        Key={"limit": {"S": "in-flight"}},
        UpdateExpression="ADD holders :names",
        ExpressionAttributeValues={":names": {"SS": [holder]}},
    )
    assert swept(recita)["freed"] >= 1
    assert holder not in held(recita)


@pytest.mark.law(6)
def test_a_document_whose_end_was_lost_is_settled(recita: DocumentLaptop) -> None:
    """Its manifest is written, its row and its place say that it is on its way."""
    manifest = recita.process(TEXT, "unannounced.txt", languages="none")
    document = manifest.document_id
    until(lambda: document not in held(recita))
    database = recita.client("dynamodb")
    database.update_item(
        TableName=recita.stack.outputs["TableName"],
        Key={"document_id": {"S": document}},
        UpdateExpression="SET #status = :is",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":is": {"S": "PROCESSING"}},
    )
    assert swept(recita)["settled"] >= 1
    assert recita.row(document)["status"] == {"S": "COMPLETED"}
    again = Manifest.model_validate_json(recita.read(document, "manifest.json"))
    assert again == manifest
