"""What template.yaml promises, held against what CloudFormation is given after SAM's transform."""

from __future__ import annotations

import ast
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from recita.models.listing import Listed

from scripts import parameter_docs
from scripts.lint_asl import states

if TYPE_CHECKING:
    from tests.unit.conftest import Resource, Stack

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "functions"


BUCKETS = ("InputBucket", "ResultsBucket", "AccessLogsBucket")


@pytest.mark.parametrize("name", BUCKETS)
def test_buckets_are_private_encrypted_and_versioned(stack: Stack, name: str) -> None:
    bucket = stack.properties(name)
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (ownership,) = bucket["OwnershipControls"]["Rules"]

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    for way in stack.listed(encryption["ServerSideEncryptionByDefault"]):
        assert way["SSEAlgorithm"] in {"AES256", "aws:kms"}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert ownership == {"ObjectOwnership": "BucketOwnerEnforced"}
    assert any(
        "AbortIncompleteMultipartUpload" in r for r in bucket["LifecycleConfiguration"]["Rules"]
    )


def test_every_bucket_is_covered_above(stack: Stack) -> None:
    assert set(stack.of_type("AWS::S3::Bucket")) == set(BUCKETS)


def test_access_is_logged_to_a_bucket_of_its_own(stack: Stack) -> None:
    prefixes = set()
    for name in set(BUCKETS) - {"AccessLogsBucket"}:
        logging = stack.properties(name)["LoggingConfiguration"]
        assert stack.target(logging["DestinationBucketName"]) == "AccessLogsBucket"
        prefixes.add(logging["LogFilePrefix"])
    assert len(prefixes) == 2
    rules = stack.properties("AccessLogsBucket")["LifecycleConfiguration"]["Rules"]
    assert [r["ExpirationInDays"] for r in rules if "ExpirationInDays" in r] == [
        {"Ref": "LogRetentionDays"}
    ]
    policy = stack.properties("AccessLogsBucketPolicy")["PolicyDocument"]
    (allowed,) = [s for s in policy["Statement"] if s["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert allowed["Action"] == "s3:PutObject"
    assert {stack.target(arn) for arn in allowed["Condition"]["ArnLike"]["aws:SourceArn"]} == {
        "InputBucket",
        "ResultsBucket",
    }


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("AWS::S3::BucketPolicy", "Bucket"),
        ("AWS::SQS::QueuePolicy", "Queues"),
        ("AWS::SNS::TopicPolicy", "Topics"),
    ],
)
def test_plain_http_is_refused(stack: Stack, kind: str, place: str) -> None:
    covered = set()
    for policy in stack.of_type(kind).values():
        statements = policy["PolicyDocument"]["Statement"]
        (denial,) = [s for s in statements if s.get("Sid") == "DenyPlainHttp"]
        assert denial["Effect"] == "Deny"
        assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        covered |= {stack.target(value) for value in stack.listed(policy[place])}

    assert covered == set(stack.of_type(kind.removesuffix("Policy")))


def test_tables_can_be_restored(stack: Stack) -> None:
    tables = stack.of_type("AWS::DynamoDB::Table")

    for table in tables.values():
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["BillingMode"] == "PAY_PER_REQUEST"
    indexes = tables["DocumentsTable"]["GlobalSecondaryIndexes"]
    assert [index["IndexName"] for index in indexes] == ["by-status", "by-source-key", "by-class"]


def test_every_index_of_documents_is_sorted_by_time_and_tells_what_lists_tell(
    stack: Stack,
) -> None:
    told = set(Listed.model_fields)
    for index in stack.properties("DocumentsTable")["GlobalSecondaryIndexes"]:
        keys = [key["AttributeName"] for key in index["KeySchema"]]
        assert keys[1] == "updated_at"
        if index["Projection"]["ProjectionType"] != "ALL":
            own = set(index["Projection"]["NonKeyAttributes"])
            assert own | {*keys, "document_id"} == told


