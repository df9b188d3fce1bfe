"""Nothing in the stack fails unseen: alarms on metrics that exist, with a way out of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from recita import measures
from recita.measures import Metric
from recita.observability import emit

from tests.fakes import Pipeline
from tests.fakes.deployed import STEPS, invoke, metrics
from tests.unit.test_sweep_documents import Deployment

if TYPE_CHECKING:
    from tests.unit.conftest import Resource, Stack

pytestmark = pytest.mark.disable_socket

ROOT = Path(__file__).resolve().parents[2]
AWS_METRICS = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ("QueueName", "AWS::SQS::Queue"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): ("QueueName", "AWS::SQS::Queue"),
    ("AWS/States", "ExecutionsFailed"): ("StateMachineArn", "AWS::StepFunctions::StateMachine"),
    ("AWS/States", "ExecutionsTimedOut"): ("StateMachineArn", "AWS::StepFunctions::StateMachine"),
    ("AWS/States", "ExecutionThrottled"): ("StateMachineArn", "AWS::StepFunctions::StateMachine"),
    ("AWS/Lambda", "Errors"): ("FunctionName", "AWS::Lambda::Function"),
    ("AWS/Lambda", "Throttles"): ("FunctionName", "AWS::Lambda::Function"),
    ("AWS/ApiGateway", "5xx"): ("ApiId", "AWS::ApiGatewayV2::Api"),
}
"""AWS's own metrics, each with its one dimension and what that names (SQS, Step Functions, Lambda
and API Gateway developer guides, "CloudWatch metrics")."""

Watched = tuple[str, str, dict[str, Any]]
"""Namespace, name and dimensions."""


def _watched(alarm: Resource) -> Iterator[Watched]:
    if "MetricName" in alarm:
        yield alarm["Namespace"], alarm["MetricName"], _dimensions(alarm)
    for query in alarm.get("Metrics", ()):
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            yield metric["Namespace"], metric["MetricName"], _dimensions(metric)


def _dimensions(metric: Resource) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in metric["Dimensions"]}


def _alarms(stack: Stack) -> dict[str, Resource]:
    return stack.of_type("AWS::CloudWatch::Alarm")


def _all_watched(stack: Stack) -> list[Watched]:
    return [one for alarm in _alarms(stack).values() for one in _watched(alarm)]


@pytest.fixture
def emitted(
    deployed: Pipeline, capsys: pytest.CaptureFixture[str]
) -> set[tuple[str, frozenset[str]]]:
    """Names and dimensions of what the handlers and a sweep print when everything goes wrong."""
    upload = deployed.upload(b"A letter about invoice 100. " * 9, "a.txt")
    document = invoke("inspect_document", {"upload": upload.model_dump()})
    event = {"document": document, "language": "es", "execution": upload.document_id}
    for function in STEPS:
        invoke(function, event)
    rejected = invoke("inspect_document", {"upload": deployed.upload(b"", "b").model_dump()})
    invoke("publish_result", {"document": rejected, "execution": rejected["document_id"]})
    sweep = Deployment()
    sweep.put("lost.txt")
    sweep.documents.admit = None  # type: ignore[assignment, method-assign]
    sweep.sweep()
    emit(sweep.pipeline.meter.measures())
    started = Deployment()
    started.began()
    emit(started.admission.meter.measures())
    return {(one.name, frozenset(one.dimensions)) for one in metrics(capsys.readouterr().out)}


ELSEWHERE = {"ProviderErrors", "ProviderThrottles", "GuardrailErrors"}
"""Emitted by adapters: tests/contract/test_provider.py."""


def test_every_metric_that_is_declared_is_emitted(
    emitted: set[tuple[str, frozenset[str]]],
) -> None:
    declared = {one for one in vars(measures).values() if isinstance(one, Metric)}
    assert emitted == {
        (one.name, frozenset({"service", *one.dimensions}))
        for one in declared
        if one.name not in ELSEWHERE
    }


def test_every_alarm_of_ours_has_a_metric_that_is_emitted(stack: Stack) -> None:
    declared = {one.name: one for one in vars(measures).values() if isinstance(one, Metric)}
    ours = [one for one in _all_watched(stack) if one[0] == "Recita"]
    assert len(ours) >= 7
    for _, name, dimensions in ours:
        assert set(dimensions) == {"service", *declared[name].dimensions}, name
        assert dimensions["service"] == {"Ref": "AWS::StackName"}


def test_every_alarm_of_aws_has_a_metric_that_exists(stack: Stack) -> None:
    theirs = [one for one in _all_watched(stack) if one[0] != "Recita"]
    assert theirs
    for namespace, name, dimensions in theirs:
        dimension, kind = AWS_METRICS[namespace, name]
        assert set(dimensions) == {dimension}
        assert stack.target(dimensions[dimension]) in stack.of_type(kind)


def _targets(stack: Stack, name: str) -> list[str]:
    return sorted(
        stack.target(value)
        for _, metric, dimensions in _all_watched(stack)
        if metric == name
        for value in dimensions.values()
    )


def test_every_function_queue_and_machine_is_watched(stack: Stack) -> None:
    functions = sorted(stack.functions)
    assert _targets(stack, "Errors") == functions
    assert _targets(stack, "Throttles") == functions
    queues = stack.of_type("AWS::SQS::Queue")
    dead = sorted(name for name, queue in queues.items() if "RedrivePolicy" not in queue)
    assert _targets(stack, "ApproximateNumberOfMessagesVisible") == dead
    assert _targets(stack, "ApproximateAgeOfOldestMessage") == sorted(set(queues) - set(dead))
    machines = sorted(stack.of_type("AWS::StepFunctions::StateMachine"))
    for name in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionThrottled"):
        assert _targets(stack, name) == machines


def test_alarms_on_several_metrics_add_them_up(stack: Stack) -> None:
    for name, alarm in _alarms(stack).items():
        queries = alarm.get("Metrics", [])
        assert len(queries) <= 11, name  # an alarm takes ten metrics (CloudWatch service quotas)
        assert [q["Id"] for q in queries if q.get("ReturnData", True)] == ["all"] * bool(queries)


def test_only_what_is_always_told_is_missed(stack: Stack) -> None:
    """A missing value is an alarm where every sweep tells one, and calm everywhere else."""
    missing = {name: alarm["TreatMissingData"] for name, alarm in _alarms(stack).items()}
    assert [name for name, how in missing.items() if how != "notBreaching"] == ["SweepMissingAlarm"]
    alarm = stack.properties("SweepMissingAlarm")
    rule = re.findall(r"\d+", stack.properties("SweepRule")["ScheduleExpression"])
    assert alarm["Period"] >= 3 * 60 * int(rule[0])


def test_alarms_tell_the_topic_there_is(stack: Stack) -> None:
    for name, alarm in _alarms(stack).items():
        told = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
        assert alarm["AlarmActions"] == told, name


def test_every_alarm_has_a_way_out_and_every_way_out_an_alarm(stack: Stack) -> None:
    page = (ROOT / "docs" / "how-to" / "alarms.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+Alarm)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    assert sorted(row[0] for row in rows) == sorted(_alarms(stack))
    assert all(len(cell.strip()) > 20 for row in rows for cell in row[1:])


def test_every_metric_is_documented_with_its_dimensions() -> None:
    page = (ROOT / "docs" / "how-to" / "alarms.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \| (\w+) \| [^|]+ \|$", page, re.MULTILINE)
    declared = [one for one in vars(measures).values() if isinstance(one, Metric)]
    assert sorted((name, tuple(re.findall(r"`(\w+)`", own)), unit) for name, own, unit in rows) == (
        sorted((one.name, one.dimensions, one.unit) for one in declared)
    )


def test_the_dashboard_shows_metrics_that_are_emitted(stack: Stack) -> None:
    body = stack.properties("Dashboard")["DashboardBody"]["Fn::Sub"]
    declared = {one.name: one for one in vars(measures).values() if isinstance(one, Metric)}
    searched = re.findall(r"SEARCH\('\{Recita,([\w,]+)\} [^']*MetricName=\\+\"(\w+)", body)
    plain = re.findall(r'\["Recita", "(\w+)", "service"', body)
    assert len(searched) + len(plain) > 10
    for dimensions, name in searched:
        assert tuple(dimensions.split(",")) == ("service", *declared[name].dimensions)
    assert all(declared[name].dimensions == () for name in plain)
