"""Every file in events/ is what its function really receives."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import BaseModel
from recita.models import steps
from recita.models.document import Document, Upload, document_id
from recita.steps.admit_document import upload_of
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
FOLDERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
BUCKET_EVENT = "eventbridge.s3-object-created.json"
ENVIRONMENT = "env.local.json"
NO_STEPS = {
    "admit_document",
    "backfill_object",
    "copy_result",
    "finish_document",
    "resume_ocr",
    "resume_speech",
    "serve_api",
    "sweep_documents",
}
"""Called by a queue, a topic, a rule, a backfill or HTTP, not by the documents' state machine."""

Event = dict[str, Any]


def _read(name: str) -> Any:
    return json.loads((EVENTS / name).read_text("utf-8"))


def _events(folder: str) -> list[str]:
    return sorted(path.name for path in EVENTS.glob(f"{folder}.*.json"))


def _of_steps() -> list[tuple[str, str]]:
    folders = [folder for folder in FOLDERS if folder not in NO_STEPS]
    return [(folder, name) for folder in folders for name in _events(folder)]


def _logical_id(folder: str) -> str:
    return "".join(word.capitalize() for word in folder.split("_")) + "Function"


def _model(folder: str) -> type[BaseModel]:
    """The model that ``@lambda_step(…)`` names in a function's app.py."""
    tree = ast.parse((ROOT / "functions" / folder / "app.py").read_text("utf-8"))
    (name,) = (
        node.args[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "lambda_step"
        and isinstance(node.args[0], ast.Name)
    )
    model: type[BaseModel] = getattr(steps, name)
    return model


def _payloads(machine: Event) -> Iterator[tuple[str, Event]]:
    for state in machine["States"].values():
        inner = state.get("ItemProcessor")
        for nested in [*state.get("Branches", ()), *([inner] if inner else ())]:
            yield from _payloads(nested)
        if "Payload" in state.get("Arguments", {}):
            name = state["Arguments"]["FunctionName"].removeprefix("${").removesuffix("Arn}")
            yield name, state["Arguments"]["Payload"]


@pytest.fixture(scope="module")
def payloads() -> dict[str, Event]:
    text = (ROOT / "statemachine" / "document.asl.json").read_text("utf-8")
    return dict(_payloads(json.loads(text)))


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    template: Event = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    found: dict[str, Any] = template["Resources"]
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_function_has_an_event(folder: str) -> None:
    assert _events(folder)


def test_each_event_belongs_to_a_function() -> None:
    known = {name for folder in FOLDERS for name in _events(folder)}

    assert {path.name for path in EVENTS.iterdir()} - known == {BUCKET_EVENT, ENVIRONMENT}


@pytest.mark.parametrize(("folder", "name"), _of_steps())
def test_events_are_what_the_state_machine_sends(
    payloads: dict[str, Event], folder: str, name: str
) -> None:
    event = _read(name)

    _model(folder).model_validate(event)
    assert set(event) == set(payloads[_logical_id(folder)])


@pytest.mark.parametrize(("folder", "name"), _of_steps())
def test_documents_in_events_are_whole(folder: str, name: str) -> None:
    event = _read(name)
    given = event.get("document") or event["upload"]
    model = Document if "document" in event else Upload

    assert set(given) == set(model.model_fields), folder
    assert given["document_id"] == document_id(given["bucket"], given["key"], given["version_id"])


@pytest.mark.parametrize("name", _events("admit_document"))
def test_queue_holds_events_of_the_upload_rule(resources: dict[str, Any], name: str) -> None:
    pattern = resources["UploadRule"]["Properties"]["EventPattern"]
    records = _read(name)["Records"]

    assert len({record["messageId"] for record in records}) == len(records)
    for record in records:
        event = json.loads(record["body"])
        assert event["source"] in pattern["source"]
        assert event["detail-type"] in pattern["detail-type"]
        assert upload_of(event).bucket == event["detail"]["bucket"]["name"]


def test_hostile_key_comes_twice_and_means_one_document() -> None:
    """EventBridge and SQS deliver at least once, and neither encodes the key."""
    records = _read("admit_document.hostile-key.json")["Records"]
    uploads = [upload_of(json.loads(record["body"])) for record in records]

    assert len(uploads) == 2
    assert len(set(uploads)) == 1
    assert uploads[0].key == "in/nota fiscal nº 7 + anexos (v2)/../ção %2e.pdf"
    assert _read("inspect_document.hostile-key.json")["upload"] == uploads[0].model_dump()


def test_bucket_event_is_the_one_in_the_queue() -> None:
    (record,) = _read("admit_document.uploaded.json")["Records"]

    assert json.loads(record["body"]) == _read(BUCKET_EVENT)


@pytest.mark.parametrize("name", _events("resume_ocr"))
def test_topic_holds_notifications_of_textract(name: str) -> None:
    (record,) = _read(name)["Records"]
    notice = json.loads(record["Sns"]["Message"])
    waiting = _read("start_ocr.scanned-pdf.json")["document"]["document_id"]

    assert record["EventSource"] == "aws:sns"
    assert set(notice) == {"JobId", "Status", "API", "JobTag", "Timestamp", "DocumentLocation"}
    assert notice["JobTag"] == f"{waiting}.0"
    assert notice["DocumentLocation"]["S3ObjectName"] == f"work/{waiting}/ocr.pdf"


@pytest.mark.parametrize("name", _events("resume_speech"))
def test_topic_holds_notifications_of_polly(name: str) -> None:
    (record,) = _read(name)["Records"]
    notice = json.loads(record["Sns"]["Message"])
    waiting = _read("start_speech.spanish.json")["document"]["document_id"]

    assert record["EventSource"] == "aws:sns"
    assert f"/work/{waiting}/spoken/es/" in notice["outputUri"]
    assert notice["taskId"] in notice["outputUri"]


@pytest.mark.parametrize("name", _events("serve_api"))
def test_http_event_asks_for_a_route_of_the_api(resources: dict[str, Any], name: str) -> None:
    event = _read(name)
    asked = APIGatewayProxyEventV2(event)
    routes = {
        resource["Properties"]["RouteKey"]
        for resource in resources.values()
        if resource["Type"] == "AWS::ApiGatewayV2::Route"
    }

    assert event["version"] == "2.0"
    assert event["routeKey"] in routes
    assert f"{asked.http_method} {asked.path}" == event["routeKey"]
    assert urlencode(asked.query_string_parameters) == event["rawQueryString"]


def test_container_environment_names_every_function(resources: dict[str, Any]) -> None:
    functions = {n for n, r in resources.items() if r["Type"] == "AWS::Serverless::Function"}

    assert set(_read(ENVIRONMENT)) == functions


@pytest.mark.parametrize("folder", FOLDERS)
def test_container_environment_sets_what_a_container_can_not_know(
    resources: dict[str, Any], folder: str
) -> None:
    """SAM resolves no ``!Ref`` to a resource, and sets no variable the template does not name."""
    name = _logical_id(folder)
    own = resources[name]["Properties"]["Environment"]["Variables"]
    given = _read(ENVIRONMENT)[name]

    assert set(given) == {"AWS_ENDPOINT_URL", *own}
    assert given["AWS_ENDPOINT_URL"] == "http://host.docker.internal:4599"
    assert all(isinstance(value, str) and value for value in given.values())