def test_every_delivery_has_somewhere_to_fail_to(stack: Stack) -> None:
    queues = stack.of_type("AWS::SQS::Queue")
    dead = {
        stack.target(queue["RedrivePolicy"]["deadLetterTargetArn"])
        for queue in queues.values()
        if "RedrivePolicy" in queue
    }
    for rule in stack.of_type("AWS::Events::Rule").values():
        for target in rule["Targets"]:
            dead.add(stack.target(target["DeadLetterConfig"]["Arn"]))
            assert set(target["RetryPolicy"]) == {
                "MaximumRetryAttempts",
                "MaximumEventAgeInSeconds",
            }
    for subscription in stack.of_type("AWS::SNS::Subscription").values():
        dead.add(stack.target(subscription["RedrivePolicy"]["deadLetterTargetArn"]))
        invoked = stack.target(subscription["Endpoint"])
        config = stack.properties(f"{invoked}EventInvokeConfig")
        dead.add(stack.target(config["DestinationConfig"]["OnFailure"]["Destination"]))

    for config in stack.of_type("AWS::Lambda::EventInvokeConfig").values():
        dead.add(stack.target(config["DestinationConfig"]["OnFailure"]["Destination"]))

    assert dead == {
        "AdmissionDeadLetterQueue",
        "DeliveryDeadLetterQueue",
        "EventsDeadLetterQueue",
        "ResumeDeadLetterQueue",
    }
    assert {name for name, queue in queues.items() if "RedrivePolicy" not in queue} == dead


def test_queue_is_invisible_for_six_function_timeouts(stack: Stack) -> None:
    for mapping in stack.of_type("AWS::Lambda::EventSourceMapping").values():
        queue = stack.properties(stack.target(mapping["EventSourceArn"]))
        function = stack.properties(stack.target(mapping["FunctionName"]))

        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def _tasks(machine: Resource) -> list[Resource]:
    return [state for _, state in states(machine) if state["Type"] == "Task"]


@pytest.mark.parametrize(("file", "tasks"), [("document", 13), ("backfill", 2)])
def test_functions_time_out_before_their_tasks(stack: Stack, file: str, tasks: int) -> None:
    machine = json.loads((ROOT / "statemachine" / f"{file}.asl.json").read_text("utf-8"))
    checked = 0
    for task in _tasks(machine):
        name = task["Arguments"]["FunctionName"].removeprefix("${").removesuffix("Arn}")
        limit = task["TimeoutSeconds"]
        if isinstance(limit, str):
            limit = stack.source["Parameters"][re.findall(r"\w+", limit)[-1]]["Default"]
        assert stack.properties(name)["Timeout"] < limit, name
        checked += 1

    assert checked == tasks


@pytest.mark.law(2)
@pytest.mark.parametrize("file", ["document", "backfill"])
def test_a_call_that_may_still_run_is_waited_out(stack: Stack, file: str) -> None:
    """Two calls of one step at the same time would pay twice; a lease could do no better."""
    machine = json.loads((ROOT / "statemachine" / f"{file}.asl.json").read_text("utf-8"))
    for task in _tasks(machine):
        function = stack.properties(task["Arguments"]["FunctionName"][2:-4])
        (retrier,) = (r for r in task["Retry"] if "Lambda.SdkClientException" in r["ErrorEquals"])

        assert set(retrier["ErrorEquals"]) == {
            "Lambda.ClientExecutionTimeoutException",
            "Lambda.SdkClientException",
        }
        assert retrier["IntervalSeconds"] >= function["Timeout"]
        assert retrier["MaxDelaySeconds"] > retrier["IntervalSeconds"]
        assert (retrier["BackoffRate"], retrier["JitterStrategy"]) == (1, "NONE")


def test_state_machines_are_traced_and_log_no_data(stack: Stack) -> None:
    machines = stack.of_type("AWS::StepFunctions::StateMachine")

    assert set(machines) == {"DocumentStateMachine", "BackfillStateMachine"}
    for machine in machines.values():
        assert machine["StateMachineType"] == "STANDARD"
        assert machine["TracingConfiguration"] == {"Enabled": True}
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_logs_end_one_day(stack: Stack) -> None:
    groups = stack.of_type("AWS::Logs::LogGroup")

    assert len(groups) == 3
    assert all(g["RetentionInDays"] == {"Ref": "LogRetentionDays"} for g in groups.values())


def _attributes(tree: ast.AST, owner: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == owner
    }


def _required(tree: ast.AST) -> set[str]:
    return {
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "required"
        and isinstance(node.args[0], ast.Constant)
    }


