"""OCR of several pages: a Textract job that resumes the execution when it ends."""

from __future__ import annotations

import json
from typing import Any

from recita.models.base import Model
from recita.models.document import work_key
from recita.models.page import Reading
from recita.models.steps import CollectOcrInput, OcrJob, StartOcrInput, StepOutput
from recita.ports import Ocr, OcrResult, Results, Workflow
from recita.steps import reading
from recita.steps.handover import OCR_PDF, PENDING, TASK_TOKEN
from recita.steps.workbench import Workbench


class WaitingTask(Model):
    """The token of the task that waits for a job."""

    task_token: str


def start(given: StartOcrInput, *, bench: Workbench, ocr: Ocr) -> str:
    """Start the job and return its id; the token is stored first, for a job may end at once."""
    document = given.document.document_id
    with bench.step(document, "start-ocr", given.attempt) as step:
        step.keep(TASK_TOKEN, WaitingTask(task_token=given.task_token))
        return ocr.start(work_key(document, OCR_PDF), document)


def resume(message: str, *, results: Results, workflow: Workflow) -> None:
    """Hand Textract's notification (the SNS message) to the task that waits for the job.

    A notification may come twice, or for a document that was given up: neither is an error.
    """
    notice: dict[str, Any] = json.loads(message)
    body = results.read(work_key(notice["JobTag"], TASK_TOKEN))
    if body is None:
        return
    token = WaitingTask.model_validate_json(body).task_token
    job = OcrJob(job_id=notice["JobId"], status=notice["Status"])
    workflow.resume(token, job.model_dump(exclude_defaults=True))


def collect(given: CollectOcrInput, *, bench: Workbench, ocr: Ocr) -> StepOutput:
    """Fetch the job's pages and join them with those that needed no OCR.

    A failed job costs the pages it was to read, not those that are read already.
    """
    with bench.step(given.document.document_id, "collect-ocr", given.attempt) as step:
        pending = step.recall(PENDING, Reading)
        pages = pending.pages if pending else ()
        waiting = [page for page in pages if page.method == "ocr"]
        result = ocr.collect(given.job.job_id) if given.job.succeeded else OcrResult(())
        if not given.job.succeeded:
            step.warn("ocr-job-failed", f"Textract's job ended as {given.job.error or 'FAILED'}.")
        done = reading.numbered(result, waiting)
        read = [page for page in pages if page.method != "ocr"]
        reading.finish(step, read + reading.publish(step, done))
        return StepOutput(status="SUCCEEDED")
