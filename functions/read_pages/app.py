"""Reads the pages of a document, or finds out which need OCR."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import StepInput, StepOutput
from recita.steps import read_pages
from recita.wiring import wiring


@lambda_step(StepInput)
def lambda_handler(given: StepInput) -> StepOutput:
    """Return SUCCEEDED, or OCR_NEEDED when a job has to read some pages."""
    return read_pages.run(given, bench=wiring.bench(), uploads=wiring.uploads, ocr=wiring.ocr)
