"""Collecting OCR: parts of any size say the same, rounds pay for what is worth it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from pypdf import PdfReader
from recita.errors import ProviderRefusedError, ProviderThrottledError
from recita.models.document import Document, step_key, work_key
from recita.models.manifest import Manifest
from recita.models.page import Feature, Page
from recita.models.record import StepRecord
from recita.models.steps import OcrCursor, OcrProgress
from recita.ports import OcrOrder, OcrPart, OcrResult
from recita.steps import collect_ocr

from tests.fakes import FakeOcr, Pipeline, files
from tests.fakes.services import ocr_page
from tests.unit.test_read_pages import SCAN, prepared, reading

pytestmark = pytest.mark.disable_socket

TABLE = b"% table\nq 500 0 0 700 40 40 cm /Im0 Do Q"
FORM = b"% form\nq 500 0 0 700 40 40 cm /Im0 Do Q"


def started(*pages: str | bytes | None) -> tuple[Pipeline, Document]:
    pipeline, document = prepared(files.pdf(pages))
    assert pipeline.read(document).status == "OCR_NEEDED"
    pipeline.start_ocr(document)
    return pipeline, document


def collected(pipeline: Pipeline, document: Document) -> list[OcrProgress]:
    """Collect until the first round is over; each step's outcome."""
    outcomes = [OcrProgress()]
    while outcomes[-1].status == "COLLECT" or len(outcomes) == 1:
        outcomes.append(pipeline.collect(document, outcomes[-1]))
    return outcomes[1:]


def record(pipeline: Pipeline, document: Document) -> StepRecord:
    body = pipeline.results.objects[step_key(document.document_id, "collect-ocr")]
    return StepRecord.model_validate_json(body)


def paid(manifest: Manifest) -> dict[str, float]:
    return {f"{u.operation} {u.unit}": u.units for u in manifest.usage if u.service == "textract"}


@pytest.fixture
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect_ocr, "PART_PAGES", 2)


@pytest.mark.usefixtures("_small_parts")
def test_parts_say_the_same_as_the_whole() -> None:
    pipeline, document = started(*[SCAN] * 5)
    outcomes = collected(pipeline, document)
    assert [outcome.status for outcome in outcomes] == ["COLLECT", "COLLECT", "DONE"]
    assert [page.text for page in reading(pipeline, document)] == [
        f"Scanned page number {number} speaks of invoice 4711." for number in range(1, 6)
    ]
    kept = record(pipeline, document)
    assert [a.key for a in kept.artifacts] == [f"pages/000{n}.json" for n in range(1, 6)] + [
        "text.md"
    ]
    assert [(u.operation, u.units) for u in kept.usage] == [("StartDocumentTextDetection", 5)]


@pytest.mark.usefixtures("_small_parts")
def test_a_part_that_is_collected_again_changes_nothing() -> None:
    pipeline, document = started(*[SCAN] * 5)
    first = pipeline.collect(document)
    again = pipeline.collect(document, attempt=2)
    assert again == first
    second = pipeline.collect(document, first)
    assert pipeline.collect(document, first) == second
    pipeline.collect(document, second)
    assert len(reading(pipeline, document)) == 5
    keys = [artifact.key for artifact in record(pipeline, document).artifacts]
    assert len(set(keys)) == 6


def test_a_throttle_amid_a_part_keeps_what_has_come() -> None:
    pipeline, document = started(*[SCAN] * 5)
    pipeline.ocr.throttled_replies = {2}
    outcomes = collected(pipeline, document)
    assert [outcome.status for outcome in outcomes] == ["COLLECT", "DONE"]
    assert len(reading(pipeline, document)) == 5


def test_a_throttle_before_any_page_is_for_the_state_machine() -> None:
    pipeline, document = started(SCAN, SCAN)
    pipeline.ocr.throttled_replies = {1}
    with pytest.raises(ProviderThrottledError):
        pipeline.collect(document)
    assert pipeline.collect(document, attempt=2).status == "DONE"


def test_only_pages_that_look_like_tables_or_forms_are_analysed() -> None:
    pipeline = Pipeline("es")
    body = files.pdf([TABLE, files.good_page(2), FORM, SCAN, TABLE, FORM])
    manifest = pipeline.run(body)
    assert manifest.status == "COMPLETED", manifest.reason
    assert [(p.tables, p.key_values) for p in manifest.pages] == [
        (1, 0), (0, 0), (0, 6), (0, 0), (1, 0), (0, 6),
    ]  # fmt: skip
    orders = [(job.order.features, job.body) for job in pipeline.ocr.jobs.values()]
    assert [(features, len(PdfReader(io.BytesIO(pdf)).pages)) for features, pdf in orders] == [
        ((), 5), (("FORMS",), 2), (("TABLES",), 2),
    ]  # fmt: skip
    assert paid(manifest) == {
        "StartDocumentTextDetection pages": 5,
        "StartDocumentAnalysis FORMS pages": 2,
        "StartDocumentAnalysis TABLES pages": 2,
    }
    assert manifest.cost.estimated > 5 * 0.0015 + 2 * 0.05 + 2 * 0.015
    assert manifest.pages[4].why == "no text layer; analysed for TABLES"


