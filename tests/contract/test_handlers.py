"""Handlers: thin, free of boto3, and each known to the template."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from recita.models.event import DocumentEvent
from recita.models.steps import SweepInput
from recita.steps.admission import Admission
from recita.steps.sweep_documents import SweepReport
from recita.wiring import wiring
from samtranslator.yaml_helper import yaml_parse

from tests.fakes import FakeDocuments, FakePlaces, FakeWorkflow, Pipeline

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "functions"
APPS = sorted(FUNCTIONS.glob("*/app.py"))
NAMES = [app.parent.name for app in APPS]


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("app", APPS, ids=NAMES)
def test_a_handler_parses_runs_one_step_and_dumps(app: Path) -> None:
    assert len(app.read_text("utf-8").splitlines()) <= 40
    assert not [name for name in imported(app) if name.split(".")[0] in ("boto3", "botocore")]
    body = ast.parse(app.read_text("utf-8")).body
    assert [node.name for node in body if isinstance(node, ast.FunctionDef)] == ["lambda_handler"]


def test_the_template_and_the_folders_name_the_same_functions() -> None:
    template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    handlers = {
        name: resource["Properties"]["Handler"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    expected = {
        f"{name.title().replace('_', '')}Function": f"{name}.app.lambda_handler" for name in NAMES
    }
    assert handlers == expected


def test_functions_import_nothing_of_the_laptop() -> None:
    for module in FUNCTIONS.rglob("*.py"):
        roots = {name.split(".")[0] for name in imported(module)}
        assert not roots & {"recita_local", "recita_cli", "tests"}, module


@pytest.mark.parametrize("name", NAMES)
def test_importing_a_handler_makes_no_client_and_reads_no_setting(name: str) -> None:
    code = f"import sys, {name}.app; sys.exit('boto3' in sys.modules)"
    environment = {"PYTHONPATH": str(FUNCTIONS), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)  # noqa: S603
    assert done.returncode == 0


SAMPLES = sorted(path.name for path in (ROOT / "events").glob("*.json"))


@pytest.mark.parametrize("sample", [name for name in SAMPLES if name.split(".")[0] in NAMES])
def test_every_sample_event_has_the_shape_that_its_handler_takes(sample: str) -> None:
    function = sample.split(".", maxsplit=1)[0]
    event: dict[str, Any] = json.loads((ROOT / "events" / sample).read_text("utf-8"))
    module = importlib.import_module(f"{function}.app")
    if function in ("admit_document", "resume_ocr", "resume_speech"):
        assert event["Records"]
        return
    if function in ("finish_document", "sweep_documents"):
        return  # run below, on what they are told
    if function == "copy_result":
        DocumentEvent.model_validate(event["detail"])
        return
    if function == "serve_api":
        assert event["version"] == "2.0"
        return  # asked in many ways by its own unit tests
    annotated = module.lambda_handler.__wrapped__.__annotations__["given"]
    getattr(module, annotated).model_validate(event)


def test_every_function_has_a_sample_event() -> None:
    assert {name.split(".")[0] for name in SAMPLES} >= set(NAMES)


def test_one_bad_message_does_not_fail_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = FakeWorkflow()
    admission = Admission(FakeDocuments(), FakePlaces(), workflow)
    monkeypatch.setitem(wiring.__dict__, "admission", admission)
    sample = json.loads((ROOT / "events/admit_document.uploaded.json").read_text("utf-8"))
    event = {"Records": [{"messageId": "bad", "body": "not json"}, *sample["Records"]]}
    handler = importlib.import_module("admit_document.app").lambda_handler
    assert handler(event, LambdaContext()) == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert len(workflow.executions) == 1


def test_an_ended_execution_gives_its_place_to_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline, places = Pipeline(), FakePlaces(1)
    admission = Admission(pipeline.documents, places, pipeline.workflow)
    for name in ("documents", "results", "bus"):
        monkeypatch.setitem(wiring.__dict__, name, getattr(pipeline, name))
    monkeypatch.setitem(wiring.__dict__, "admission", admission)
    event = json.loads((ROOT / "events/finish_document.succeeded.json").read_text("utf-8"))
    places.take(event["detail"]["name"])
    waiting = pipeline.upload(b"text", "a.txt")
    admission.enter(waiting)
    handler = importlib.import_module("finish_document.app").lambda_handler
    assert handler(event, LambdaContext()) == {"started": [waiting.document_id]}
    assert places.held == {waiting.document_id}


def test_a_sweep_says_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    class Swept:
        def run(self) -> SweepReport:
            return SweepReport(freed=2)

    def sweep(given: SweepInput, seconds: float) -> Swept:
        asked.extend((given.grace_seconds, seconds))
        return Swept()

    monkeypatch.setattr(wiring, "sweep", sweep)
    handler = importlib.import_module("sweep_documents.app").lambda_handler
    event = json.loads((ROOT / "events/sweep_documents.scheduled.json").read_text("utf-8"))
    context = LambdaContext()
    monkeypatch.setattr(context, "get_remaining_time_in_millis", lambda: 240_000, raising=False)
    assert handler(event, context)["freed"] == 2
    assert asked == [120.0, 180.0]


def test_every_notification_of_a_batch_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Pipeline()
    monkeypatch.setitem(wiring.__dict__, "results", pipeline.results)
    monkeypatch.setitem(wiring.__dict__, "workflow", pipeline.workflow)
    sample = json.loads((ROOT / "events/resume_ocr.job-succeeded.json").read_text("utf-8"))
    tag = json.loads(sample["Records"][0]["Sns"]["Message"])["JobTag"]
    key = f"work/{tag.removesuffix('.0')}/ocr-token.0.json"
    pipeline.results.write(key, b'{"task_token": "t"}', "application/json")
    pipeline.workflow.waiting.add("t")
    handler = importlib.import_module("resume_ocr.app").lambda_handler
    assert handler(sample, LambdaContext())["resumed"] == len(sample["Records"])
    assert pipeline.workflow.resumed == {"t": {}}