def _wired() -> dict[str, ast.FunctionDef]:
    tree = ast.parse((FUNCTIONS / "recita" / "wiring.py").read_text("utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _read_by(folder: str) -> set[str]:
    """The variables a function reads: in its own code, and in the adapters it is wired to."""
    tree = ast.parse((FUNCTIONS / folder / "app.py").read_text("utf-8"))
    wired = _wired()
    names, waiting, seen = _required(tree), _attributes(tree, "wiring"), set[str]()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        if name in wired:
            names |= _required(wired[name])
            waiting |= _attributes(wired[name], "self") - seen
    return names


FOLDERS = sorted(path.parent.name for path in FUNCTIONS.glob("*/app.py"))


def test_every_folder_is_a_function_and_nothing_else_is(stack: Stack) -> None:
    handlers = {function["Handler"] for function in stack.functions.values()}

    assert handlers == {f"{folder}.app.lambda_handler" for folder in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS)
def test_functions_get_the_variables_they_read(stack: Stack, folder: str) -> None:
    name = "".join(word.capitalize() for word in folder.split("_")) + "Function"
    shared = set(stack.source["Globals"]["Function"]["Environment"]["Variables"])
    given = set(stack.properties(name)["Environment"]["Variables"])

    assert given - shared == _read_by(folder)


def test_functions_share_one_bundle(stack: Stack) -> None:
    for function in stack.functions.values():
        assert function["Code"] == {"S3Bucket": "artifacts", "S3Key": "functions.zip"}
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]


def test_empty_endpoint_means_aws(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    value = stack.source["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", value)
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")]:
        monkeypatch.delenv(name)

    client = boto3.client("textract", region_name="eu-west-1")

    assert client.meta.endpoint_url == "https://textract.eu-west-1.amazonaws.com"


PIN = re.compile(r"^([a-z0-9-]+)==([^ \\;]+)", re.MULTILINE)


def test_requirements_are_those_of_the_lock() -> None:
    requirements = (FUNCTIONS / "requirements.txt").read_text("utf-8")
    locked = dict(PIN.findall((ROOT / "requirements.lock").read_text("utf-8")))
    bundled = dict(PIN.findall(requirements))

    assert {"boto3", "pydantic", "pypdf", "pillow"} <= set(bundled)
    assert {name: locked.get(name) for name in bundled} == bundled
    assert all("--hash=sha256:" in part for part in PIN.split(requirements)[3::3])


def test_parameters_explain_and_guard_themselves(stack: Stack) -> None:
    for name, parameter in stack.source["Parameters"].items():
        assert len(parameter["Description"]) > 30, name
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & set(parameter), name
        assert "Default" in parameter, name


@pytest.mark.law(8)
def test_parameters_are_documented_as_they_are(stack: Stack) -> None:
    page = (ROOT / "docs" / "parameters.md").read_text("utf-8")
    documented = re.findall(r"^\| `([A-Z]\w+)` \| (?:`([^`]*)`|empty) \|", page, re.MULTILINE)

    assert page == parameter_docs.page(stack.source)
    assert dict(documented) == {
        name: str(parameter["Default"]) for name, parameter in stack.source["Parameters"].items()
    }


def test_a_parameter_is_seen_by_what_gets_it(stack: Stack) -> None:
    rows = parameter_docs.page(stack.source).splitlines()
    seen = {row.split("`")[1]: row for row in rows if row.startswith("| `")}

    assert seen["Voices"].endswith("| SpeakSummary |")
    assert seen["LogLevel"].endswith("| every function |")
    assert "ModelAccessPolicy" in seen["ModelId"]
    assert seen["UploadRetentionDays"].endswith("| InputBucket |")  # through a condition
    assert re.search(r"\| \d+ of type Alarm \|$", seen["AlarmTopicArn"])


def test_parameters_are_grouped(stack: Stack) -> None:
    groups = stack.source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]

    assert sorted(grouped) == sorted(stack.source["Parameters"])


@pytest.mark.parametrize("file", ["template.yaml", "samconfig.toml"])
def test_no_account_is_named(file: str) -> None:
    assert not re.search(r"\b\d{12}\b|AKIA[A-Z0-9]{16}", (ROOT / file).read_text("utf-8"))


def test_outputs_are_those_that_tools_read(stack: Stack) -> None:
    assert {"InputBucketName", "ResultsBucketName", "TableName", "StateMachineArn"} <= set(
        stack.source["Outputs"]
    )
