"""The commands that operate a stack, on a running one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from recita.models.document import document_id

if TYPE_CHECKING:
    from tests.laptop import DocumentLaptop

pytestmark = [pytest.mark.stack, pytest.mark.engines]

RECITA = Path(sys.executable).with_name("recita")
LETTER = "The members met on 12 March 2026. The treasurer has 4,250 pounds. A fence is repaired."
PAID = ("Converse", "TranslateText", "SynthesizeSpeech", "DetectLabels", "AnalyzeDocument")


def run(recita: DocumentLaptop, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    answer = subprocess.run(  # noqa: S603 - our own command
        [str(RECITA), *arguments, "--json"],
        env={**os.environ, "RECITA_HOME": str(recita.stack.home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == code, answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


def paid(recita: DocumentLaptop) -> dict[str, int]:
    return {name: count for name, count in recita.calls().items() if name.endswith(PAID)}


def ended(recita: DocumentLaptop, execution: str, seconds: float = 120.0) -> dict[str, Any]:
    """The execution once it has ended, and its row with it."""
    deadline, document = time.monotonic() + seconds, execution.partition(".")[0]
    while time.monotonic() < deadline:
        if recita.row(document)["status"]["S"] not in {"QUEUED", "PROCESSING"}:
            return recita.execution(execution)
        time.sleep(0.1)
    raise AssertionError(recita.row(document))


def test_a_redriven_document_pays_for_nothing_again(recita: DocumentLaptop) -> None:
    first = recita.process(LETTER.encode(), "again.txt", languages="es", speak="summary")
    document = first.document_id
    ended(recita, document)
    before = paid(recita)
    assert {name.partition(".")[2] for name in before} >= {"Converse", "TranslateText"}

    (line,) = run(recita, "redrive", document)
    assert line["execution"] == f"{document}.2"

    assert ended(recita, f"{document}.2")["status"] == "SUCCEEDED"
    assert paid(recita) == before
    second = recita.manifest(document)
    assert second.execution == f"{document}.2"
    assert (second.status, second.summary) == (first.status, first.summary)
    assert [entry.artifact for entry in second.audio] == [entry.artifact for entry in first.audio]
    assert recita.row(document)["run"] == {"N": "2"}


def test_a_document_that_runs_is_erased_and_stays_erased(recita: DocumentLaptop) -> None:
    document = recita.upload(LETTER.encode(), "secret-name.txt", languages="none", speak="none")
    deadline = time.monotonic() + 60
    while not recita.row(document) and time.monotonic() < deadline:
        time.sleep(0.02)
    version = recita.row(document)["version_id"]["S"]

    (receipt,) = run(recita, "erase", document, "--yes")

    assert receipt["document_id"] == document
    outputs, s3 = recita.stack.outputs, recita.client("s3")
    uploads = s3.list_object_versions(Bucket=outputs["InputBucketName"], Prefix="secret-name")
    assert "Versions" not in uploads
    _tell_again(recita, outputs["InputBucketName"], version)
    assert recita.row(document)["status"] == {"S": "ERASED"}
    assert "secret-name" not in json.dumps(recita.row(document))
    assert run(recita, "redrive", document, code=1)[0]["refused"] == "it was erased"


def _tell_again(recita: DocumentLaptop, bucket: str, version: str) -> None:
    """Deliver the upload's event once more and wait until admission has taken it."""
    sqs, queue = recita.client("sqs"), recita.stack.outputs["AdmissionQueueUrl"]
    found = {"key": "secret-name.txt", "version-id": version}
    event = {"detail": {"bucket": {"name": bucket}, "object": found}}
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(event))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        if not any(int(told[name]) for name in names):
            return
        time.sleep(0.1)
    raise AssertionError("admission does not take the event")


