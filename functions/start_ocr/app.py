"""Starts a Textract job whose end resumes the execution."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import OcrJob, StartOcrInput
from recita.steps import ocr_job
from recita.wiring import wiring


@lambda_step(StartOcrInput)
def lambda_handler(given: StartOcrInput) -> OcrJob:
    """Return the job; the state machine waits for the token, not for this reply."""
    job_id = ocr_job.start(given, bench=wiring.bench(), ocr=wiring.ocr_jobs)
    return OcrJob(job_id=job_id, status="IN_PROGRESS")
