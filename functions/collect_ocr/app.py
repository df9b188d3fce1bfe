"""Collects what a Textract job has read, part by part."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import CollectOcrInput, OcrProgress
from recita.settings import required, whole
from recita.steps import collect_ocr
from recita.wiring import wiring


@lambda_step(CollectOcrInput)
def lambda_handler(given: CollectOcrInput) -> OcrProgress:
    """Return what comes next: more of this job, a wait, another round, or nothing."""
    return collect_ocr.run(
        given,
        bench=wiring.bench(),
        ocr=wiring.ocr,
        poll_seconds=whole(required("OCR_POLL_SECONDS")),
        jobs=wiring.open_jobs,
    )
