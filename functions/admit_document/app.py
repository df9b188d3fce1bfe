"""Lets each upload in the queue in: it is started, or waits for a place in flight."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from recita.handling import told
from recita.models.steps import Event
from recita.steps import admit_document
from recita.wiring import wiring


def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Return the messages that failed; SQS gives those alone again (partial batch response)."""
    failed = []
    for record in event["Records"]:
        try:
            with told("admit-document", context, message_id=record["messageId"]) as line:
                upload = admit_document.run(json.loads(record["body"]), admission=wiring.admission)
                line["document_id"] = upload.document_id
        except Exception:  # noqa: BLE001 - one bad message must not fail its batch
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
