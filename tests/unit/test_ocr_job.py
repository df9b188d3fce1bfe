"""OCR as a job: paid once, resumed by a notification or without one, gaps told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from recita.errors import (
    ProviderBusyError,
    ProviderRefusedError,
    ProviderThrottledError,
    ProviderUnavailableError,
)
from recita.models.document import Document, work_key
from recita.models.manifest import Manifest
from recita.models.page import Feature
from recita.models.steps import OcrProgress
from recita.models.summary import MissingPage
from recita.ports import OcrOrder, OcrResult
from recita.steps import ocr_job

from tests.fakes import FakeOcr, FakeWorkflow, Pipeline, files
from tests.unit.test_read_pages import SCAN, prepared, reading

pytestmark = pytest.mark.disable_socket


def waiting() -> tuple[Pipeline, Document]:
    """A document whose job is still running after it was started."""
    pipeline, document = prepared(files.pdf([SCAN, files.good_page(2), SCAN]))
    assert pipeline.read(document).status == "OCR_NEEDED"
    pipeline.ocr.looks = 1
    return pipeline, document


def notification(document: Document, status: str = "SUCCEEDED", number: int = 0) -> str:
    tag = f"{document.document_id}.{number}"
    return json.dumps({"JobId": "job-1", "Status": status, "JobTag": tag})


def notify(pipeline: Pipeline, message: str) -> None:
    ocr_job.resume(message, results=pipeline.results, workflow=pipeline.workflow)


def test_the_token_is_stored_before_the_job_starts() -> None:
    pipeline, document = waiting()
    stored: list[bytes | None] = []

    class Watched(FakeOcr):
        def start(self, order: OcrOrder) -> str:
            stored.append(self.results.read(work_key(document.document_id, "ocr-token.0.json")))
            return super().start(order)

    pipeline.ocr = Watched(pipeline.meter, pipeline.results)
    pipeline.start_ocr(document, token="token-1")

    assert stored[0] is not None
    assert json.loads(stored[0]) == {"task_token": "token-1"}


def test_starting_twice_pays_one_job() -> None:
    pipeline, document = waiting()
    assert pipeline.start_ocr(document) == pipeline.start_ocr(document, attempt=2)
    assert len(pipeline.ocr.jobs) == 1


def test_other_pages_or_features_are_another_job() -> None:
    pipeline, document = waiting()
    pipeline.start_ocr(document)
    forced = document.model_copy(update={"ocr_features": ("TABLES",)})
    pipeline.ocr.looks = 1
    pipeline.start_ocr(forced)
    assert [job.order.features for job in pipeline.ocr.jobs.values()] == [(), ("TABLES",)]


def test_a_run_after_a_failed_job_starts_another() -> None:
    pipeline, document = waiting()
    pipeline.start_ocr(document)
    pipeline.ocr.job_error = "INTERNAL_ERROR"
    assert pipeline.collect(document).status == "DONE"
    pipeline.ocr.job_error = ""
    pipeline.start_ocr(document)
    assert len(pipeline.ocr.jobs) == 2
    assert pipeline.collect(document).status == "DONE"
    assert [page.error for page in reading(pipeline, document)] == [None, None, None]


def test_a_notification_resumes_the_waiting_task_once() -> None:
    pipeline, document = waiting()
    pipeline.start_ocr(document, token="t")
    assert pipeline.workflow.resumed == {}
    pipeline.workflow.waiting.add("t")
    for _ in range(2):
        notify(pipeline, notification(document))
    assert pipeline.workflow.resumed == {"t": {}}


def test_a_late_notification_does_not_resume_the_next_round() -> None:
    pipeline, document = waiting()
    pipeline.start_ocr(document, token="text")
    pipeline.workflow.waiting.add("tables")
    record = work_key(document.document_id, "ocr-token.1.json")
    pipeline.results.write(record, b'{"task_token": "tables"}', "application/json")
    notify(pipeline, notification(document))
    assert pipeline.workflow.resumed == {}


def test_a_notification_for_a_document_that_is_gone_is_no_error() -> None:
    pipeline, document = waiting()
    workflow = FakeWorkflow()
    ocr_job.resume(notification(document), results=pipeline.results, workflow=workflow)
    assert workflow.resumed == {}


def test_a_job_that_ended_before_the_task_waited_resumes_it() -> None:
    """Its notification came for an earlier attempt's token, and comes once."""
    pipeline, document = waiting()
    pipeline.start_ocr(document, token="first")
    pipeline.workflow.waiting.add("second")
    pipeline.ocr.looks = 0
    pipeline.start_ocr(document, attempt=2, token="second")
    assert pipeline.workflow.resumed == {"second": {}}
    assert len(pipeline.ocr.jobs) == 1


