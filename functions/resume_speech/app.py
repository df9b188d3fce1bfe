"""Resumes the execution that waits for Polly's tasks."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from recita.handling import told
from recita.models.steps import Event
from recita.steps import speech_tasks
from recita.wiring import wiring


def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Hand each notification to the task that waits for it."""
    for record in event["Records"]:
        with told("resume-speech", context) as line:
            line["document_id"] = speech_tasks.resume(
                record["Sns"]["Message"],
                results=wiring.results,
                tasks=wiring.speech_tasks,
                workflow=wiring.workflow,
            )
    return {"looked": len(event["Records"])}
