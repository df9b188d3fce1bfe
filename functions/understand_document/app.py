"""Summarises a document, or describes a picture, under the guardrail."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import StepInput, StepOutput
from recita.steps import understand_document
from recita.wiring import wiring


@lambda_step(StepInput)
def lambda_handler(given: StepInput) -> StepOutput:
    """Return SUCCEEDED, SKIPPED when there is nothing to summarise, or BLOCKED."""
    return understand_document.run(
        given, bench=wiring.bench(), models=wiring.models, guardrail=wiring.guardrail
    )
