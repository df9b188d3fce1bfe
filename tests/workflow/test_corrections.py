"""Each correction of ministack, seen to work and seen to be needed.

Every probe runs on the stack as people get it and on ministack as it comes. When the second
behaves too, the correction has become dead weight and its probe here fails.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workflow.conftest import Laptop

pytestmark = pytest.mark.stack

INVOKE = "arn:aws:states:::lambda:invoke"


def machine(name: str, state: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: {"End": True, **state}}, **rest}


def task(function: str, **rest: Any) -> dict[str, Any]:
    arguments = {"FunctionName": function, "Payload": "{% $states.input %}"}
    state = {"Type": "Task", "Resource": INVOKE, "Arguments": arguments, "TimeoutSeconds": 10}
    return {**state, **rest}


def waiting(function: str, **rest: Any) -> dict[str, Any]:
    payload = {"token": "{% $states.context.Task.Token %}", "seconds": 0}
    arguments = {"FunctionName": function, "Payload": payload}
    return task(function, Resource=f"{INVOKE}.waitForTaskToken", Arguments=arguments, **rest)


def starts_at_once(laptop: Laptop) -> bool:
    took = []
    for _ in range(3):
        found = laptop.run(machine("Pass", {"Type": "Pass"}))
        took.append((found["stopDate"] - found["startDate"]).total_seconds())
    return bool(min(took) < 0.1)


def answers_at_once(laptop: Laptop) -> bool:
    functions, took = laptop.client("lambda"), []
    for _ in range(8):
        begun = time.perf_counter()
        functions.invoke(FunctionName=laptop.outputs["EchoFunctionArn"], Payload=b"{}")
        took.append(time.perf_counter() - begun)
    return min(took) < 0.03


def names_the_version(laptop: Laptop) -> bool:
    key = f"pasta/relatório nº {time.time_ns()}.pdf"
    put = laptop.client("s3").put_object(Bucket=laptop.outputs["InputBucketName"], Key=key)
    row = laptop.row(key)
    assert row, "the upload's event did not arrive"
    return bool(json.loads(row["detail"]["S"])["object"].get("version-id") == put["VersionId"])


def tells_of_failed_events(laptop: Laptop) -> bool:
    function, queue = laptop.outputs["FailFunctionArn"], laptop.outputs["FailuresUrl"]
    laptop.client("lambda").invoke(FunctionName=function, Payload=b"{}")  # its process is up
    entry = {"Source": "doomed", "DetailType": "x", "Detail": "{}"}
    laptop.client("events").put_events(Entries=[entry])
    letters, deadline = laptop.client("sqs"), time.monotonic() + 8
    while time.monotonic() < deadline:
        for letter in letters.receive_message(QueueUrl=queue).get("Messages", ()):
            return bool(json.loads(letter["Body"])["requestPayload"]["source"] == "doomed")
        time.sleep(0.05)
    return False


def beats(laptop: Laptop) -> bool:
    state = waiting(laptop.outputs["SlowFunctionArn"], HeartbeatSeconds=1, TimeoutSeconds=3)
    return bool(laptop.run(machine("Wait", state)).get("error") == "States.HeartbeatTimeout")


def limits_the_machine(laptop: Laptop) -> bool:
    found = laptop.run(machine("Wait", {"Type": "Wait", "Seconds": 2}, TimeoutSeconds=1))
    return bool(found["status"] == "TIMED_OUT")


def computes_time_limits(laptop: Laptop) -> bool:
    state = waiting(laptop.outputs["SlowFunctionArn"], TimeoutSeconds="{% $number('1') %}")
    return bool(laptop.run(machine("Wait", state)).get("error") == "States.Timeout")


def fails_a_call_with_token(laptop: Laptop) -> bool:
    state = waiting(laptop.outputs["FailFunctionArn"], TimeoutSeconds=2)
    return bool(laptop.run(machine("Call", state)).get("error") == "NamedError")


def names_throttling(laptop: Laptop) -> bool:
    function = laptop.outputs["ForbiddenFunctionArn"]
    laptop.client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=0
    )
    found = laptop.run(machine("Call", task(function)))
    return bool(found.get("error") == "Lambda.TooManyRequestsException")


def waits_for_a_slot(laptop: Laptop) -> bool:
    inner = machine("Call", task(laptop.outputs["SlowFunctionArn"]))
    items = [{"seconds": 0.4}] * 12
    state = {"Type": "Map", "Items": items, "ItemProcessor": inner}
    return bool(laptop.run(machine("Map", state))["status"] == "SUCCEEDED")


def separates_branches(laptop: Laptop) -> bool:
    def branch(number: int) -> dict[str, Any]:
        first = {"Type": "Pass", "Assign": {"v": number}, "Next": "Wait"}
        wait = {"Type": "Wait", "Seconds": 1, "Next": "Last"}
        last = {"Type": "Pass", "Output": "{% [$v, $states.input.n, $outer] %}", "End": True}
        return {"StartAt": "First", "States": {"First": first, "Wait": wait, "Last": last}}

    parallel = {
        "Type": "Parallel",
        "Branches": [branch(1), branch(2)],
        "Arguments": {"n": 7},
        "Output": {"branches": "{% $states.result %}"},
        "End": True,
    }
    outer = {"Type": "Pass", "Assign": {"outer": 5}, "Next": "Both"}
    found = laptop.run({"StartAt": "Outer", "States": {"Outer": outer, "Both": parallel}})
    expected = {"branches": [[1, 7, 5], [2, 7, 5]]}
    return bool(found["status"] == "SUCCEEDED" and json.loads(found["output"]) == expected)


def maps_what_a_bucket_lists(laptop: Laptop) -> bool:
    """Everything of a Distributed Map that backfill.asl.json needs."""
    s3, bucket = laptop.client("s3"), f"listed-{time.time_ns()}"
    s3.create_bucket(Bucket=bucket)
    for number in range(3):
        s3.put_object(Bucket=bucket, Key=f"listed/{number}.txt", Body=b"x" * number)
    found = laptop.run(machine("Each", EACH), {"bucket": bucket, "most": 2, "tolerated": 50})
    if found["status"] != "SUCCEEDED" or "manifest.json" not in found["output"]:
        return False

    def lines(key: str) -> list[Any]:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return [json.loads(line) for line in body.splitlines()]

    (manifest,) = lines(json.loads(found["output"]))
    files = manifest["ResultFiles"]
    done = sorted(lines(files["SUCCEEDED"][0]["Key"]))
    (failed,) = lines(files["FAILED"][0]["Key"])
    assert failed["Error"] == "Empty"
    assert json.loads(failed["Input"]) == {"key": "listed/0.txt", "bytes": 0}
    return bool(done == ["listed/1.txt", "listed/2.txt"])


EACH = {
    "Type": "Map",
    "ItemReader": {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Arguments": {"Bucket": "{% $states.input.bucket %}", "Prefix": "listed/"},
    },
    "ItemSelector": {
        "key": "{% $states.context.Map.Item.Value.Key %}",
        "bytes": "{% $states.context.Map.Item.Value.Size %}",
    },
    "MaxConcurrency": "{% $states.input.most %}",
    "ToleratedFailurePercentage": "{% $states.input.tolerated %}",
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Look",
        "States": {
            "Look": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $states.input.bytes = 0 %}", "Next": "Empty"}],
                "Default": "Full",
            },
            "Empty": {"Type": "Fail", "Error": "Empty", "Cause": "no bytes"},
            "Full": {"Type": "Pass", "Output": "{% $states.input.key %}", "End": True},
        },
    },
    "ResultWriter": {
        "Resource": "arn:aws:states:::s3:putObject",
        "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSONL"},
        "Arguments": {"Bucket": "{% $states.input.bucket %}", "Prefix": "written"},
    },
    "Output": "{% $states.result.ResultWriterDetails.Key %}",
}


PROBES = [
    maps_what_a_bucket_lists,
    starts_at_once,
    answers_at_once,
    names_the_version,
    tells_of_failed_events,
    beats,
    limits_the_machine,
    computes_time_limits,
    fails_a_call_with_token,
    names_throttling,
    waits_for_a_slot,
    separates_branches,
]


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.__name__)
def test_the_laptop_behaves_as_aws(probe: Callable[[Laptop], bool], laptop: Laptop) -> None:
    assert probe(laptop)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.__name__)
def test_the_correction_is_still_needed(probe: Callable[[Laptop], bool], stock: Laptop) -> None:
    assert not probe(stock), "ministack has mended this: remove the correction"
