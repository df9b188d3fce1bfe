"""What goes its own way comes back or is kept, and every wait ends before the one around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from recita.adapters.bedrock import BedrockGuardrail, BedrockModel
from recita.adapters.clients import CONFIG
from recita.adapters.polly import PollySpeech
from recita.adapters.polly_tasks import PollyTasks
from recita.adapters.provider import PATIENCE
from recita.adapters.rekognition import RekognitionVision
from recita.adapters.textract import TextractOcr
from recita.adapters.translate import AmazonTranslator
from recita.meter import Meter
from recita.models.summary import GuardrailUsed

from scripts.lint_asl import states

if TYPE_CHECKING:
    from tests.unit.conftest import Resource, Stack

ROOT = Path(__file__).resolve().parents[2]
BACKOFF = 1 + 2 + 4
"""Seconds that botocore's standard mode waits at most before its second, third, fourth attempt."""


def _async_functions(stack: Stack) -> set[str]:
    """Functions that somebody calls without waiting for them."""
    targets = {
        stack.target(target["Arn"])
        for rule in stack.of_type("AWS::Events::Rule").values()
        for target in rule["Targets"]
    }
    subscribed = {
        stack.target(one["Endpoint"])
        for one in stack.of_type("AWS::SNS::Subscription").values()
        if one["Protocol"] == "lambda"
    }
    return (targets | subscribed) & set(stack.functions)


