"""Reading: OCR sees only the pages that need it, and its numbers map back."""

from __future__ import annotations

import faulthandler
import io
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from recita import cage
from recita.decoding import pdf, pdf_layer
from recita.errors import DocumentRejectedError, ProviderRefusedError, ProviderThrottledError
from recita.models.document import Document, step_key, work_key
from recita.models.page import Page, Reading
from recita.models.record import StepRecord
from recita.steps.handover import OCR_PDF, PENDING, READING
from recita.steps.reading import markdown

from tests.fakes import Pipeline, files

pytestmark = pytest.mark.disable_socket

SCAN = b"Do"


def prepared(body: bytes, key: str = "a.pdf") -> tuple[Pipeline, Document]:
    pipeline = Pipeline()
    document = pipeline.inspect(pipeline.upload(body, key))
    assert document.reason is None
    return pipeline, document


def reading(pipeline: Pipeline, document: Document, name: str = READING) -> tuple[Page, ...]:
    body = pipeline.results.objects[work_key(document.document_id, name)]
    return Reading.model_validate_json(body).pages


def record(pipeline: Pipeline, document: Document) -> StepRecord:
    body = pipeline.results.objects[step_key(document.document_id, "read-pages")]
    return StepRecord.model_validate_json(body)


def test_good_layers_cost_no_ocr() -> None:
    pipeline, document = prepared(files.pdf([files.good_page(1), None]))
    assert pipeline.read(document).status == "SUCCEEDED"
    assert [page.method for page in reading(pipeline, document)] == ["text-layer", "none"]
    assert pipeline.ocr.sent == []
    assert record(pipeline, document).usage == ()


def test_one_scanned_page_is_read_at_once_and_keeps_its_number() -> None:
    pipeline, document = prepared(files.pdf([files.good_page(1), None, SCAN]))
    assert pipeline.read(document).status == "SUCCEEDED"

    (sent,) = pipeline.ocr.sent
    assert len(PdfReader(io.BytesIO(sent)).pages) == 1
    pages = reading(pipeline, document)
    assert [(page.number, page.method) for page in pages] == [
        (1, "text-layer"),
        (2, "none"),
        (3, "ocr"),
    ]
    assert pages[2].text.startswith("Scanned page number 1")
    assert pages[2].why == "no text layer"
    artifact = Page.model_validate_json(
        pipeline.results.objects[f"documents/{document.document_id}/pages/0003.json"]
    )
    assert artifact.lines
    assert artifact.model_copy(update={"lines": ()}) == pages[2]  # later steps need no boxes


def test_several_scanned_pages_wait_for_a_job() -> None:
    pipeline, document = prepared(files.pdf([SCAN, files.good_page(2), SCAN]))
    assert pipeline.read(document).status == "OCR_NEEDED"
    assert pipeline.ocr.sent == []
    subset = pipeline.results.objects[work_key(document.document_id, OCR_PDF)]
    assert len(PdfReader(io.BytesIO(subset)).pages) == 2
    waiting = reading(pipeline, document, PENDING)
    assert [page.method for page in waiting] == ["ocr", "text-layer", "ocr"]


def test_a_page_too_large_for_a_request_goes_to_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recita.steps.read_pages.MAX_SYNC_BYTES", 100)
    pipeline, document = prepared(files.pdf([SCAN]))
    assert pipeline.read(document).status == "OCR_NEEDED"


def test_a_page_that_ocr_refuses_is_missing() -> None:
    pipeline, document = prepared(files.pdf([files.good_page(1), SCAN]))
    pipeline.ocr.error = ProviderRefusedError("textract", "detect", "BadDocument", "no")
    assert pipeline.read(document).status == "SUCCEEDED"
    first, second = reading(pipeline, document)
    assert (first.error, second.error, second.method) == (None, "ocr-failed", "none")
    assert [w.code for w in record(pipeline, document).warnings] == ["ocr-refused"]


def test_a_throttled_ocr_is_left_to_the_state_machine() -> None:
    pipeline, document = prepared(files.pdf([SCAN]))
    pipeline.ocr.error = ProviderThrottledError("textract", "detect", "Throttling", "slow down")
    with pytest.raises(ProviderThrottledError):
        pipeline.read(document)
    failed = record(pipeline, document)
    assert failed.status == "FAILED"
    assert failed.error is not None
    assert failed.error.name == "ProviderThrottledError"


