"""Storage and orchestration: each fake keeps the same promises as its adapter, on moto."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from recita.adapters.eventbridge import EventBridgeBus
from recita.adapters.s3 import S3Results, S3Uploads
from recita.errors import DocumentRejectedError
from recita.models.document import Upload, document_id
from recita.models.manifest import Manifest
from recita.ports import EventBus, NewUpload, Results, Uploads
from recita.steps.publish_result import _event

from tests.fakes import (
    FakeBus,
    FakeResults,
    FakeUploads,
    Pipeline,
)

INPUT, RESULTS = "recita-input", "recita-results"
HOSTILE_KEY = "in/nota nº 7 + 50% (v2)/../ção %2e.txt"


pytestmark = pytest.mark.usefixtures("account")

both = pytest.mark.parametrize("kind", ["fake", "adapter"])


# --------------------------------------------------------------------- the input bucket


@dataclass
class InputBucket:
    uploads: Uploads
    put: Callable[[str, bytes, dict[str, str]], Upload]
    delete: Callable[[Upload], None]


def fake_input() -> InputBucket:
    fake = FakeUploads()

    def put(key: str, body: bytes, metadata: dict[str, str]) -> Upload:
        upload = _upload(key, f"v{len(fake.files)}")
        fake.put(upload, body, metadata)
        return upload

    def delete(upload: Upload) -> None:
        del fake.files[upload.bucket, upload.key, upload.version_id]

    return InputBucket(fake, put, delete)


def s3_input() -> InputBucket:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=INPUT)
    s3.put_bucket_versioning(Bucket=INPUT, VersioningConfiguration={"Status": "Enabled"})

    def put(key: str, body: bytes, metadata: dict[str, str]) -> Upload:
        reply = s3.put_object(Bucket=INPUT, Key=key, Body=body, Metadata=metadata)
        return _upload(key, reply["VersionId"])

    def delete(upload: Upload) -> None:
        s3.delete_object(Bucket=INPUT, Key=upload.key, VersionId=upload.version_id)

    return InputBucket(S3Uploads(), put, delete)


def _upload(key: str, version: str) -> Upload:
    name = document_id(INPUT, key, version)
    return Upload(document_id=name, bucket=INPUT, key=key, version_id=version)


@pytest.fixture
def input_bucket(kind: str) -> InputBucket:
    return fake_input() if kind == "fake" else s3_input()


def fetched(bucket: InputBucket, upload: Upload, limit: int) -> bytes:
    with bucket.uploads.fetch(upload, limit) as file:
        return file.path.read_bytes()


@both
def test_an_upload_comes_with_its_metadata(input_bucket: InputBucket) -> None:
    upload = input_bucket.put(HOSTILE_KEY, b"body", {"recita-speak": "none"})
    with input_bucket.uploads.fetch(upload, 10) as file:
        assert file.path.read_bytes() == b"body"
        assert (file.size, file.metadata) == (4, {"recita-speak": "none"})
    assert not file.path.exists()


@both
def test_each_version_is_its_own_file(input_bucket: InputBucket) -> None:
    first = input_bucket.put("a", b"one", {})
    second = input_bucket.put("a", b"two", {})
    assert fetched(input_bucket, first, 10) == b"one"
    assert fetched(input_bucket, second, 10) == b"two"


@both
@pytest.mark.parametrize(("limit", "fits"), [(4, True), (3, False)])
def test_a_file_over_the_limit_is_refused(
    input_bucket: InputBucket,
    limit: int,
    *,
    fits: bool,
) -> None:
    upload = input_bucket.put("a", b"four", {})
    if fits:
        assert fetched(input_bucket, upload, limit) == b"four"
        return
    with pytest.raises(DocumentRejectedError) as caught:
        fetched(input_bucket, upload, limit)
    assert caught.value.code == "too-large"


@both
def test_a_file_that_was_deleted_again_is_rejected(input_bucket: InputBucket) -> None:
    upload = input_bucket.put("a", b"x", {})
    input_bucket.delete(upload)
    with pytest.raises(DocumentRejectedError) as caught:
        fetched(input_bucket, upload, 10)
    assert caught.value.code == "empty"


@both
def test_an_attachment_is_put_once(input_bucket: InputBucket) -> None:
    parent = input_bucket.put("mail.eml", b"mail", {})
    metadata = {"recita-parent": parent.document_id}
    key = f"attachments/{parent.document_id}/001-ção.pdf"
    first = input_bucket.uploads.attach(parent, NewUpload(key, b"one", "text/plain", metadata))
    again = input_bucket.uploads.attach(parent, NewUpload(key, b"two", "text/plain", metadata))
    assert again == first == _upload(key, first.version_id)
    with input_bucket.uploads.fetch(first, 10) as file:
        assert (file.path.read_bytes(), file.metadata) == (b"one", metadata)


# --------------------------------------------------------------------- the results bucket


@pytest.fixture
def results(kind: str) -> Results:
    if kind == "fake":
        return FakeResults(RESULTS)
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=RESULTS)
    s3.put_bucket_versioning(Bucket=RESULTS, VersioningConfiguration={"Status": "Enabled"})
    return S3Results(RESULTS)


@both
def test_what_is_written_is_read(results: Results) -> None:
    assert results.bucket == RESULTS
    assert results.read("documents/x/text.md") is None
    results.write("documents/x/text.md", "é".encode(), "text/markdown; charset=utf-8")
    results.write("documents/x/text.md", b"", "text/markdown")
    assert results.read("documents/x/text.md") == b""


@both
def test_names_are_those_under_a_prefix(results: Results) -> None:
    for key in ("work/a/2.json", "work/a/1.json", "work/ab/1.json", "work/a/b/1.json"):
        results.write(key, b"1", "application/json")
    assert results.names("work/a/") == ["work/a/1.json", "work/a/2.json", "work/a/b/1.json"]
    assert results.names("work/c/") == []


@both
def test_what_is_erased_is_gone_in_every_version(results: Results) -> None:
    for key in ("work/a/1.json", "work/a/2.json", "work/b/1.json"):
        results.write(key, b"1", "application/json")
    results.remove("work/a/1.json")
    assert results.erase("work/a/") >= 1
    assert results.erase("work/a/") == 0
    assert results.read("work/a/2.json") is None
    assert results.read("work/b/1.json") == b"1"


@both
def test_the_first_publisher_wins(results: Results) -> None:
    assert results.publish("m", b"1", lambda _: False) == b"1"
    assert results.publish("m", b"2", lambda _: False) == b"1"
    assert results.read("m") == b"1"


@both
def test_what_may_go_is_replaced(results: Results) -> None:
    results.publish("m", b"1", lambda _: False)
    assert results.publish("m", b"2", lambda body: body == b"1") == b"2"
    assert results.read("m") == b"2"


@both
@pytest.mark.parametrize("before", [None, b"0"])
def test_a_rival_between_read_and_write_is_noticed(results: Results, before: bytes | None) -> None:
    if before is not None:
        results.write("m", before, "application/json")
    _interfere(results, lambda: results.write("m", b"rival", "application/json"))
    assert results.publish("m", b"mine", lambda body: body == before) == b"rival"
    assert results.read("m") == b"rival"


@both
def test_a_rival_that_may_go_is_replaced(results: Results) -> None:
    _interfere(results, lambda: results.write("m", b"rival", "application/json"))
    assert results.publish("m", b"mine", lambda _: True) == b"mine"
    assert results.read("m") == b"mine"


def _interfere(results: Results, rival: Callable[[], None]) -> None:
    """Let ``rival`` write just before the first write whose condition holds."""
    if isinstance(results, FakeResults):
        results.rival = rival
        return
    assert isinstance(results, S3Results)
    put_if = results._put_if
    pending = [rival]

    def interfered(key: str, body: bytes, etag: str | None) -> bool:
        if pending and (etag or results.read(key) is None):
            pending.pop()()
        return put_if(key, body, etag)

    results._put_if = interfered  # type: ignore[method-assign]


# --------------------------------------------------------------------- the bus


@pytest.fixture
def manifest() -> Manifest:
    return Pipeline("es").run(b"Invoice 4711.", HOSTILE_KEY)


@pytest.fixture
def bus(kind: str) -> tuple[EventBus, Callable[[], list[tuple[str, dict[str, Any]]]]]:
    if kind == "fake":
        fake = FakeBus()
        return fake, lambda: [(e.detail_type, json.loads(e.model_dump_json())) for e in fake.events]
    events, sqs = boto3.client("events"), boto3.client("sqs")
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    events.put_rule(Name="all", EventPattern=json.dumps({"source": ["recita.pipeline"]}))
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": arn["QueueArn"]}])

    def told() -> list[tuple[str, dict[str, Any]]]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        bodies = [json.loads(message["Body"]) for message in messages]
        return [(body["detail-type"], body["detail"]) for body in bodies]

    return EventBridgeBus("default"), told


@both
def test_an_event_arrives_as_the_contract_says(
    bus: tuple[EventBus, Callable[[], list[tuple[str, dict[str, Any]]]]], manifest: Manifest
) -> None:
    port, told = bus
    event = _event(manifest, RESULTS, "documents/x/manifest.json")
    port.publish(event)
    assert told() == [("Recita Document Completed", json.loads(event.model_dump_json()))]


def test_an_event_that_the_bus_does_not_take_is_told(manifest: Manifest) -> None:
    from botocore.stub import Stubber
    from recita.errors import ProviderUnavailableError

    port = EventBridgeBus("default")
    reply: dict[str, Any] = {
        "FailedEntryCount": 1,
        "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "later"}],
    }
    stubber = Stubber(port._events)
    stubber.add_response("put_events", reply)
    with stubber, pytest.raises(ProviderUnavailableError, match="InternalFailure"):
        port.publish(_event(manifest, RESULTS, "k"))
