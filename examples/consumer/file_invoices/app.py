"""Files the facts of each finished invoice in a table: one row for a document."""

from __future__ import annotations

import os
from typing import Any

import boto3
import recita_client
from invoice import IncompleteInvoiceError, Invoice, invoice_of

NAMES = {"#run": "run"}  # DynamoDB keeps the word for itself


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take Recita's event; returns what was filed.

    Events come at least once and in any order. A row is replaced, or marked as superseded, by a
    later run of its document and by nothing else, so the same event again changes nothing. Raises
    IncompleteInvoiceError for an invoice that a person should look at.
    """
    document = recita_client.open_event(event, bucket=os.environ["RESULTS_BUCKET"])
    manifest = document.manifest
    kind = manifest.classification.type if manifest.classification else None
    if manifest.status != "COMPLETED" or kind != "invoice":
        return {"filed": False, "superseded": _supersede(manifest)}
    try:
        invoice = invoice_of(document)
    except IncompleteInvoiceError:
        _supersede(manifest)
        raise
    return {"filed": _file(manifest, invoice)}


def _file(manifest: recita_client.Manifest, invoice: Invoice) -> bool:
    """Write the row; False where this run, or a later one, has been filed before."""
    table = _table()
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
            ExpressionAttributeNames=NAMES,
            ExpressionAttributeValues={":run": manifest.run},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _supersede(manifest: recita_client.Manifest) -> bool:
    """Mark the row of an earlier run, which Recita no longer stands by; False without any."""
    table = _table()
    try:
        table.update_item(
            Key={"document_id": manifest.document_id},
            UpdateExpression="SET superseded_by_run = :run",
            ConditionExpression="attribute_exists(document_id) AND #run < :run",
            ExpressionAttributeNames=NAMES,
            ExpressionAttributeValues={":run": manifest.run},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _table() -> Any:
    return boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
