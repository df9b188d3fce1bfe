"""Copies the result of a finished document to a consumer's bucket."""

from __future__ import annotations

from aws_lambda_powertools.utilities.typing import LambdaContext
from recita.handling import told
from recita.models.event import DocumentEvent
from recita.models.steps import Event
from recita.steps import copy_result
from recita.wiring import wiring


def lambda_handler(event: Event, context: LambdaContext) -> dict[str, str]:
    """Take a ``Recita Document …`` event; return what became of the copy."""
    document = DocumentEvent.model_validate(event["detail"]).metadata.document_id
    with told("copy-result", context, document_id=document) as line:
        line["copy"] = copy_result.run(document, results=wiring.results, copies=wiring.copies)
    return {"copy": line["copy"]}