def test_a_bucket_is_brought_in_once(recita: DocumentLaptop) -> None:
    outputs, s3 = recita.stack.outputs, recita.client("s3")
    archive = outputs["BackfillBucketName"]
    s3.create_bucket(Bucket=archive)
    versions = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=archive, VersioningConfiguration=versions)
    wishes = {"recita-languages": "none", "recita-speak": "none"}
    for key in ("2019/a b+ção.txt", "2019/b.txt", "2020/c.txt"):
        s3.put_object(Bucket=archive, Key=key, Body=LETTER.encode(), Metadata=wishes)
    s3.put_object(Bucket=archive, Key="2019/cold.pdf", Body=b"%PDF", StorageClass="GLACIER")

    (first,) = run(recita, "backfill", f"s3://{archive}/2019/")
    assert first["objects"] == {"copied": 2, "archived": 1}
    (second,) = run(recita, "backfill", f"s3://{archive}/2019/")
    assert second["objects"] == {"present": 2, "archived": 1}

    prefix = f"backfill/{archive}/"
    uploads = outputs["InputBucketName"]
    found = s3.list_object_versions(Bucket=uploads, Prefix=f"{prefix}2019/")["Versions"]
    assert sorted(one["Key"] for one in found) == [
        f"{prefix}2019/a b+ção.txt",
        f"{prefix}2019/b.txt",
    ]
    for one in found:
        name = document_id(outputs["InputBucketName"], one["Key"], one["VersionId"])
        assert recita.manifest(name).status == "COMPLETED"


def test_a_list_is_brought_in_once_with_its_options(recita: DocumentLaptop, tmp_path: Path) -> None:
    outputs, s3 = recita.stack.outputs, recita.client("s3")
    archive = outputs["BackfillBucketName"]
    s3.create_bucket(Bucket=archive)
    for key in ("lists/a, b+ção.txt", "lists/c.txt"):
        s3.put_object(Bucket=archive, Key=key, Body=LETTER.encode())
    listed = tmp_path / "list.csv"
    listed.write_text(
        "document,languages,speak\n"
        f'"s3://{archive}/lists/a, b+ção.txt",none,none\n'
        f"s3://{archive}/lists/gone.txt,none,none\n"
        "s3://elsewhere/a.txt,none,none\n"
        f"s3://{archive}/lists/c.txt,all!,none\n",
        "utf-8",
    )

    (first,) = run(recita, "backfill", "--list", str(listed), code=3)
    (second,) = run(recita, "backfill", "--list", str(listed), code=3)

    assert first["objects"] == {"copied": 1, "gone": 1}
    assert second["objects"] == {"present": 1, "gone": 1}
    assert [one["line"] for one in first["refused"]] == [4, 5]
    key = f"backfill/{archive}/lists/a, b+ção.txt"
    found = s3.head_object(Bucket=outputs["InputBucketName"], Key=key)
    name = document_id(outputs["InputBucketName"], key, found["VersionId"])
    manifest = recita.manifest(name)
    assert manifest.status == "COMPLETED"
    assert manifest.ledger.languages.requested == ()


def test_what_lies_in_the_input_bucket_is_let_in_there(recita: DocumentLaptop) -> None:
    """Its execution is found to have ended before, and its place is given back."""
    manifest = recita.process(LETTER.encode(), "lies/here.txt", languages="none", speak="none")
    document, bucket = manifest.document_id, recita.stack.outputs["InputBucketName"]
    ended(recita, document)
    table = recita.stack.outputs["TableName"]
    recita.client("dynamodb").delete_item(TableName=table, Key={"document_id": {"S": document}})

    (first,) = run(recita, "backfill", f"s3://{bucket}/lies/")
    (second,) = run(recita, "backfill", f"s3://{bucket}/lies/")

    assert (first["objects"], second["objects"]) == ({"admitted": 1}, {"present": 1})
    assert recita.manifest(document) == manifest


def test_the_index_is_made_again_from_the_bucket(recita: DocumentLaptop) -> None:
    manifest = recita.process(LETTER.encode(), "index.txt", languages="none", speak="none")
    document = manifest.document_id
    ended(recita, document)
    before = recita.row(document)
    table = recita.stack.outputs["TableName"]
    recita.client("dynamodb").delete_item(TableName=table, Key={"document_id": {"S": document}})

    changes = run(recita, "reindex")

    change = next(one for one in changes if one.get("document_id") == document)
    assert change["change"] == "added"
    after = recita.row(document)
    assert {**after, "updated_at": None} == {**before, "updated_at": None}