@pytest.mark.parametrize("end", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_page_that_ends_its_reader_costs_that_page(
    monkeypatch: pytest.MonkeyPatch, end: signal.Signals
) -> None:
    read = pdf_layer._layer

    def layer(opened: Any, index: int) -> pdf_layer.LayerPage:
        if index == 1:
            faulthandler.disable()
            os.kill(os.getpid(), end)
        return read(opened, index)

    pipeline, document = prepared(files.pdf([files.good_page(n) for n in (1, 2, 3)]))
    monkeypatch.setattr(pdf_layer, "_layer", layer)
    assert pipeline.read(document).status == "SUCCEEDED"
    code = "corrupt" if end == signal.SIGSEGV else "decompression-bomb"
    assert [page.error for page in reading(pipeline, document)] == [None, code, None]


def test_a_document_whose_every_page_ends_its_reader_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[int] = []

    def dies(_path: Path, first: int = 1) -> Iterator[pdf_layer.LayerPage]:
        tried.append(first)
        if tried:
            raise DocumentRejectedError("timeout", "took too long")
        yield from ()

    pipeline, document = prepared(files.pdf([files.good_page(n) for n in range(1, 13)]))
    monkeypatch.setattr(cage, "stream", lambda _limits, function, *args: function(*args))
    monkeypatch.setattr(pdf_layer, "read_layers", dies)
    assert pipeline.read(document).status == "SUCCEEDED"
    assert tried == list(range(1, 9))
    errors = [page.error for page in reading(pipeline, document)]
    assert errors == ["timeout"] * 8 + ["corrupt"] * 4


def test_a_flate_bomb_costs_its_page_and_little_memory() -> None:
    pipeline, document = prepared(files.flate_bomb(600))
    pipeline.read(document)
    (page,) = reading(pipeline, document)
    assert (page.method, page.error) == ("none", "decompression-bomb")


def test_pages_that_can_not_be_cut_out_cost_those_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> list[int]:
        raise ValueError("a broken page tree")

    monkeypatch.setattr(pdf, "extract_pages", broken)
    pipeline, document = prepared(files.pdf([files.good_page(1), SCAN]))
    assert pipeline.read(document).status == "SUCCEEDED"
    first, second = reading(pipeline, document)
    assert (first.error, first.method) == (None, "text-layer")
    assert (second.error, second.method) == ("corrupt", "none")


def test_a_page_that_can_not_be_cut_out_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    extract = pdf.extract_pages

    def all_but_first(path: Path, numbers: Sequence[int], target: Path) -> list[int]:
        return extract(path, numbers[1:], target)

    monkeypatch.setattr(pdf, "extract_pages", all_but_first)
    pipeline, document = prepared(files.pdf([SCAN, SCAN]))
    pipeline.ocr.texts = ["The second page says so."]
    pipeline.read(document)
    first, second = reading(pipeline, document)
    assert (first.error, second.text) == ("corrupt", "The second page says so.")


def test_plain_text_is_its_own_page() -> None:
    pipeline, document = prepared("Olá\r\n\r\n mundo".encode(), "a.txt")
    pipeline.read(document)
    page = Page.model_validate_json(
        pipeline.results.objects[f"documents/{document.document_id}/pages/0001.json"]
    )
    assert (page.method, [line.text for line in page.lines]) == ("native", ["Olá", "mundo"])


def test_a_picture_is_read_upright() -> None:
    pipeline, document = prepared(files.picture(kind="PNG"), "a.png")
    pipeline.read(document)
    assert pipeline.ocr.sent[0].startswith(b"\xff\xd8")
    assert reading(pipeline, document)[0].method == "ocr"


def test_a_tiff_goes_to_a_job_as_a_pdf() -> None:
    frame = files.two_halves()
    body = files.picture(frame, "TIFF", save_all=True, append_images=[frame])
    pipeline, document = prepared(body, "a.tiff")
    assert pipeline.read(document).status == "OCR_NEEDED"
    assert len(reading(pipeline, document, PENDING)) == 2


def test_the_text_marks_every_page_also_those_without_text() -> None:
    pages = (
        Page(number=1, method="native", why="", text=" Hello "),
        Page(number=2, method="none", why="blank page"),
        Page(number=3, method="none", why="", error="ocr-failed"),
    )
    assert markdown(Reading(pages=pages)) == (
        "<!-- page 1 -->\n\nHello\n\n<!-- page 2 -->\n\n<!-- blank -->\n\n"
        "<!-- page 3: missing, ocr-failed -->\n"
    )