def test_a_job_that_can_not_be_asked_yet_is_waited_for() -> None:
    pipeline, document = waiting()

    class Busy(FakeOcr):
        def running(self, job_id: str, features: Sequence[Feature] = ()) -> bool:
            raise ProviderThrottledError("textract", job_id, "Throttled", f"no {features}")

    pipeline.ocr = Busy(pipeline.meter, pipeline.results)
    pipeline.workflow.waiting.add("t")
    assert pipeline.start_ocr(document, token="t").job_id
    assert pipeline.workflow.resumed == {}


def test_the_jobs_pages_join_those_already_read() -> None:
    pipeline, document = waiting()
    pipeline.start_ocr(document)
    assert pipeline.collect(document).status == "DONE"
    pages = reading(pipeline, document)
    assert [(page.number, page.method) for page in pages] == [
        (1, "ocr"),
        (2, "text-layer"),
        (3, "ocr"),
    ]
    assert pages[2].text.startswith("Scanned page number 2")


def test_a_job_that_fails_costs_the_pages_it_was_to_read() -> None:
    pipeline = Pipeline("es")
    pipeline.ocr.job_error = "INTERNAL_ERROR"
    manifest = pipeline.run(files.pdf([SCAN, files.good_page(2), SCAN]))
    assert manifest.status == "PARTIAL"
    assert manifest.ledger.pages.missing == (
        MissingPage(page=1, reason="ocr-failed"),
        MissingPage(page=3, reason="ocr-failed"),
    )
    assert manifest.summary is not None
    ((code, message),) = warned(manifest)
    assert code == "ocr-job-failed"
    assert message.startswith("The job by which pages 1, 3 were to be read: ")
    assert "INTERNAL_ERROR" in message


def warned(manifest: Manifest) -> list[tuple[str, str]]:
    return [(w.code, w.message) for w in manifest.warnings if w.code.startswith("ocr-")]


def test_pages_that_a_job_leaves_out_are_read_once_more() -> None:
    pipeline = Pipeline("es")
    pipeline.ocr.failed = {2: "INTERNAL"}  # page 3 of the document; alone, it is page 1
    manifest = pipeline.run(files.pdf([SCAN, files.good_page(2), SCAN]))
    assert manifest.status == "COMPLETED", manifest.reason
    assert not warned(manifest)
    assert len(pipeline.ocr.jobs) == len(pipeline.ocr.sent) == 1
    text = pipeline.artifact(manifest, "text.md").decode()
    assert [f"<!-- page {number} -->" in text for number in (1, 2, 3)] == [True] * 3


def test_several_pages_left_out_are_another_job() -> None:
    pipeline = Pipeline("es")
    pipeline.ocr.failed = {1: "INTERNAL", 3: "PAGE_BROKEN"}
    manifest = pipeline.run(files.pdf([SCAN] * 4))
    first, second = pipeline.ocr.jobs.values()
    assert (first.order.tag[-2:], second.order.tag[-2:]) == (".0", ".1")
    # Of the two that are asked for again, the first is left out again.
    assert manifest.ledger.pages.missing == (MissingPage(page=1, reason="ocr-failed"),)
    told = "Pages 1 were not read: Textract answered INTERNAL."
    assert warned(manifest) == [("ocr-page-failed", told)]
    (usage,) = (used for used in manifest.usage if used.service == "textract")
    assert usage.units == 6


def test_a_page_that_is_left_out_twice_is_missing() -> None:
    pipeline = Pipeline("es")
    pipeline.ocr.failed = {1: "PAGE_BROKEN"}
    manifest = pipeline.run(files.pdf([SCAN, files.good_page(2), SCAN]))
    assert manifest.status == "PARTIAL"
    assert manifest.ledger.pages.missing == (MissingPage(page=1, reason="ocr-failed"),)
    assert manifest.summary is not None
    told = "Pages 1 were not read: Textract answered PAGE_BROKEN."
    assert warned(manifest) == [("ocr-page-failed", told)]


