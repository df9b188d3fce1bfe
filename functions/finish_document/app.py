"""Gives back the place of an execution that has ended, and starts a document that waits."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from recita.handling import told
from recita.models.steps import Event
from recita.steps import finish_document
from recita.wiring import wiring


def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Take an ``Execution Status Change`` of Step Functions; return what was started."""
    execution, ended = event["detail"]["name"], event["detail"]["status"]
    document_id = execution.partition(".")[0]
    with told("finish-document", context, document_id=document_id, execution=ended) as line:
        started = finish_document.run(
            execution, admission=wiring.admission, settlement=wiring.settlement()
        )
        line["started"] = len(started)
    return {"started": started}
