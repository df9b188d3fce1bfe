"""Fetches the pages of a finished Textract job."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import CollectOcrInput, StepOutput
from recita.steps import ocr_job
from recita.wiring import wiring


@lambda_step(CollectOcrInput)
def lambda_handler(given: CollectOcrInput) -> StepOutput:
    """Return SUCCEEDED once all pages are joined."""
    return ocr_job.collect(given, bench=wiring.bench(), ocr=wiring.ocr)
