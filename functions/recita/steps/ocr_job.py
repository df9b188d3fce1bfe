"""OCR of several pages: a Textract job that resumes the execution when it ends.

A notification only says that it is time to look. Whether a job has ended, and how, is asked of
Textract itself, so one that is lost, late, early, doubled or another job's costs some waiting.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import Field

from recita import cage
from recita.decoding import pdf
from recita.decoding.sniff import PDF
from recita.errors import (
    DocumentRejectedError,
    ProviderBusyError,
    ProviderError,
    ProviderRefusedError,
)
from recita.models.base import Model
from recita.models.document import Document, work_key
from recita.models.page import Page
from recita.models.steps import StartOcrInput, WaitingTask
from recita.ports import Ocr, OcrOrder, Results, Workflow
from recita.ports.limits import Places
from recita.steps import ocr_rounds
from recita.steps.handover import MAX_SYNC_BYTES, OCR_PDF
from recita.steps.ocr_answer import read_once
from recita.steps.ocr_rounds import OcrRound
from recita.steps.workbench import StepRun, Workbench

LIMITS = cage.Limits(seconds=120)


class OcrJob(Model):
    """What became of a round: a job to ask, an answer that is there already, or an error."""

    job_id: str | None = None
    answer: tuple[Page, ...] = ()
    failed: dict[int, str] = Field(default_factory=dict)
    """What Textract said to a page that it did not read, as in a job's warnings."""
    error: str = ""
    tries: int = 0
    """Jobs of this round that have failed; the next one is another job."""


def start(
    given: StartOcrInput, *, bench: Workbench, ocr: Ocr, workflow: Workflow, jobs: Places | None
) -> OcrJob:
    """Start the round's job; a single page is analysed at once.

    ``jobs`` are the places of open jobs, where they are bounded; ``collect_ocr`` gives them back.
    The token is stored first, for a job may end at any time. A job that an earlier attempt has
    started may have ended before the token was there: then its notification has been used up.
    """
    document = given.document
    with bench.step(document.document_id, "start-ocr", given.attempt, part=given.ocr.round) as step:
        round_ = ocr_rounds.find(step, given.ocr.round) if given.ocr.round else None
        round_ = round_ or ocr_rounds.begin(step, document)
        step.keep(round_.record("token"), WaitingTask(task_token=given.task_token))
        if jobs and not jobs.take(document.document_id):
            message = "as many jobs are open as the stack may have"
            raise ProviderBusyError("textract", "start_job", "OpenJobs", message)
        job = _begun(step, round_, ocr, _seal(document, round_))
        if jobs and job.job_id is None:
            jobs.give_back(document.document_id)
        step.keep(round_.record("job"), job)
        if _ended(job, round_, ocr):
            workflow.resume(given.task_token, {})
        return job


def resume(message: str, *, results: Results, workflow: Workflow) -> str:
    """Hand Textract's notification (the SNS message) to the task that waits for the job.

    Returns the document's id.
    A notification may come twice, or for a document that was given up: neither is an error.
    """
    notice: dict[str, Any] = json.loads(message)
    document, _, number = str(notice["JobTag"]).partition(".")
    token = OcrRound(number=int(number), pages=()).record("token")
    body = results.read(work_key(document, token))
    if body is not None:
        workflow.resume(WaitingTask.model_validate_json(body).task_token, {})
    return document


def _ended(job: OcrJob, round_: OcrRound, ocr: Ocr) -> bool:
    if job.job_id is None:
        return True
    try:
        return not ocr.running(job.job_id, round_.features)
    except ProviderError:  # the job is started: its notification, or the end of the wait, will tell
        return False


def _begun(step: StepRun, round_: OcrRound, ocr: Ocr, seal: str) -> OcrJob:
    known = step.recall(round_.record("job"), OcrJob) or OcrJob()
    tries = known.tries + bool(known.error)
    with TemporaryDirectory(prefix="recita-") as folder:
        target = Path(folder) / round_.pdf
        if round_.number:
            try:
                _cut(step, round_, target)
            except DocumentRejectedError as error:
                return OcrJob(error=f"{error.code}: {error}", tries=tries)
            if len(round_.pages) == 1 and target.stat().st_size <= MAX_SYNC_BYTES:
                return _read_now(step, round_, ocr, target.read_bytes())
            step.results.upload(work_key(step.document_id, round_.pdf), target, PDF)
    order = OcrOrder(
        key=work_key(step.document_id, round_.pdf),
        tag=f"{step.document_id}.{round_.number}",
        features=round_.features,
        seal=f"{seal}.{tries}",
    )
    return OcrJob(job_id=ocr.start(order), tries=tries)


def _cut(step: StepRun, round_: OcrRound, target: Path) -> None:
    """Cut the round's pages out of those that OCR has read."""
    source = target.with_name(OCR_PDF)
    if not step.results.download(work_key(step.document_id, OCR_PDF), source):
        raise DocumentRejectedError("corrupt", "the pages for OCR are gone")
    places = {page.number: n for n, page in enumerate(ocr_rounds.waiting(step), start=1)}
    wanted = [places[number] for number in round_.pages]
    if cage.run(LIMITS, pdf.extract_pages, source, wanted, target) != wanted:
        raise DocumentRejectedError("corrupt", "the pages for OCR can't be cut out again")


def _read_now(step: StepRun, round_: OcrRound, ocr: Ocr, body: bytes) -> OcrJob:
    """Read a single page at once: its answer, or refusal, takes the place of a job's results."""
    try:
        result = read_once(step, ocr, body, round_.features)
    except ProviderRefusedError as error:
        return OcrJob(failed={1: error.code})
    return OcrJob(answer=result.pages, failed=dict(result.failed))


def _seal(document: Document, round_: OcrRound) -> str:
    """Return a digest of what the round reads: the upload never changes, the choice may."""
    what = f"{document.sha256} {round_.pages}"
    return hashlib.sha256(what.encode()).hexdigest()
