"""What a stack holds: documents by time, documents by the beginning of their id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from recita.models.document import result_key, work_key
from recita.models.record import StepRecord
from recita_client import Document, NotFoundError, S3Source

from recita_cli import exits
from recita_cli.console import CliError
from recita_cli.target import Target

WAITING = ("QUEUED", "PROCESSING")
FINAL = ("COMPLETED", "PARTIAL", "BLOCKED", "REJECTED", "FAILED")
ERASED = "ERASED"
STATUSES = (*WAITING, *FINAL, ERASED)
ID = re.compile(r"[0-9a-f]{32}")
ID_START = re.compile(r"[0-9a-f]{1,32}")
AMBIGUOUS_SHOWN = 5


def newest(target: Target, limit: int) -> list[dict[str, Any]]:
    """The table's newest rows, newest first.

    One query per status on the index, each read backwards: a scan would read the whole table.
    """
    rows: list[dict[str, Any]] = []
    for status in STATUSES:
        rows += target.table.query(**_with(status), ScanIndexForward=False, Limit=limit)["Items"]
    return sorted(rows, key=lambda row: str(row["updated_at"]), reverse=True)[:limit]


def with_status(target: Target, status: str, since: str = "") -> Iterator[dict[str, Any]]:
    """All rows with a status that changed since a time (ISO 8601), oldest first."""
    asked = _with(status, since)
    while True:
        answer = target.table.query(**asked)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def row(target: Target, document: str) -> dict[str, Any] | None:
    """The row of a document as it is now."""
    found: dict[str, Any] | None = target.table.get_item(
        Key={"document_id": document}, ConsistentRead=True
    ).get("Item")
    return found


def _with(status: str, since: str = "") -> dict[str, Any]:
    return {
        "IndexName": "by-status",
        "KeyConditionExpression": "#status = :status AND updated_at >= :since",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":status": status, ":since": since or "0"},
    }


def find(target: Target, start: str | None) -> str:
    """The id of the one document whose id begins with ``start``; the newest without ``start``."""
    if start is None:
        rows = newest(target, 1)
        if not rows:
            raise CliError("there is no document yet", "recita run FILE")
        return str(rows[0]["document_id"])
    if not ID_START.fullmatch(start):
        raise CliError(f"{start!r} begins no document id", "recita status lists them", exits.USAGE)
    found = sorted(_ids(target, result_key(start, "")) | _ids(target, work_key(start, "")))
    if len(found) == 1:
        return found[0]
    if ID.fullmatch(start) and (not found and row(target, start)):
        return start  # it waits, and has left nothing in the bucket yet
    if not found:
        raise CliError(f"no document's id begins with {start}", "recita status lists them")
    shown = ", ".join(found[:AMBIGUOUS_SHOWN])
    raise CliError(f"{start} begins more than one document's id: {shown}", "type more of it")


def _ids(target: Target, prefix: str) -> set[str]:
    listing = target.s3.list_objects_v2(
        Bucket=target.outputs["ResultsBucketName"], Prefix=prefix.rstrip("/"), Delimiter="/"
    )
    return {entry["Prefix"].split("/")[1] for entry in listing.get("CommonPrefixes", [])}


def result(target: Target, document: str) -> Document | None:
    """The result of a document, None while it is on its way."""
    source = S3Source(target.outputs["ResultsBucketName"], document, target.s3)
    try:
        return Document(source)
    except NotFoundError:
        return None


def steps(target: Target, document: str) -> list[StepRecord]:
    """The steps of a document that have ended, in their order."""
    bucket, s3 = target.outputs["ResultsBucketName"], target.s3
    listing = s3.list_objects_v2(Bucket=bucket, Prefix=work_key(document, "steps/"))
    bodies = [
        s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
        for entry in listing.get("Contents", [])
    ]
    return sorted(map(StepRecord.model_validate_json, bodies), key=lambda record: record.ended_at)
