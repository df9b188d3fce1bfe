"""Erasing one document, step by step; each step may be done again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recita.adapters.erasure import erase_prefix, erase_upload, erased_row
from recita.models.base import now
from recita.models.document import Upload, document_id, execution_name, result_key, work_key
from recita.models.receipt import Deleted, Receipt, receipt_key
from recita.models.row import table_key
from recita.steps.handover import DOCUMENT

from recita_cli import inventory
from recita_cli.console import CliError
from recita_cli.dead_letters import DeadLetters
from recita_cli.following import execution_arn
from recita_cli.target import Target

UNKNOWN = "NONE"
"""Status of an upload that the table never heard of."""
STOPPED_SECONDS = 60.0
"""How long a stopped execution may say that it is running."""
UNKNOWN_UPLOAD = {"bucket": "", "key": "", "version_id": ""}
IDENTITY = ("source_bucket", "source_key", "version_id")


@dataclass(frozen=True)
class Found:
    """A document before it is erased; ``upload`` is None where its upload is gone already."""

    document_id: str
    row: dict[str, Any]
    upload: Upload | None
    children: tuple[str, ...]
    receipt: Receipt

    @property
    def done(self) -> bool:
        """Whether it was erased before and has left nothing that tells of an interrupted try."""
        erased = self.row.get("status") == inventory.ERASED
        return erased and not self.row.get("source_key") and self.receipt.erased_at is not None


def find(target: Target, document: str) -> Found:
    """Return what is known of a document; raises CliError when nothing is."""
    row = inventory.row(target, document) or {}
    body = _read(target, receipt_key(document))
    keys = (work_key(document, DOCUMENT), result_key(document, "manifest.json"))
    source = _source([_read(target, key) for key in keys])
    upload = _upload(target, document, row, source)
    if not (row or body or upload):
        raise CliError(f"there is no document {document}", "recita status lists them")
    before = Receipt(
        document_id=document,
        status=str(row.get("erased_from") or row.get("status", UNKNOWN)),
        source_sha256=source.get("sha256") or None,
    )
    receipt = Receipt.model_validate_json(body) if body else before
    known = {*receipt.children, *_children(target, document)}
    receipt = receipt.model_copy(update={"children": tuple(sorted(known))})
    return Found(document, row, upload, receipt.children, receipt)


def erase(target: Target, found: Found) -> Receipt:
    """Erase a document and return its receipt; after a crash, do the same again.

    The row comes first, so that neither admission nor the sweeper starts what is being erased,
    and keeps what it knows of the upload until the receipt is complete.
    """
    document = found.document_id
    _mark(target, found)
    stopped = {*found.receipt.stopped, *_stop(target, found)}
    receipt = found.receipt.model_copy(
        update={"stopped": tuple(sorted(stopped)), "erased_at": None}
    )
    if "AdmissionDeadLetterQueueUrl" in target.outputs:
        DeadLetters(target).forget_document(document)
    for deleted in _deletions(target, found):
        receipt = receipt.plus(deleted)
        _write(target, receipt)
    receipt = receipt.model_copy(update={"erased_at": now()})
    _write(target, receipt)
    target.table.put_item(Item=erased_row(document, receipt.erased_at or now()))
    return receipt


def _upload(
    target: Target, document: str, row: dict[str, Any], source: dict[str, str]
) -> Upload | None:
    """The upload, from whoever knows it; without any of them, from a look at all uploads.

    An id is a hash of what it stands for: nothing but that very version is ever deleted.
    """
    told = {name.removeprefix("source_"): str(row.get(name)) for name in IDENTITY}
    for named in (told, source):
        upload = Upload.model_validate({**UNKNOWN_UPLOAD, **named, "document_id": document})
        if document_id(upload.bucket, upload.key, upload.version_id) == document:
            return upload
    if row.get("status") == inventory.ERASED:
        return None
    return next((one for one in _uploads(target, "") if one.document_id == document), None)


def _source(bodies: list[bytes | None]) -> dict[str, str]:
    """Bucket, key, version and SHA-256, as inspection or the manifest noted them; {} unread.

    What can't be read does not stand in the way: it is about to be deleted.
    """
    for body in bodies:
        try:
            told = json.loads(body or b"{}")
        except ValueError:
            continue
        told = told.get("source", told)
        if "version_id" in told:
            return {name: told[name] for name in ("bucket", "key", "version_id", "sha256")}
    return {}


def _uploads(target: Target, prefix: str) -> Iterator[Upload]:
    """Every version in the input bucket under a prefix."""
    bucket = target.outputs["InputBucketName"]
    pages = target.s3.get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=bucket, Prefix=prefix):
        for one in page.get("Versions", ()):
            key, version = one["Key"], one["VersionId"]
            yield Upload(
                document_id=document_id(bucket, key, version),
                bucket=bucket,
                key=key,
                version_id=version,
            )


def _children(target: Target, document: str) -> list[str]:
    """Documents that were attached to this one, whatever they have come to."""
    return [one.document_id for one in _uploads(target, f"attachments/{document}/")]


def _mark(target: Target, found: Found) -> None:
    """Give the row its last status, and what it needs to be erased after a crash."""
    values = {":erased": inventory.ERASED, ":now": now().isoformat(), ":from": found.receipt.status}
    known = "SET #status = :erased, updated_at = :now, erased_from = :from"
    if found.upload:
        known += ", source_bucket = :bucket, source_key = :key, version_id = :version"
        upload = found.upload
        values |= {":bucket": upload.bucket, ":key": upload.key, ":version": upload.version_id}
    target.table.update_item(
        Key={"document_id": found.document_id},
        UpdateExpression=known,
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues=values,
    )


def _stop(target: Target, found: Found) -> Iterator[str]:
    """Stop the executions that run, and wait until they say so; yields their names."""
    states = target.client("stepfunctions")
    for run in range(1, int(found.row.get("run", 1)) + 1):
        name = execution_name(found.document_id, run)
        arn = execution_arn(target.outputs["StateMachineArn"], name)
        if _running(states, arn):
            states.stop_execution(executionArn=arn, error="Erased", cause="recita erase")
            _await_end(states, arn)
            yield name


def _running(states: Any, arn: str) -> bool:
    try:
        return bool(states.describe_execution(executionArn=arn)["status"] == "RUNNING")
    except states.exceptions.ExecutionDoesNotExist:
        return False


def _await_end(states: Any, arn: str) -> None:
    deadline = time.monotonic() + STOPPED_SECONDS
    while _running(states, arn):
        if time.monotonic() > deadline:
            raise CliError(f"{arn} was stopped and runs on", "recita erase once more")
        time.sleep(0.2)


def _deletions(target: Target, found: Found) -> Iterator[Deleted]:
    """Results first: while the upload is there, a crash leaves a document that can be found."""
    s3, results = target.s3, target.outputs["ResultsBucketName"]
    document = found.document_id
    yield erase_prefix(s3, results, result_key(document, ""), "results")
    yield erase_prefix(s3, results, work_key(document, ""), "work")
    yield erase_prefix(s3, results, table_key(document), "table")
    if found.upload:
        yield erase_upload(s3, found.upload)


def _write(target: Target, receipt: Receipt) -> None:
    target.s3.put_object(
        Bucket=target.outputs["ResultsBucketName"],
        Key=receipt_key(receipt.document_id),
        Body=receipt.model_dump_json(indent=1).encode(),
        ContentType="application/json",
    )


def _read(target: Target, key: str) -> bytes | None:
    try:
        answer = target.s3.get_object(Bucket=target.outputs["ResultsBucketName"], Key=key)
    except target.s3.exceptions.NoSuchKey:
        return None
    body: bytes = answer["Body"].read()
    return body