@pytest.mark.parametrize("left_out", [{2}, {2, 3}])
def test_tables_of_pages_that_are_read_again_are_found(left_out: set[int]) -> None:
    class LeavesOut(FakeOcr):
        """Leaves pages out of its first job."""

        def start(self, order: OcrOrder) -> str:
            self.failed = {} if self.jobs else dict.fromkeys(left_out, "INTERNAL")
            return super().start(order)

        def read(self, page: bytes, features: Sequence[Feature] = ()) -> OcrResult:
            self.failed = {}
            return super().read(page, features)

    pipeline = Pipeline("es")
    pipeline.ocr = LeavesOut(pipeline.meter, pipeline.results)
    manifest = pipeline.run(files.pdf([TABLE, TABLE, FORM, SCAN]))
    assert manifest.status == "COMPLETED", manifest.reason
    assert [(p.tables, p.key_values) for p in manifest.pages] == [(1, 0), (1, 0), (0, 6), (0, 0)]
    assert not [w for w in manifest.warnings if w.code.startswith("ocr-")]
    assert [progress.round for progress in pipeline.progress] == [0, 1, 2, 3]
    assert sum(units for unit, units in paid(manifest).items() if "TABLES" in unit) == 2


def test_tables_become_csv_files_that_run_nothing() -> None:
    pipeline = Pipeline("none")
    manifest = pipeline.run(files.pdf([SCAN, TABLE, TABLE]))
    tables = [artifact for artifact in manifest.artifacts if artifact.kind == "table"]
    assert [table.key for table in tables] == ["tables/p0002-t01.csv", "tables/p0003-t01.csv"]
    rows = list(csv.reader(io.StringIO(pipeline.artifact(manifest, tables[0].key).decode())))
    assert rows[-1] == ["Celle", "31", "'=32"]
    page = Page.model_validate_json(pipeline.artifact(manifest, "pages/0002.json"))
    assert page.tables[0].artifact == "tables/p0002-t01.csv"
    assert page.tables[0].rows[-1] == ("Celle", "31", "=32")


def test_a_single_page_is_analysed_at_once_and_paid_once() -> None:
    pipeline, document = started(SCAN, TABLE)
    progress = pipeline.collect(document)
    assert (progress.status, progress.round) == ("START", 1)
    pipeline.workflow.waiting = {"first", "second"}
    pipeline.start_ocr(document, progress, token="first")
    pipeline.start_ocr(document, progress, attempt=2, token="second")
    assert set(pipeline.workflow.resumed) == {"first", "second"}
    assert len(pipeline.ocr.jobs) == 1
    assert len(pipeline.ocr.sent) == 1
    assert pipeline.collect(document, progress).status == "DONE"
    assert [len(page.tables) for page in reading(pipeline, document)] == [0, 1]
    assert paid(pipeline.publish(document))["AnalyzeDocument TABLES pages"] == 1


def test_features_that_are_asked_for_are_read_in_one_round() -> None:
    pipeline = Pipeline("es")
    body = files.pdf([TABLE, SCAN])
    manifest = pipeline.run(body, metadata={"recita-ocr-features": "forms, tables"})
    assert [job.order.features for job in pipeline.ocr.jobs.values()] == [("TABLES", "FORMS")]
    assert paid(manifest) == {
        "StartDocumentAnalysis TABLES pages": 2,
        "StartDocumentAnalysis FORMS pages": 2,
    }
    assert [page.tables for page in manifest.pages] == [1, 0]


def test_none_never_pays_more_than_text() -> None:
    pipeline = Pipeline("es", ocr_features="none")
    manifest = pipeline.run(files.pdf([TABLE, FORM]))
    assert paid(manifest) == {"StartDocumentTextDetection pages": 2}


@pytest.mark.parametrize(
    ("scans", "told"),
    [
        (1, "Pages 2 were not analysed for TABLES: Textract answered BadDocument."),
        (2, "The job by which pages 2, 3 were to be analysed for TABLES: "),
    ],
)
def test_an_analysis_that_fails_costs_no_page(scans: int, told: str) -> None:
    class TextOnly(FakeOcr):
        def read(self, page: bytes, features: Sequence[Feature] = ()) -> object:  # type: ignore[override]
            if features:
                raise ProviderRefusedError("textract", "analyze_document", "BadDocument", "no")
            return super().read(page, features)

        def collect(
            self, job_id: str, features: Sequence[Feature] = (), cursor: OcrCursor | None = None
        ) -> Iterator[OcrPart]:
            self.job_error = "INTERNAL_ERROR" if features else ""
            return super().collect(job_id, features, cursor)

    pipeline = Pipeline("es")
    pipeline.ocr = TextOnly(pipeline.meter, pipeline.results)
    manifest = pipeline.run(files.pdf([SCAN, *[TABLE] * scans]))
    assert manifest.status == "COMPLETED", manifest.reason
    assert all(page.characters for page in manifest.pages)
    (warning,) = (w.message for w in manifest.warnings if w.code == "ocr-analysis-failed")
    assert warning.startswith(told)


