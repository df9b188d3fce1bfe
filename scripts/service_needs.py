"""What AWS's services do in the name of a role of template.yaml, by their documentation.

None of it is a call that the laptop could see: Lambda polls, logs and traces, Step Functions runs
its states, Textract tells that a job has ended.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from recita_local.wire.needs import Need

from scripts.policies import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.policies import Deployed, Resource

    Service = tuple[str, str, Need]
    """The role, what happens, and what that needs."""

TRACES = ("PutTraceSegments", "PutTelemetryRecords")
LOG_DELIVERY = (
    "CreateLogDelivery",
    "GetLogDelivery",
    "UpdateLogDelivery",
    "DeleteLogDelivery",
    "ListLogDeliveries",
    "PutResourcePolicy",
    "DescribeResourcePolicies",
    "DescribeLogGroups",
)
"""Step Functions Developer Guide, "IAM policies for logging to CloudWatch Logs"."""

RESULT_WRITER = ("PutObject", "GetObject", "ListMultipartUploadParts", "AbortMultipartUpload")
"""Step Functions Developer Guide, "IAM policies for using Distributed Map states"."""

CHILDREN = ("DescribeExecution", "StopExecution")
"""As above; a child's ARN has the Map's label after the state machine's name."""

QUEUE_POLLING = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
"""Lambda Developer Guide, "Configuring the execution role" of an Amazon SQS event source."""


def of_services(deployed: Deployed) -> Iterator[Service]:
    """Yield all that is done without a call of ours."""
    for name in deployed.of_type("AWS::Lambda::Function"):
        yield from _function(deployed, name)
    for mapping in deployed.of_type("AWS::Lambda::EventSourceMapping").values():
        queue = deployed.value(mapping["EventSourceArn"])
        for action in QUEUE_POLLING:
            role = _role(deployed, mapping["FunctionName"]["Ref"])
            yield role, "Lambda polls the queue", Need(f"sqs:{action}", queue)
    for function in deployed.of_type("AWS::Lambda::EventInvokeConfig").values():
        target = function["DestinationConfig"]["OnFailure"]["Destination"]
        role = _role(deployed, function["FunctionName"]["Ref"])
        queue = deployed.value(target)
        yield role, "Lambda keeps an event that failed", Need("sqs:SendMessage", queue)
    for name in deployed.of_type("AWS::StepFunctions::StateMachine"):
        yield from _machine(deployed, name)
    if "WebhookDestination" in deployed.of_type("AWS::Events::ApiDestination"):
        destination = deployed.value({"Fn::GetAtt": "WebhookDestination.ArnForPolicy"})
        need = Need("events:InvokeApiDestination", destination)
        yield "WebhookRole", "EventBridge calls the webhook", need
    yield (
        "TextractRole",
        "Textract tells that a job has ended",
        Need("sns:Publish", deployed.value({"Ref": "TextractTopic"})),
    )


def _role(deployed: Deployed, function: str) -> str:
    arn = deployed.resources[function]["Properties"]["Role"]["Fn::GetAtt"]
    return str(arn[0])


def _function(deployed: Deployed, name: str) -> Iterator[Service]:
    role, group = _role(deployed, name), deployed.value({"Fn::GetAtt": "FunctionsLogGroup.Arn"})
    stream = group.removesuffix("*") + "log-stream:<stream>"
    yield role, "Lambda writes the log", Need("logs:CreateLogStream", stream)
    yield role, "Lambda writes the log", Need("logs:PutLogEvents", stream)
    yield from _traces(role, "Lambda sends traces")


def _traces(role: str, told: str) -> Iterator[Service]:
    for action in TRACES:
        yield role, told, Need(f"xray:{action}")


def _machine(deployed: Deployed, name: str) -> Iterator[Service]:
    properties = deployed.resources[name]["Properties"]
    role = str(properties["RoleArn"]["Fn::GetAtt"][0])
    yield from _traces(role, "Step Functions sends traces")
    for action in LOG_DELIVERY:
        yield role, "Step Functions delivers its log", Need(f"logs:{action}")
    substitutions = deployed.value(properties["DefinitionSubstitutions"])
    for state, need in _states(_definition(deployed, name), substitutions, deployed):
        yield role, f"state {state}", need


def _definition(deployed: Deployed, name: str) -> Resource:
    uri = deployed.source[name]["Properties"]["DefinitionUri"]
    found: Resource = json.loads((ROOT / uri).read_text("utf-8"))
    return {**found, "Machine": name}


def _states(
    machine: Resource, values: dict[str, str], deployed: Deployed
) -> Iterator[tuple[str, Need]]:
    for name, state in machine["States"].items():
        inner = [*state.get("Branches", ())]
        if processor := state.get("ItemProcessor"):
            inner.append(processor)
            if processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
                for need in _distributed(machine["Machine"], state, values, deployed):
                    yield name, need
        if state["Type"] == "Task":
            yield name, _task(state, values)
        for one in inner:
            yield from _states({**one, "Machine": machine["Machine"]}, values, deployed)


def _task(state: Resource, values: dict[str, str]) -> Need:
    resource = state["Resource"].removesuffix(".waitForTaskToken")
    if resource != "arn:aws:states:::lambda:invoke":
        raise NotImplementedError(f"say here what {resource} needs")
    return Need("lambda:InvokeFunction", _filled(state["Arguments"]["FunctionName"], values))


def _distributed(
    machine: str, state: Resource, values: dict[str, str], deployed: Deployed
) -> Iterator[Need]:
    arn = deployed.value({"Ref": machine})
    yield Need("states:StartExecution", arn)
    child = arn.replace(":stateMachine:", ":execution:") + "/<map>:<child>"
    for action in CHILDREN:
        yield Need(f"states:{action}", child)
    if state["ItemReader"]["Resource"].endswith(":listObjectsV2"):
        for bucket in _listed(deployed):  # whoever starts it says which
            yield Need("s3:ListBucket", bucket)
    place: dict[str, Any] = state["ResultWriter"]["Arguments"]
    prefix = place["Prefix"].removeprefix("{% '").partition("'")[0]
    for action in RESULT_WRITER:
        yield Need(f"s3:{action}", f"arn:aws:s3:::{_filled(place['Bucket'], values)}/{prefix}<key>")


def _listed(deployed: Deployed) -> Iterator[str]:
    yield deployed.value({"Fn::GetAtt": "InputBucket.Arn"})
    foreign = deployed.value({"Ref": "BackfillBucket"})
    if foreign != "none":
        yield f"arn:aws:s3:::{foreign}"


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    return text
