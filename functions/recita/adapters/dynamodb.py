"""Amazon DynamoDB: the index of documents, which manifests can rebuild."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from recita.models.base import now
from recita.models.document import Upload
from recita.models.manifest import Manifest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class DynamoDocuments:
    """The table of documents."""

    def __init__(self, table: str) -> None:
        self._table: Table = boto3.resource("dynamodb").Table(table)

    def admit(self, upload: Upload) -> None:
        """Record that the upload is being processed, unless it is known already."""
        item: dict[str, Any] = {
            "document_id": upload.document_id,
            "status": "PROCESSING",
            "source_bucket": upload.bucket,
            "source_key": upload.key,
            "version_id": upload.version_id,
            "created_at": now().isoformat(),
            "updated_at": now().isoformat(),
        }
        try:
            self._table.put_item(Item=item, ConditionExpression="attribute_not_exists(document_id)")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def record(self, manifest: Manifest, manifest_key: str) -> None:
        """Replace the row by what the manifest says."""
        self._table.put_item(Item=row(manifest, manifest_key))


def row(manifest: Manifest, manifest_key: str) -> dict[str, Any]:
    """Return the table row of a manifest; absent facts are absent attributes."""
    item = {
        "document_id": manifest.document_id,
        "status": manifest.status,
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