@pytest.mark.parametrize("tables", [1, 2])
def test_a_page_that_an_analysis_leaves_out_lacks_its_tables_only(tables: int) -> None:
    """It keeps the words that it was read with, though the analysis gave some of its own."""

    class Torn(FakeOcr):
        def read(self, page: bytes, features: Sequence[Feature] = ()) -> OcrResult:
            found = super().read(page, features)
            return OcrResult(tuple(map(self._torn, found.pages)), {1: "PAGE_TORN"})

        def collect(
            self, job_id: str, features: Sequence[Feature] = (), cursor: OcrCursor | None = None
        ) -> Iterator[OcrPart]:
            for part in super().collect(job_id, features, cursor):
                torn = tuple(map(self._torn, part.pages))
                yield replace(part, pages=torn, failed={1: "PAGE_TORN"}) if features else part

        @staticmethod
        def _torn(page: Page) -> Page:
            return page if page.number > 1 else page.model_copy(update={"text": "", "lines": ()})

    pipeline = Pipeline("es")
    pipeline.ocr = Torn(pipeline.meter, pipeline.results)
    manifest = pipeline.run(files.pdf([SCAN, *[TABLE] * tables]))
    assert manifest.status == "COMPLETED", manifest.reason
    assert [page.tables for page in manifest.pages] == [0, 0, 1][: tables + 1]
    told = "Pages 2 were not analysed for TABLES: Textract answered PAGE_TORN."
    warned = [(w.code, w.message) for w in manifest.warnings if w.code.startswith("ocr-")]
    assert warned == [("ocr-analysis-failed", told)]
    page = Page.model_validate_json(pipeline.artifact(manifest, "pages/0002.json"))
    assert page.text.startswith("Town")


def test_a_page_that_textract_warns_of_is_not_whole() -> None:
    """It may have given some of its lines before it failed."""

    class Torn(FakeOcr):
        def collect(
            self, job_id: str, features: Sequence[Feature] = (), cursor: OcrCursor | None = None
        ) -> Iterator[OcrPart]:
            for part in super().collect(job_id, features, cursor):
                yield replace(part, failed=dict.fromkeys((0, 2, 3), "PAGE_TORN"))

    pipeline = Pipeline("es")
    pipeline.ocr = Torn(pipeline.meter, pipeline.results)
    manifest = pipeline.run(files.pdf([SCAN] * 3))
    assert [gap.page for gap in manifest.ledger.pages.missing] == [3]  # torn again, in a second job
    assert len(pipeline.ocr.jobs) == 2
    page = Page.model_validate_json(pipeline.artifact(manifest, "pages/0003.json"))
    assert (page.text, page.error) == ("", "ocr-failed")


class Endless(FakeOcr):
    """A job of many pages full of words, two a reply."""

    pages = 3000

    def collect(
        self,
        job_id: str,  # noqa: ARG002 - there is one job
        features: Sequence[Feature] = (),  # noqa: ARG002
        cursor: OcrCursor | None = None,
    ) -> Iterator[OcrPart]:
        first = cursor.page if cursor and cursor.page else 1
        for begin in range(first, self.pages + 1, 2):
            found = tuple(ocr_page(n, "Some words of this page.") for n in (begin, begin + 1))
            more = OcrCursor(token="x" * 1024, page=begin + 2) if begin < self.pages - 1 else None
            yield OcrPart(found, {}, more)


def test_three_thousand_pages_stay_small_between_the_steps() -> None:
    pipeline, document = prepared(files.pdf([SCAN, SCAN]))
    document = document.model_copy(update={"pages": Endless.pages})
    pipeline.ocr = Endless(pipeline.meter, pipeline.results)
    waiting = {
        "pages": [{"number": n + 1, "method": "ocr", "why": "scan"} for n in range(Endless.pages)]
    }
    pending = work_key(document.document_id, "pending.json")
    pipeline.results.write(pending, json.dumps(waiting).encode(), "application/json")
    pipeline.results.write(work_key(document.document_id, "ocr.pdf"), b"%PDF-", "application/pdf")
    pipeline.start_ocr(document)

    outcomes = collected(pipeline, document)

    assert outcomes[-1].status == "DONE"
    assert len(outcomes) == Endless.pages // collect_ocr.PART_PAGES
    assert max(len(outcome.model_dump_json()) for outcome in outcomes) < 2048
    parts = [key for key in pipeline.results.objects if "/ocr-part." in key]
    assert not any(b'"words"' in pipeline.results.objects[key] for key in parts)
    assert len(reading(pipeline, document)) == Endless.pages
    assert len(record(pipeline, document).artifacts) == Endless.pages + 1
