"""The parts of the fault lab: errors by service, paid units, what is remembered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.session import Session
from ministack.services import cloudwatch_logs
from ministack.services import stepfunctions as sfn
from recita_local.aws import pruning
from recita_local.wire.calls import VARIABLE, CallLog
from recita_local.wire.failing import NAMES, failure
from recita_local.wire.lab import EFFECT, Lab
from recita_local.wire.paid import units
from recita_local.wire.plan import Asked

if TYPE_CHECKING:
    from pathlib import Path

AI = {"textract": "textract", "rekognition": "rekognition", "translate": "translate"}


@pytest.mark.parametrize("service", AI)
def test_errors_are_those_of_the_services_model(service: str) -> None:
    modelled = {shape.name for shape in Session().get_service_model(service).error_shapes}
    assert {NAMES[service].throttle[0], NAMES[service].error[0]} <= modelled


def answered(kind: str, asked: Asked) -> tuple[int, str, bytes]:
    found = failure(kind, asked, {"method": "PUT"})
    assert found is not None
    return found


def test_a_failure_is_written_in_the_services_protocol() -> None:
    status, content, body = answered("throttle", Asked("s3", "PUT", "k"))
    assert (status, content) == (503, "application/xml")
    assert b"<Code>SlowDown</Code>" in body
    _, _, body = answered("error", Asked("dynamodb", "PutItem", "k"))
    assert json.loads(body)["__type"] == "InternalServerError"
    assert failure("slow", Asked("dynamodb", "PutItem", "k"), {}) is None
    _, _, body = answered("partial", Asked("events", "PutEvents", "k"))
    assert json.loads(body)["FailedEntryCount"] == 1


@pytest.mark.parametrize(
    ("operation", "params", "reply", "paid"),
    [
        ("GetDocumentTextDetection", {}, {"JobStatus": "SUCCEEDED"}, 0),
        ("SynthesizeSpeech", {}, {"RequestCharacters": 12}, 12),
        ("TranslateText", {"Text": "four"}, {}, 4),
        ("Converse", {}, {"usage": {"inputTokens": 2, "outputTokens": 3, "totalTokens": 5}}, 5),
        ("ApplyGuardrail", {}, {"usage": {"contentPolicyUnits": 1, "wordPolicyUnits": 2}}, 3),
        ("DetectLabels", {}, {"Labels": []}, 1),
    ],
)
def test_what_a_call_costs(
    operation: str, params: dict[str, Any], reply: dict[str, Any], paid: float
) -> None:
    assert units(operation, params, reply) == paid


def test_reading_is_no_effect() -> None:
    asked = ("PUT", "GET", "PutItem", "Query", "converse")
    assert [name for name in asked if EFFECT.fullmatch(name)] == ["PUT", "PutItem", "converse"]


def test_only_functions_meet_faults_and_only_under_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    lab, agent = Lab(), {b"user-agent": "Boto3/1.43 app/read_pages.123"}
    assert lab.caller(agent) is None
    lab.request(b'{"rules": [{"kinds": ["slow"], "rate": 0}]}')
    assert lab.caller(agent) == ("read_pages", "123")
    assert lab.caller({b"user-agent": "Boto3/1.43"}) is None
    lab.request(b"")
    assert lab.caller(agent) is None
    monkeypatch.setenv(VARIABLE, "calls.jsonl")  # who is logged is named, though nothing breaks
    assert lab.caller(agent) == ("read_pages", "123")


def test_calls_are_kept_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "calls.jsonl"
    monkeypatch.setenv(VARIABLE, str(log))
    CallLog().injected("slow", Asked("s3", "PUT", "k", "read_pages", "d", 3))
    line = json.loads(log.read_text())
    assert (line["fault"], line["document"], line["write"]) == ("slow", "d", 3)


def test_the_newest_histories_and_logs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    executions: list[dict[str, Any]] = [
        {"status": "SUCCEEDED", "events": [1, 2, 3]} for _ in range(4)
    ]
    executions.append({"status": "RUNNING", "events": [1, 2]})
    group: dict[str, Any] = {"streams": {"old": {}, "new": {}}}
    monkeypatch.setattr(sfn, "_executions", _Store(executions))
    monkeypatch.setattr(cloudwatch_logs, "_log_groups", _Store([group]))
    pruning.prune(histories=2, streams=1)
    assert [len(one["events"]) for one in executions] == [1, 1, 3, 3, 2]
    assert list(group["streams"]) == ["new"]


class _Store:
    def __init__(self, values: list[dict[str, Any]]) -> None:
        self._values = values

    def all_values(self) -> list[dict[str, Any]]:
        return self._values
