"""Amazon DynamoDB: the index of documents, which manifests can rebuild."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
from boto3.dynamodb.conditions import ConditionBase, Key
from botocore.exceptions import ClientError

from recita.adapters.clients import CONFIG
from recita.models.base import now
from recita.models.document import Upload, run_number
from recita.models.index import IndexRow
from recita.models.manifest import Manifest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

REFUSED = "ConditionalCheckFailedException"
INDEX = "by-status"
BATCH = 100
"""Keys in one BatchGetItem, at most."""
SAME_RUN = "#status = :was AND (attribute_not_exists(#run) OR #run = :run)"
NOT_OVERTAKEN = (
    "attribute_not_exists(document_id) OR "
    "#status <> :erased AND (attribute_not_exists(#run) OR #run <= :run)"
)
NAMES = {"#status": "status", "#run": "run"}
"""Both are reserved words."""


class DynamoDocuments:
    """The table of documents."""

    def __init__(self, table: str, database: DynamoDBServiceResource | None = None) -> None:
        self._database: DynamoDBServiceResource = database or boto3.resource(
            "dynamodb", config=CONFIG
        )
        self._table: Table = self._database.Table(table)

    def admit(self, upload: Upload) -> IndexRow:
        """Record that the upload waits, unless it is known already; return what is known."""
        at = now().isoformat()
        item: dict[str, Any] = {
            "document_id": upload.document_id,
            "status": "QUEUED",
            "run": 1,
            "source_bucket": upload.bucket,
            "source_key": upload.key,
            "version_id": upload.version_id,
            "created_at": at,
            "queued_at": at,
            "updated_at": at,
        }
        try:
            self._table.put_item(Item=item, ConditionExpression="attribute_not_exists(document_id)")
        except ClientError as error:
            if not _refused(error):
                raise
            return self.find(upload.document_id) or _row(item)
        return _row(item)

    def find(self, document_id: str) -> IndexRow | None:
        """Return the row of a document, as it is at this moment."""
        found = self._table.get_item(Key={"document_id": document_id}, ConsistentRead=True)
        return _row(found["Item"]) if "Item" in found else None

    def waiting(self, most: int) -> Sequence[IndexRow]:
        """Return documents that wait for their execution, those that wait longest first."""
        return self._with("QUEUED", most)

    def working(self, most: int) -> Sequence[IndexRow]:
        """Return documents whose execution has begun, those that began longest ago first."""
        return self._with("PROCESSING", most)

    def erased(self, since: datetime, most: int) -> Sequence[IndexRow]:
        """Return documents that were erased since then."""
        return self._with("ERASED", most, since)

    def started(self, row: IndexRow) -> None:
        """Record that the row's run has begun, unless the row says something newer."""
        self._change(row, "SET #status = :is, updated_at = :at", {":is": "PROCESSING"}, "QUEUED")

    def wait_again(self, row: IndexRow, run: int) -> bool:
        """Let a document wait for another run; False when the row has changed meanwhile."""
        values = {
            ":is": "QUEUED",
            ":next": run,
            ":restarts": row.restarts + (run != row.run),
        }
        change = (
            "SET #status = :is, #run = :next, restarts = :restarts, queued_at = :at,"
            " updated_at = :at"
        )
        return self._change(row, change, values, row.status)

    def known(self, document_ids: Iterable[str]) -> frozenset[str]:
        """Return which of these have a row."""
        ids = list(dict.fromkeys(document_ids))
        batches = (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
        return frozenset(found for batch in batches for found in self._known(batch))

    def record(self, manifest: Manifest, manifest_key: str) -> None:
        """Replace the row by what the manifest says, unless a later run is on its way."""
        item = row(manifest, manifest_key)
        try:
            self._table.put_item(
                Item=item,
                ConditionExpression=NOT_OVERTAKEN,
                ExpressionAttributeNames=NAMES,
                ExpressionAttributeValues={":erased": "ERASED", ":run": item["run"]},
            )
        except ClientError as error:
            if not _refused(error):
                raise

    def _with(self, status: str, most: int, since: datetime | None = None) -> list[IndexRow]:
        """Rows of a status; the index may be a moment behind the table."""
        wanted: ConditionBase = Key("status").eq(status)
        if since:
            wanted &= Key("updated_at").gte(since.isoformat())
        found = self._table.query(IndexName=INDEX, KeyConditionExpression=wanted, Limit=most)
        return [_row(item) for item in found["Items"]]

    def _change(self, row: IndexRow, change: str, values: dict[str, Any], was: str) -> bool:
        try:
            self._table.update_item(
                Key={"document_id": row.upload.document_id},
                UpdateExpression=change,
                ConditionExpression=SAME_RUN,
                ExpressionAttributeNames=NAMES,
                ExpressionAttributeValues={
                    ":at": now().isoformat(),
                    ":was": was,
                    ":run": row.run,
                    **values,
                },
            )
        except ClientError as error:
            if not _refused(error):
                raise
            return False
        return True

    def _known(self, batch: list[str]) -> set[str]:
        asked: dict[str, Any] = {
            self._table.name: {
                "Keys": [{"document_id": name} for name in batch],
                "ProjectionExpression": "document_id",
                "ConsistentRead": True,
            }
        }
        known: set[str] = set()
        while asked:
            reply = self._database.batch_get_item(RequestItems=asked)
            items = reply["Responses"].get(self._table.name, [])
            known.update(str(item["document_id"]) for item in items)
            asked = dict(reply.get("UnprocessedKeys", {}))
        return known


def row(manifest: Manifest, manifest_key: str) -> dict[str, Any]:
    """Return the table row of a manifest; absent facts are absent attributes."""
    item = {
        "document_id": manifest.document_id,
        "status": manifest.status,
        "run": run_number(manifest.execution),
        "source_bucket": manifest.source.bucket,
        "source_key": manifest.source.key,
        "version_id": manifest.source.version_id,
        "created_at": manifest.created_at.isoformat(),
        "updated_at": now().isoformat(),
        "manifest_key": manifest_key,
        "reason_code": manifest.reason.code if manifest.reason else None,
        "language": manifest.language.code if manifest.language else None,
        "document_type": manifest.classification.type if manifest.classification else None,
        "pages": manifest.ledger.pages.total,
        "languages": list(manifest.ledger.languages.translated),
    }
    return {name: value for name, value in item.items() if value is not None}


def _row(item: Mapping[str, Any]) -> IndexRow:
    upload = Upload(  # of an erased document, nothing but the id is left
        document_id=item["document_id"],
        bucket=item.get("source_bucket", ""),
        key=item.get("source_key", ""),
        version_id=item.get("version_id", ""),
    )
    return IndexRow(
        upload=upload,
        status=item["status"],
        run=int(item.get("run", 1)),
        restarts=int(item.get("restarts", 0)),
        queued_at=item.get("queued_at"),
        updated_at=item["updated_at"],
    )


def _refused(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == REFUSED
