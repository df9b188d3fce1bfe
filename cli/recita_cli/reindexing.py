"""Rows of the table held against manifests and receipts, a page of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from botocore.exceptions import ClientError
from pydantic import ValidationError
from recita.adapters.dynamodb import row as row_of
from recita.adapters.erasure import erased_row
from recita.adapters.s3 import S3Results
from recita.models.document import result_key, run_number
from recita.models.manifest import Manifest
from recita.models.receipt import Receipt, receipt_key
from recita.models.row import table_key
from recita.steps.query_rows import row_line, write_row

from recita_cli import inventory
from recita_cli.target import Target

THREADS = 8
BATCH = 100
"""Most rows of one BatchGetItem (DynamoDB API reference)."""
KEPT = ("run", "queued_at")
"""What a row knows that no manifest tells."""

QUERIES = "row for queries"
"""What a change calls the line of JSON under ``tables/``."""

Kind = Literal["added", "changed", "same", "waiting", "erased", "unreadable"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """What became, or would become, of one row."""

    document_id: str
    kind: Kind
    status: str = ""
    fields: tuple[str, ...] = ()


def changes(target: Target, *, dry_run: bool) -> Iterator[Change]:
    """Bring the table up to what the bucket holds; yields every document once it is looked at.

    Receipts come first: what was erased stays erased, even if a late write left a manifest.
    """
    desk = _Desk(target, dry_run=dry_run)
    for ids in _listed(target, receipt_key("").removesuffix(".json")):
        yield from desk.settle(ids, desk.from_receipt)
    for ids in _listed(target, result_key("", "").removesuffix("/")):
        yield from desk.settle(ids, desk.from_manifest)


def _listed(target: Target, prefix: str) -> Iterator[list[str]]:
    """Ids under a prefix, a hundred at a time."""
    pages = target.s3.get_paginator("list_objects_v2").paginate(
        Bucket=target.outputs["ResultsBucketName"], Prefix=prefix, Delimiter="/"
    )
    for page in pages:
        folders = [entry["Prefix"] for entry in page.get("CommonPrefixes", ())]
        files = [entry["Key"] for entry in page.get("Contents", ())]
        names = (key.removeprefix(prefix).rstrip("/") for key in (*folders, *files))
        ids = [name.removesuffix(".json") for name in names]
        ids = [one for one in ids if inventory.ID.fullmatch(one)]
        yield from (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


class _Desk:
    """The table, and what its rows should be."""

    def __init__(self, target: Target, *, dry_run: bool) -> None:
        self._target = target
        self._dry_run = dry_run
        self._results = S3Results(target.outputs["ResultsBucketName"], target.s3)
        self._written: set[str] = set()
        """Documents whose row for queries was not as their manifest."""

    def settle(self, ids: Sequence[str], make: Any) -> Iterator[Change]:
        """Compare the rows of these documents with what ``make`` says they should be."""
        rows = self._rows(ids)
        with ThreadPoolExecutor(THREADS) as pool:
            wanted = pool.map(lambda one: make(one, rows.get(one)), ids)
            for one, new in zip(ids, wanted, strict=True):
                if isinstance(new, Change):
                    yield new
                elif new is not None:
                    yield self._named(self._replace(one, rows.get(one), new))

    def from_manifest(self, document: str, old: Row | None) -> Row | Change | None:
        """What the manifest says; None where there is none."""
        if old and old["status"] in inventory.WAITING:
            return Change(document, "waiting", old["status"])
        if old and old["status"] == inventory.ERASED:
            return None  # its receipt was looked at before
        key = result_key(document, "manifest.json")
        found = self._read(key)
        if found is None:
            return None
        try:
            manifest = Manifest.model_validate_json(found[0])
        except ValidationError:
            return Change(document, "unreadable")
        self._follow(manifest)
        run = max(int((old or {}).get("run", 1)), run_number(manifest.execution))
        kept = {name: old[name] for name in KEPT if old and name in old}
        new = row_of(manifest, key)
        return {**kept, **new, "run": run, "updated_at": found[1].isoformat()}

    def from_receipt(self, document: str, old: Row | None) -> Row | Change | None:
        """What is left of a document that was erased."""
        if old and old["status"] in inventory.WAITING:
            return Change(document, "waiting", old["status"])
        if old and old["status"] == inventory.ERASED:
            return Change(document, "erased", inventory.ERASED)
        found = self._read(receipt_key(document))
        if found is None:
            return None
        try:
            erased_at = Receipt.model_validate_json(found[0]).erased_at
        except ValidationError:
            return Change(document, "unreadable")
        return erased_row(document, erased_at or found[1])

    def _follow(self, manifest: Manifest) -> None:
        """Let the row for queries follow its manifest, too."""
        found = self._read(table_key(manifest.document_id))
        if found and found[0] == row_line(manifest):
            return
        self._written.add(manifest.document_id)
        if not self._dry_run:
            write_row(manifest, self._results)

    def _named(self, change: Change) -> Change:
        """The change, with the row for queries among what differs."""
        if change.document_id not in self._written or change.kind not in ("same", "changed"):
            return change
        return replace(change, kind="changed", fields=(*change.fields, QUERIES))

    def _rows(self, ids: Sequence[str]) -> dict[str, Row]:
        """Rows by id; DynamoDB may leave some for the next question."""
        name, rows = self._target.table.name, dict[str, Row]()
        asked = {name: {"Keys": [{"document_id": one} for one in ids], "ConsistentRead": True}}
        while asked:
            answer = self._target.table.meta.client.batch_get_item(RequestItems=asked)
            rows |= {row["document_id"]: row for row in answer["Responses"].get(name, ())}
            asked = answer.get("UnprocessedKeys", {})
        return rows

    def _read(self, key: str) -> tuple[bytes, datetime] | None:
        s3, bucket = self._target.s3, self._target.outputs["ResultsBucketName"]
        try:
            found = s3.get_object(Bucket=bucket, Key=key)
        except s3.exceptions.NoSuchKey:
            return None
        return found["Body"].read(), found["LastModified"]

    def _replace(self, document: str, old: Row | None, new: Row) -> Change:
        fields = _differing(old or {}, new)
        if not fields:
            return Change(document, "same", new["status"])
        if not (self._dry_run or self._put(old, new)):
            return Change(document, "waiting")  # it moved on while its manifest was read
        return Change(document, "changed" if old else "added", new["status"], fields)

    def _put(self, old: Row | None, new: Row) -> bool:
        """Replace the row unless another has done so meanwhile."""
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(document_id)"}
        if old:
            condition = {
                "ConditionExpression": "#status = :status AND updated_at = :updated",
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": {
                    ":status": old["status"],
                    ":updated": old["updated_at"],
                },
            }
        try:
            self._target.table.put_item(Item=new, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True


def _differing(old: Row, new: Row) -> tuple[str, ...]:
    """Attributes that differ; when a row was written is no difference."""
    names = sorted({*old, *new} - {"updated_at"})
    return tuple(name for name in names if old.get(name) != new.get(name))
