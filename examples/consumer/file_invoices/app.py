"""Files the facts of each finished invoice in a table: one row for a document."""

from __future__ import annotations

import os
from typing import Any

import boto3
import recita_client
from invoice import Invoice, invoice_of


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take Recita's event; returns what was filed.

    Events come at least once and in any order. A row is replaced by a later run of its document
    and by nothing else, so the same event again changes nothing.
    """
    document = recita_client.open_event(event, bucket=os.environ["RESULTS_BUCKET"])
    manifest = document.manifest
    kind = manifest.classification.type if manifest.classification else None
    if manifest.status != "COMPLETED" or kind != "invoice":
        return {"filed": False}  # a later run of the document has come to another end
    return {"filed": _file(manifest, invoice_of(document))}


def _file(manifest: recita_client.Manifest, invoice: Invoice) -> bool:
    """Write the row; False where this run, or a later one, has been filed before."""
    table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
    row: dict[str, Any] = {
        "document_id": manifest.document_id,
        "run": manifest.run,
        "source_key": manifest.source.key,
        **{name: value for name, value in invoice.items() if value is not None},
    }
    try:
        table.put_item(
            Item=row,
            ConditionExpression="attribute_not_exists(document_id) OR #run < :run",
            ExpressionAttributeNames={"#run": "run"},
            ExpressionAttributeValues={":run": manifest.run},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True
