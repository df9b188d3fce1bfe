"""OCR as a job: the token first, the notification any number of times, gaps told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from recita.errors import ProviderUnavailableError
from recita.models.document import Document, work_key
from recita.models.manifest import MissingPage
from recita.models.steps import CollectOcrInput, OcrJob, StartOcrInput
from recita.steps import ocr_job

from tests.fakes import FakeOcr, FakeWorkflow, Pipeline, files
from tests.unit.test_read_pages import SCAN, prepared, reading

pytestmark = pytest.mark.disable_socket


def waiting() -> tuple[Pipeline, Document]:
    pipeline, document = prepared(files.pdf([SCAN, files.good_page(2), SCAN]))
    assert pipeline.read(document).status == "OCR_NEEDED"
    return pipeline, document


def notification(document: Document, status: str = "SUCCEEDED") -> str:
    return json.dumps({"JobId": "job-1", "Status": status, "JobTag": document.document_id})


def test_the_token_is_stored_before_the_job_starts() -> None:
    pipeline, document = waiting()
    stored: list[bytes | None] = []

    class Watched(FakeOcr):
        def start(self, key: str, token: str) -> str:
            stored.append(self.results.read(work_key(token, "task-token.json")))
            return super().start(key, token)

    given = StartOcrInput(document=document, task_token="token-1")
    ocr_job.start(given, bench=pipeline.bench(), ocr=Watched(pipeline.meter, pipeline.results))

    assert stored[0] is not None
    assert json.loads(stored[0]) == {"task_token": "token-1"}


def test_starting_twice_pays_one_job() -> None:
    pipeline, document = waiting()
    assert pipeline.start_ocr(document) == pipeline.start_ocr(document)
    assert len(pipeline.ocr.jobs) == 1


def test_a_notification_resumes_the_waiting_task_once() -> None:
    pipeline, document = waiting()
    pipeline.start_ocr(document)
    pipeline.workflow.waiting.add("token")
    for _ in range(2):
        ocr_job.resume(notification(document), results=pipeline.results, workflow=pipeline.workflow)
    assert pipeline.workflow.resumed == {"token": {"job_id": "job-1", "status": "SUCCEEDED"}}


def test_a_notification_for_a_document_that_is_gone_is_no_error() -> None:
    pipeline, document = waiting()
    workflow = FakeWorkflow()
    ocr_job.resume(notification(document), results=pipeline.results, workflow=workflow)
    assert workflow.resumed == {}


def test_the_jobs_pages_join_those_already_read() -> None:
    pipeline, document = waiting()
    job = OcrJob(job_id=pipeline.start_ocr(document), status="SUCCEEDED")
    given = CollectOcrInput(document=document, job=job)
    ocr_job.collect(given, bench=pipeline.bench(), ocr=pipeline.ocr)
    pages = reading(pipeline, document)
    assert [(page.number, page.method) for page in pages] == [
        (1, "ocr"),
        (2, "text-layer"),
        (3, "ocr"),
    ]
    assert pages[2].text.startswith("Scanned page number 2")


@pytest.mark.parametrize("status", ["FAILED", "PARTIAL_SUCCESS"])
def test_a_job_costs_only_the_pages_it_could_not_read(status: str) -> None:
    pipeline = Pipeline("es")
    pipeline.job_status = status
    pipeline.ocr.failed = (2,)
    manifest = pipeline.run(files.pdf([SCAN, files.good_page(2), SCAN]))
    lost = (1, 3) if status == "FAILED" else (3,)
    assert manifest.status == "PARTIAL"
    assert manifest.ledger.pages.missing == tuple(
        MissingPage(page=number, reason="ocr-failed") for number in lost
    )
    assert manifest.summary is not None


def test_a_lost_interim_record_is_never_a_complete_reading() -> None:
    pipeline, document = waiting()
    job = OcrJob(job_id=pipeline.start_ocr(document), status="SUCCEEDED")
    del pipeline.results.objects[work_key(document.document_id, "pending.json")]
    ocr_job.collect(
        CollectOcrInput(document=document, job=job), bench=pipeline.bench(), ocr=pipeline.ocr
    )
    manifest = pipeline.publish(document)
    assert manifest.status != "COMPLETED"
    assert manifest.ledger.pages.read == 0


def test_a_job_that_can_not_start_fails_the_document() -> None:
    pipeline = Pipeline("es")
    unavailable: Any = ProviderUnavailableError("textract", "start", "Internal", "down")
    pipeline.ocr.error = unavailable
    manifest = pipeline.run(files.pdf([SCAN, SCAN]))
    assert manifest.status == "FAILED"
    assert manifest.reason is not None
    assert manifest.reason.message.startswith("start-ocr: ProviderUnavailableError")
