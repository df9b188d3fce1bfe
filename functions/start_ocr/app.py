"""Starts a Textract job whose end resumes the execution."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import StartOcrInput
from recita.steps import ocr_job
from recita.wiring import wiring


@lambda_step(StartOcrInput)
def lambda_handler(given: StartOcrInput) -> ocr_job.OcrJob:
    """Return the job; the state machine waits for the token, not for this reply."""
    return ocr_job.start(
        given,
        bench=wiring.bench(),
        ocr=wiring.ocr_jobs,
        workflow=wiring.workflow,
        jobs=wiring.open_jobs,
    )