def test_a_page_left_out_and_then_refused_is_told_alike() -> None:
    class Refusing(FakeOcr):
        def read(self, page: bytes, features: Sequence[Feature] = ()) -> OcrResult:
            message = f"{len(page)} bytes, {features}"
            raise ProviderRefusedError("textract", "detect", "BadDocumentException", message)

    pipeline = Pipeline("es")
    pipeline.ocr = Refusing(pipeline.meter, pipeline.results)
    pipeline.ocr.failed = {2: "INTERNAL"}
    manifest = pipeline.run(files.pdf([SCAN, files.good_page(2), SCAN]))
    assert manifest.ledger.pages.missing == (MissingPage(page=3, reason="ocr-failed"),)
    told = "Pages 3 were not read: Textract answered BadDocumentException."
    assert warned(manifest) == [("ocr-page-failed", told)]


def test_a_lost_interim_record_is_never_a_complete_reading() -> None:
    pipeline, document = waiting()
    pipeline.start_ocr(document)
    del pipeline.results.objects[work_key(document.document_id, "pending.json")]
    pipeline.collect(document)
    manifest = pipeline.publish(document)
    assert manifest.status != "COMPLETED"
    assert [gap.page for gap in manifest.ledger.pages.missing] == [2]


def test_a_job_that_can_not_start_fails_the_document() -> None:
    pipeline = Pipeline("es")
    unavailable: Any = ProviderUnavailableError("textract", "start", "Internal", "down")
    pipeline.ocr.error = unavailable
    manifest = pipeline.run(files.pdf([SCAN, SCAN]))
    assert manifest.status == "FAILED"
    assert manifest.reason is not None
    assert manifest.reason.code == "pages-missing"
    assert "ProviderUnavailableError" in " ".join(w.message for w in manifest.warnings)


def test_a_running_job_is_looked_at_again_after_growing_waits_and_given_up() -> None:
    pipeline, document = waiting()
    pipeline.ocr.looks = 1000
    pipeline.start_ocr(document)
    waits, progress = [], OcrProgress()
    while (progress := pipeline.collect(document, progress)).status == "WAIT":
        waits.append(progress.wait_seconds)
    assert waits[:6] == [15, 30, 60, 120, 240, 300]
    assert set(waits[5:]) == {300}
    assert 3600 < sum(waits) < 4 * 3600
    assert progress.status == "DONE"
    assert [page.error for page in reading(pipeline, document)] == [
        "ocr-failed",
        None,
        "ocr-failed",
    ]


def test_a_wait_that_ended_before_the_job_was_started_goes_on() -> None:
    pipeline, document = waiting()
    assert pipeline.collect(document).status == "WAIT"


def test_an_open_job_holds_a_place_until_it_has_ended() -> None:
    pipeline, document = waiting()
    pipeline.ocr.looks = 2
    pipeline.start_ocr(document)
    assert pipeline.jobs.holders() == {document.document_id}
    looked = pipeline.collect(document)
    assert looked.status == "WAIT"
    assert pipeline.jobs.holders() == {document.document_id}
    assert pipeline.collect(document, looked).status == "DONE"
    assert pipeline.jobs.holders() == frozenset()


def test_a_job_without_a_place_is_not_started_and_not_paid() -> None:
    pipeline, document = waiting()
    pipeline.jobs.most = 1
    pipeline.jobs.take("another")
    with pytest.raises(ProviderBusyError, match="OpenJobs"):
        pipeline.start_ocr(document)
    assert pipeline.ocr.jobs == {}
    pipeline.jobs.give_back("another")
    pipeline.start_ocr(document, attempt=2)
    assert len(pipeline.ocr.jobs) == 1


def test_a_job_that_is_given_up_gives_its_place_back() -> None:
    pipeline, document = waiting()
    pipeline.start_ocr(document)
    pipeline.collect(document, OcrProgress(error="States.Timeout"))
    assert pipeline.jobs.holders() == frozenset()