def test_functions_that_nobody_waits_for_fail_into_a_queue(stack: Stack) -> None:
    called = _async_functions(stack)
    assert called >= {"FinishDocumentFunction", "SweepDocumentsFunction", "ResumeOcrFunction"}
    configs = stack.of_type("AWS::Lambda::EventInvokeConfig")
    by_function = {stack.target(one["FunctionName"]): one for one in configs.values()}
    assert set(by_function) == called
    for name, config in by_function.items():
        assert {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"} <= set(config), name
        queue = stack.target(config["DestinationConfig"]["OnFailure"]["Destination"])
        assert queue in _dead(stack), name
        assert ("sqs:SendMessage", queue) in set(_granted(stack, name)), name


def test_every_subscription_fails_into_a_queue(stack: Stack) -> None:
    subscriptions = stack.of_type("AWS::SNS::Subscription")
    assert subscriptions
    for name, subscription in subscriptions.items():
        queue = stack.target(subscription["RedrivePolicy"]["deadLetterTargetArn"])
        assert queue in _dead(stack), name
        assert _may_send(stack, queue, stack.target(subscription["TopicArn"])), name


def test_every_rule_tries_again_and_fails_into_a_queue(stack: Stack) -> None:
    for name, rule in stack.of_type("AWS::Events::Rule").items():
        for target in rule["Targets"]:
            queue = stack.target(target["DeadLetterConfig"]["Arn"])
            assert queue in _dead(stack), name
            assert _may_send(stack, queue, name), name
            assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0, name


def test_what_is_dead_is_kept_longer_than_what_lives(stack: Stack) -> None:
    queues = stack.of_type("AWS::SQS::Queue")
    longest = max(queues[n]["MessageRetentionPeriod"] for n in set(queues) - _dead(stack))
    for name in _dead(stack):
        assert queues[name]["MessageRetentionPeriod"] == 14 * 86_400 > longest, name


def test_no_function_calls_another_without_waiting(stack: Stack) -> None:
    for name in stack.functions:
        assert "lambda:InvokeFunction" not in {action for action, _ in _granted(stack, name)}


def _dead(stack: Stack) -> set[str]:
    queues = stack.of_type("AWS::SQS::Queue")
    return {name for name, queue in queues.items() if "RedrivePolicy" not in queue}


def _may_send(stack: Stack, queue: str, sender: str) -> bool:
    """Whether the queue's policy lets a rule or a topic send to it."""
    for policy in stack.of_type("AWS::SQS::QueuePolicy").values():
        for statement in stack.listed(policy["PolicyDocument"]["Statement"]):
            if "Resource" not in statement:
                continue  # what a condition leaves out
            resources = {stack.target(one) for one in stack.listed(statement["Resource"])}
            if statement["Effect"] == "Allow" and queue in resources:
                sources = stack.listed(statement["Condition"]["ArnEquals"]["aws:SourceArn"])
                if sender in {stack.target(one) for one in sources}:
                    return True
    return False


def _documents(stack: Stack, function: str) -> Iterator[Resource]:
    """Everything that says what a function's role may do."""
    role_name = stack.target(stack.properties(function)["Role"])
    role = stack.properties(role_name)
    yield from (policy["PolicyDocument"] for policy in role.get("Policies", ()))
    for arn in role["ManagedPolicyArns"]:
        if isinstance(arn, dict) and "Ref" in arn:
            yield stack.properties(arn["Ref"])["PolicyDocument"]
    for policy in stack.of_type("AWS::IAM::Policy").values():
        if role_name in {stack.target(one) for one in policy["Roles"]}:
            yield policy["PolicyDocument"]


def _granted(stack: Stack, function: str) -> Iterator[tuple[str, str]]:
    """Actions that a function's role may do, each with the resource's logical id."""
    for document in _documents(stack, function):
        for statement in stack.listed(document["Statement"]):
            if statement.get("Effect") != "Allow":  # nor has the other way of an Fn::If any
                continue
            named = [_named(stack, one) for one in stack.listed(statement["Resource"])]
            for action in stack.listed(statement["Action"]):
                yield from ((action, name) for name in named)


def _named(stack: Stack, resource: Any) -> str:
    plain = isinstance(resource, str) or "Fn::Sub" in resource
    return "" if plain else stack.target(resource)


@pytest.fixture
def slowest(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Seconds that one call may take, its waits and attempts included, by IAM action."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    used, meter = GuardrailUsed(id="g", version="1"), Meter()
    adapters: dict[str, Any] = {
        "bedrock:ApplyGuardrail": BedrockGuardrail(meter, used)._bedrock,
        "bedrock:InvokeModel": BedrockModel(meter, "m", used)._bedrock,
        "polly:DescribeVoices": PollySpeech(meter)._polly,
        "polly:SynthesizeSpeech": PollySpeech(meter)._polly,
        "polly:": PollyTasks(meter)._polly,
        "rekognition:": RekognitionVision(meter)._rekognition,
        "textract:": TextractOcr(meter)._textract,
        "translate:": AmazonTranslator(meter)._translate,
    }
    return {action: _seconds(provider) for action, provider in adapters.items()}


def _seconds(provider: Any) -> float:
    config = provider._client.meta.config
    assert config.retries["total_max_attempts"] == 1
    return float(config.connect_timeout + config.read_timeout + PATIENCE)


def test_a_call_ends_before_the_function_that_makes_it(
    stack: Stack, slowest: dict[str, float]
) -> None:
    config: Any = CONFIG
    free = config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout)
    for name, function in stack.functions.items():
        calls = [free + BACKOFF]
        for action, _ in _granted(stack, name):
            service = action.partition(":")[0] + ":"
            calls.append(slowest.get(action, slowest.get(service, 0)))
        assert max(calls) < function["Timeout"], name


def _tasks(machine: Resource) -> list[Resource]:
    return [state for _, state in states(machine) if state["Type"] == "Task"]


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "statemachine").iterdir()))
def test_a_task_ends_before_its_machine_and_a_function_before_its_task(
    stack: Stack, file: str
) -> None:
    machine = json.loads((ROOT / "statemachine" / file).read_text("utf-8"))
    for task in _tasks(machine):
        limit = task["TimeoutSeconds"]
        if isinstance(limit, str):
            limit = stack.source["Parameters"][re.findall(r"\w+", limit)[-1]]["Default"]
        assert limit < machine["TimeoutSeconds"]
        named = re.fullmatch(r"\$\{(\w+)Arn\}", str(task["Arguments"].get("FunctionName")))
        if named:
            assert stack.properties(named[1])["Timeout"] < limit, named[1]


def test_a_paced_call_is_retried_wherever_a_rate_is_kept(stack: Stack) -> None:
    machine = json.loads((ROOT / "statemachine" / "document.asl.json").read_text("utf-8"))
    paced = {n for n, f in stack.functions.items() if "LIMITS_TABLE" in _variables(f)}
    retried = set()
    for task in _tasks(machine):
        name = str(task["Arguments"]["FunctionName"]).removeprefix("${").removesuffix("Arn}")
        if name not in paced:
            continue
        names = [error for retrier in task["Retry"] for error in retrier["ErrorEquals"]]
        assert "ProviderPacedError" in names, name
        retried.add(name)
    assert len(retried) == 9


def _variables(function: Resource) -> dict[str, Any]:
    found: dict[str, Any] = function["Environment"]["Variables"]
    return found


def test_rates_are_all_that_paced_functions_may_change(stack: Stack) -> None:
    document = stack.properties("PaceAccessPolicy")["PolicyDocument"]
    [statement] = document["Statement"]
    assert statement["Action"] == "dynamodb:UpdateItem"
    keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert keys == ["pace:*", "textract-jobs"]
