"""`recita erase`: at every stage all of a document goes, once, and only a receipt stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from recita.models.document import document_id, result_key, work_key
from recita.models.receipt import receipt_key

from tests.operated import INPUT, NOW, RESULTS, SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.operated import OperatedStack

NAME, SECRET = "ana-gomez-diagnosis.txt", b"Ana has the flu."


def uploaded(stack: OperatedStack, key: str = NAME, body: bytes = SECRET) -> str:
    """An upload of which no event has come yet."""
    return document_id(INPUT, key, stack.upload(key, body))


def queued(stack: OperatedStack, status: str = "QUEUED", key: str = NAME) -> str:
    version = stack.upload(key, SECRET)
    document = document_id(INPUT, key, version)
    more = {"source_bucket": INPUT, "source_key": key, "version_id": version}
    stack.row(document, status, run=1, **more)
    return document


def running(stack: OperatedStack) -> str:
    document = queued(stack, "PROCESSING")
    stack.start(document)
    for key in (work_key(document, "reading.json"), result_key(document, "pages/0001.json")):
        for _ in range(2):  # two versions, as a retry leaves
            stack.s3.put_object(Bucket=RESULTS, Key=key, Body=SECRET)
    return document


def finished(stack: OperatedStack) -> str:
    document = queued(stack, "COMPLETED")
    version = str(stack.rows()[document]["version_id"])
    stack.publish(document, source=SOURCE.model_copy(update={"key": NAME, "version_id": version}))
    stack.s3.delete_object(Bucket=RESULTS, Key=result_key(document, "text.md"))
    stack.s3.put_object(Bucket=RESULTS, Key=result_key(document, "audio/es.mp3"), Body=SECRET)
    return document


def without_a_row(stack: OperatedStack) -> str:
    """As a table restored from an old backup has it."""
    document = finished(stack)
    stack.table.delete_item(Key={"document_id": document})
    return document


STAGES = [uploaded, queued, running, finished, without_a_row]
stages = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)


def everything(stack: OperatedStack) -> str:
    """All that any store holds, keys and bodies, in every version."""
    said = [json.dumps(stack.rows(), default=str)]
    for bucket in (INPUT, RESULTS):
        found: Any = stack.s3.list_object_versions(Bucket=bucket)
        said += [one["Key"] for one in found.get("DeleteMarkers", ())]
        for one in found.get("Versions", ()):
            named = {"Bucket": bucket, "Key": one["Key"], "VersionId": one["VersionId"]}
            said += [one["Key"], stack.s3.get_object(**named)["Body"].read().decode()]
    return "\n".join(said)


@stages
def test_nothing_stays_but_the_receipt(
    operated: OperatedStack, stage: Callable[[OperatedStack], str]
) -> None:
    document = stage(operated)
    assert NAME in everything(operated)

    result = operated.recita("erase", document, "--yes", "--json")

    assert result.exit_code == 0, result.stderr
    assert SECRET.decode() not in everything(operated)
    assert NAME not in everything(operated)
    assert operated.versions(INPUT) == []
    assert set(operated.versions(RESULTS)) == {receipt_key(document)}
    row = operated.rows()[document]
    assert {name for name in row if row[name]} == {"document_id", "status", "updated_at"}
    assert row["status"] == "ERASED"
    assert json.loads(result.stdout)["document_id"] == document


def test_the_receipt_counts_and_names_nobody(operated: OperatedStack) -> None:
    document = running(operated)
    receipt = json.loads(operated.recita("erase", document, "--yes", "--json").stdout)

    stored = operated.s3.get_object(Bucket=RESULTS, Key=receipt_key(document))["Body"].read()
    assert json.loads(stored) == receipt
    assert receipt["stopped"] == [document]
    assert receipt["status"] == "PROCESSING"
    assert {one["place"]: (one["objects"], one["versions"]) for one in receipt["deleted"]} == {
        "results": (1, 2),
        "work": (1, 2),
        "table": (0, 0),
        "upload": (1, 1),
    }


def test_the_digest_of_what_was_read_is_kept(operated: OperatedStack) -> None:
    receipt = operated.recita("erase", finished(operated), "--yes", "--json").stdout
    assert json.loads(receipt)["source_sha256"] == "ab"


def test_a_running_execution_is_stopped(operated: OperatedStack) -> None:
    document = queued(operated, "PROCESSING")
    operated.table.update_item(
        Key={"document_id": document},
        UpdateExpression="SET #run = :two",
        ExpressionAttributeNames={"#run": "run"},
        ExpressionAttributeValues={":two": 2},
    )
    arn = operated.start(document, run=2)

    result = operated.recita("erase", document, "--yes")

    assert operated.states.describe_execution(executionArn=arn)["status"] == "ABORTED"
    assert f"{document}.2 was stopped" in result.stderr


def test_other_versions_of_the_key_are_other_documents(operated: OperatedStack) -> None:
    first, second = queued(operated), queued(operated)
    longer = queued(operated, key=f"{NAME}.bak")

    operated.recita("erase", first, "--yes")

    assert operated.versions(INPUT) == [NAME, f"{NAME}.bak"]
    assert {operated.rows()[one]["status"] for one in (second, longer)} == {"QUEUED"}


def test_a_delete_marker_goes_with_the_last_version(operated: OperatedStack) -> None:
    first, second = queued(operated), queued(operated)
    operated.s3.delete_object(Bucket=INPUT, Key=NAME)

    operated.recita("erase", first, "--yes")
    assert operated.versions(INPUT) == [NAME, NAME]
    operated.recita("erase", second, "--yes")
    assert operated.versions(INPUT) == []


@pytest.mark.parametrize("call", range(9))
def test_whoever_is_interrupted_goes_on(
    operated: OperatedStack, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    """Killed before each of its writes in turn."""
    from recita_cli import erasing

    document, calls = running(operated), iter(range(100))

    def dying(write: Any) -> Any:
        def once(*given: Any, **named: Any) -> Any:
            if next(calls) == call:
                raise KeyboardInterrupt
            return write(*given, **named)

        return once

    with monkeypatch.context() as patch:
        for name in ("_mark", "_write", "erase_prefix", "erase_upload", "erased_row"):
            patch.setattr(erasing, name, dying(getattr(erasing, name)))
        assert operated.recita("erase", document, "--yes").exit_code == 130
    if call:
        assert operated.rows()[document]["status"] == "ERASED"  # nothing starts it meanwhile

    result = operated.recita("erase", document, "--yes")

    assert result.exit_code == 0, result.stderr
    assert NAME not in everything(operated)
    assert set(operated.versions(RESULTS)) == {receipt_key(document)}
    assert operated.rows()[document]["status"] == "ERASED"


def test_attached_documents_go_where_they_are_meant_to(operated: OperatedStack) -> None:
    mail = finished(operated)
    inner = queued(operated, key=f"attachments/{mail}/001-inner.eml")
    leaf = queued(operated, "PROCESSING", key=f"attachments/{inner}/001-scan.pdf")

    kept = operated.recita("erase", mail, "--yes")
    assert "1 attached documents stay" in kept.stderr
    assert len(operated.versions(INPUT)) == 2

    gone = operated.recita("erase", mail, "--with-children", "--yes", "--json")

    assert gone.exit_code == 0, gone.stderr
    receipts = [json.loads(line) for line in gone.stdout.splitlines()]
    assert [one["document_id"] for one in receipts] == [leaf, inner, mail]
    assert operated.versions(INPUT) == []
    assert receipts[-1]["children"] == [inner]


def test_a_late_write_is_erased_by_the_next_time(operated: OperatedStack) -> None:
    document = running(operated)
    operated.recita("erase", document, "--yes")
    operated.publish(document)

    receipt = json.loads(operated.recita("erase", document, "--yes", "--json").stdout)

    assert set(operated.versions(RESULTS)) == {receipt_key(document)}
    assert {one["place"]: one["versions"] for one in receipt["deleted"]} == {
        "results": 4,
        "work": 3,
        "table": 1,
        "upload": 1,
    }


def test_nothing_is_erased_without_a_yes(operated: OperatedStack) -> None:
    document = finished(operated)
    before = everything(operated)

    result = operated.recita("erase", document, stdin="n\n")

    assert result.exit_code == 1
    assert NAME in result.stderr
    assert "nothing was erased" in result.stderr
    assert everything(operated) == before


def test_children_are_asked_about(operated: OperatedStack) -> None:
    mail = finished(operated)
    queued(operated, key=f"attachments/{mail}/001-inner.eml")

    result = operated.recita("erase", mail, stdin="y\ny\n")

    assert "the 1 documents attached to it?" in result.stderr
    assert operated.versions(INPUT) == []


def test_an_id_that_nobody_knows_is_said_to_be_unknown(operated: OperatedStack) -> None:
    finished(operated)
    result = operated.recita("erase", "f" * 32, "--yes")
    assert result.exit_code == 1
    assert "there is no document" in result.stderr
    assert "f" * 32 not in operated.rows()


def test_a_broken_manifest_does_not_stand_in_the_way(operated: OperatedStack) -> None:
    document = finished(operated)
    key = result_key(document, "manifest.json")
    operated.s3.put_object(Bucket=RESULTS, Key=key, Body=b"{not json")

    assert operated.recita("erase", document, "--yes").exit_code == 0
    assert operated.versions(INPUT) == []


def test_rows_of_before_reruns_were_counted_are_erased_too(operated: OperatedStack) -> None:
    version = operated.upload(NAME)
    document = document_id(INPUT, NAME, version)
    more = {"source_bucket": INPUT, "source_key": NAME, "version_id": version}
    operated.row(document, "COMPLETED", updated=NOW.isoformat(), **more)
    assert operated.recita("erase", document, "--yes").exit_code == 0


def test_what_could_not_be_admitted_is_forgotten_too(operated: OperatedStack) -> None:
    document = uploaded(operated)
    version = operated.s3.head_object(Bucket=INPUT, Key=NAME)["VersionId"]
    for key, of in ((NAME, version), ("other.txt", "v")):
        event = {"detail": {"bucket": {"name": INPUT}, "object": {"key": key, "version-id": of}}}
        operated.sqs.send_message(QueueUrl=operated.dead, MessageBody=json.dumps(event))

    operated.recita("erase", document, "--yes")

    (left,) = operated.sqs.receive_message(QueueUrl=operated.dead, MaxNumberOfMessages=10)[
        "Messages"
    ]
    assert "other.txt" in left["Body"]


def test_show_says_that_a_document_was_erased_or_waits(operated: OperatedStack) -> None:
    document, waiting = finished(operated), queued(operated)
    operated.recita("erase", document, "--yes")

    assert "erased; receipts/" in operated.recita("show", document).stdout
    assert json.loads(operated.recita("show", document, "--json").stdout)["status"] == "ERASED"
    assert "waits until a place" in operated.recita("show", waiting).stdout
