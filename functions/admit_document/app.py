"""Starts one execution for each upload in the queue."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from recita.models.steps import Event
from recita.observability import logger
from recita.steps import admit_document
from recita.wiring import wiring


def lambda_handler(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Return the messages that failed; SQS gives those alone again (partial batch response)."""
    failed = []
    for record in event["Records"]:
        try:
            upload = admit_document.run(
                json.loads(record["body"]), documents=wiring.documents, workflow=wiring.admission
            )
            logger.info("admitted", document_id=upload.document_id)
        except Exception as error:  # noqa: BLE001 - one bad message must not fail its batch
            logger.error("not admitted", error=type(error).__name__, message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
