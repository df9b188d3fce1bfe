"""Writes the manifest, then tells the table and the event bus."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import PublishInput, PublishOutput
from recita.steps import publish_result
from recita.wiring import wiring


@lambda_step(PublishInput)
def lambda_handler(given: PublishInput) -> PublishOutput:
    """Return the document's status and where its manifest lies."""
    return publish_result.run(
        given, bench=wiring.bench(), documents=wiring.documents, bus=wiring.bus
    )
