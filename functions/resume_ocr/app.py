"""Resumes the execution that waits for a Textract job."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from recita.handling import told
from recita.models.steps import Event
from recita.steps import ocr_job
from recita.wiring import wiring


def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Hand each notification to the task that waits for it."""
    for record in event["Records"]:
        with told("resume-ocr", context) as line:
            line["document_id"] = ocr_job.resume(
                record["Sns"]["Message"], results=wiring.results, workflow=wiring.workflow
            )
    return {"resumed": len(event["Records"])}
