"""Polly's synthesis tasks: accepted, written to S3, announced, and found again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.validate import ParamValidator
from moto import mock_aws
from recita_local.services.polly import api, installed, tasks
from recita_local.wire.service import RequestContext, ServiceError

MODEL: Any = botocore.session.get_session().get_service_model("polly")
TEXT = "Hello. " * 1000


class Host:
    """Stands for the engine's process; waits until it may speak."""

    def __init__(self) -> None:
        self.may_speak = threading.Event()
        self.may_speak.set()
        self.error: Exception | None = None
        self.turns = 3

    def call(self, method: str, *_: Any) -> Any:
        assert self.may_speak.wait(10)
        if method == "rehearse":
            self.turns -= 1
            return self.turns > 0
        if self.error:
            raise self.error
        return b"sound", "kokoro/1"


class Context(RequestContext):
    def client(self, service: str) -> Any:
        return boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload]


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    fake = Host()
    monkeypatch.setattr(api, "engine", lambda _: fake)
    monkeypatch.setattr(api, "TASKS", tasks.Tasks())
    monkeypatch.setattr(installed, "espeak_ready", lambda: True)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="speech")
        yield fake


def ask(operation: str, **params: Any) -> dict[str, Any]:
    context = Context("polly", operation, "us-east-1", "000000000000", "http://x")
    reply = api.OPERATIONS[operation](params, context)
    shape = MODEL.operation_model(operation).output_shape
    assert not ParamValidator().validate(reply, shape).has_errors()
    return reply


def start(**params: Any) -> dict[str, Any]:
    asked = {"OutputFormat": "mp3", "VoiceId": "Joanna", "Text": TEXT, "Engine": "neural",
             "OutputS3BucketName": "speech", **params}  # fmt: skip
    task: dict[str, Any] = ask("StartSpeechSynthesisTask", **asked)["SynthesisTask"]
    return task


def ended(task: dict[str, Any]) -> dict[str, Any]:
    for _ in range(1000):
        found: dict[str, Any] = ask("GetSpeechSynthesisTask", TaskId=task["TaskId"])
        if found["SynthesisTask"]["TaskStatus"] in ("completed", "failed"):
            return dict(found["SynthesisTask"])
        threading.Event().wait(0.01)
    raise AssertionError("the task never ended")


def test_a_long_text_is_written_to_the_bucket(host: Host) -> None:
    host.may_speak.clear()
    task = start(OutputS3KeyPrefix="long/en")
    assert task["TaskStatus"] in ("scheduled", "inProgress")
    assert task["RequestCharacters"] == len(TEXT)
    host.may_speak.set()
    done = ended(task)
    assert done["TaskStatus"] == "completed"
    key = f"long/en.{task['TaskId']}.mp3"
    assert done["OutputUri"].endswith(f"/speech/{key}")
    body = boto3.client("s3", region_name="us-east-1").get_object(Bucket="speech", Key=key)["Body"]
    assert body.read() == b"sound"


@pytest.mark.usefixtures("host")
def test_a_topic_is_told() -> None:
    sns = boto3.client("sns", region_name="us-east-1")
    sqs = boto3.client("sqs", region_name="us-east-1")
    topic = sns.create_topic(Name="spoken")["TopicArn"]
    url = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    task = start(SnsTopicArn=topic)
    ended(task)
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    told = json.loads(json.loads(message["Body"])["Message"])
    assert (told["taskId"], told["taskStatus"]) == (task["TaskId"], "COMPLETED")


def test_a_task_that_fails_says_why(host: Host) -> None:
    host.error = ServiceError("ServiceFailureException", "out of breath", 500)
    done = ended(start())
    assert (done["TaskStatus"], done["TaskStatusReason"]) == ("failed", "out of breath")


@pytest.mark.usefixtures("host")
def test_tasks_are_listed_by_status_and_page() -> None:
    ids = [ended(start())["TaskId"] for _ in range(3)]
    first = ask("ListSpeechSynthesisTasks", MaxResults=2, Status="completed")
    rest = ask("ListSpeechSynthesisTasks", MaxResults=2, NextToken=first["NextToken"])
    listed = [task["TaskId"] for page in (first, rest) for task in page["SynthesisTasks"]]
    assert listed == ids[::-1]
    assert ask("ListSpeechSynthesisTasks", Status="failed")["SynthesisTasks"] == []


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("InvalidS3BucketException", {"OutputS3BucketName": "elsewhere"}),
        ("InvalidSnsTopicArnException", {"SnsTopicArn": "arn:aws:sns:us-east-1:123456789012:no"}),
        ("TextLengthExceededException", {"Text": "a" * 100_001}),
        ("TextLengthExceededException",
         {"Text": f"<speak>{'<s>a</s>' * 25_000}</speak>", "TextType": "ssml"}),
        ("EngineNotSupportedException", {"Engine": "generative"}),
    ],
)  # fmt: skip
def test_what_can_not_be_done_is_refused_at_once(code: str, params: dict[str, Any]) -> None:
    with pytest.raises(ServiceError) as raised:
        start(**params)
    assert raised.value.code == code
    errors = MODEL.operation_model("StartSpeechSynthesisTask").error_shapes
    assert code in {shape.name for shape in errors}


@pytest.mark.usefixtures("host")
def test_a_task_that_is_not_known_is_not_found() -> None:
    with pytest.raises(ServiceError) as raised:
        ask("GetSpeechSynthesisTask", TaskId="x")
    assert raised.value.code == "SynthesisTaskNotFoundException"
