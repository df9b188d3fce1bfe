"""OCR on the laptop stack: notifications that go missing, partial results, rounds that pay off."""

from __future__ import annotations

import csv
import io
import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
import reportlab
from botocore.exceptions import ClientError
from PIL import Image, ImageDraw, ImageFont
from recita_local import stack
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.laptop import DocumentLaptop

pytestmark = [pytest.mark.stack, pytest.mark.engines]

FONT = Path(str(reportlab.__file__)).parent / "fonts" / "Vera.ttf"
LETTER = ("The committee met on Tuesday.", "It will repair the roof", "of the reading room in May.")
PRICES = (
    ("Town", "Plums", "Pears", "Apples"),
    ("Aurich", "11.50", "12.25", "13.75"),
    ("Berlin", "21.50", "22.25", "23.75"),
    ("Celle", "31.50", "32.25", "33.75"),
    ("Dresden", "41.50", "42.25", "43.75"),
)
TEXT, ANALYSIS = "textract.StartDocumentTextDetection", "textract.StartDocumentAnalysis"


def letter(number: int = 0) -> Image.Image:
    page, draw, font = _paper()
    for row, line in enumerate((*LETTER, f"Sheet {number} of this letter.")):
        draw.text((120, 150 + 45 * row), line, font=font, fill=0)
    return page


def table() -> Image.Image:
    """A ruled table of numbers."""
    page, draw, font = _paper()
    for row, cells in enumerate(PRICES):
        for column, cell in enumerate(cells):
            left, top = 120 + 230 * column, 200 + 70 * row
            draw.rectangle((left, top, left + 230, top + 70), outline=0, width=3)
            draw.text((left + 40, top + 18), cell, font=font, fill=0)
    return page


def _paper() -> tuple[Image.Image, ImageDraw.ImageDraw, ImageFont.FreeTypeFont]:
    page = Image.new("L", (1240, 900), 255)
    return page, ImageDraw.Draw(page), ImageFont.truetype(FONT, size=28)


def scan(*pages: Image.Image, wide: int | None = None) -> bytes:
    """A PDF of pictures; page ``wide`` is 50 inches wide, where Textract takes 40."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for number, page in enumerate(pages, start=1):
        size = (3600, 2613) if number == wide else (595, 432)
        canvas.setPageSize(size)
        canvas.drawImage(ImageReader(page), 0, 0, *size)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_a_lost_notification_costs_a_wait_and_no_page(recita: DocumentLaptop) -> None:
    before = recita.calls().get(TEXT, 0)
    with recita.deaf("Textract"):
        manifest = recita.process(scan(letter(1), letter(2)), "deaf.pdf", languages="none")
    assert manifest.status == "COMPLETED", manifest.reason
    assert [page.method for page in manifest.pages] == ["ocr", "ocr"]
    assert recita.calls()[TEXT] == before + 1
    assert not recita.resumed(manifest.document_id)


def test_early_doubled_and_foreign_notifications_change_nothing(recita: DocumentLaptop) -> None:
    with recita.deaf("Textract") as topic:
        document = recita.upload(scan(letter(1), letter(2)), "loud.pdf", languages="none")
        _await(recita, document, "work/ocr-token.0.json")
    notice = {"JobId": "another", "Status": "SUCCEEDED", "JobTag": f"{document}.0"}
    for _ in range(2):
        recita.client("sns").publish(TopicArn=topic, Message=json.dumps(notice))
    manifest = recita.manifest(document)
    assert manifest.status == "COMPLETED", manifest.reason
    assert all("committee" in _page(recita, document, n) for n in (1, 2))
    assert recita.resumed(document)


def _await(recita: DocumentLaptop, document: str, name: str) -> None:
    for _ in range(600):
        with suppress(ClientError):
            recita.read(document, name)
            return
        time.sleep(0.05)
    raise AssertionError(f"no {name}")


def _page(recita: DocumentLaptop, document: str, number: int) -> str:
    text: str = json.loads(recita.read(document, f"pages/{number:04d}.json"))["text"]
    return text


def test_a_page_larger_than_textract_takes_is_read(recita: DocumentLaptop) -> None:
    body = scan(letter(1), letter(2), letter(3), wide=2)
    document = recita.upload(body, "wide.pdf", languages="none")
    assert recita.manifest(document).status == "COMPLETED"
    assert "Sheet 2 of this letter." in _page(recita, document, 2)


def test_a_page_that_textract_can_not_read_twice_costs_that_page(recita: DocumentLaptop) -> None:
    for operation in ("ReadPage", "DetectDocumentText"):
        recita.fault(service="textract", operation=operation, code="BadDocumentException", times=1)
    manifest = recita.process(scan(letter(1), letter(2)), "torn.pdf", languages="none")
    assert manifest.status == "PARTIAL"
    assert [(gap.page, gap.reason) for gap in manifest.ledger.pages.missing] == [(1, "ocr-failed")]
    assert manifest.summary is not None
    assert [w.code for w in manifest.warnings if w.code.startswith("ocr-")] == ["ocr-page-failed"]


def test_a_page_that_textract_leaves_out_is_read_again(recita: DocumentLaptop) -> None:
    recita.fault(service="textract", operation="ReadPage", code="InternalServerError", times=1)
    manifest = recita.process(scan(letter(1), letter(2)), "left-out.pdf", languages="none")
    assert manifest.status == "COMPLETED", manifest.reason


def test_a_throttled_start_is_retried_and_paid_once(recita: DocumentLaptop) -> None:
    code = "ProvisionedThroughputExceededException"
    recita.fault(service="textract", operation="StartDocumentTextDetection", code=code, times=1)
    manifest = recita.process(scan(letter(1), letter(2)), "busy.pdf", languages="none")
    assert manifest.status == "COMPLETED", manifest.reason
    (step,) = (step for step in manifest.steps if step.name == "start-ocr")
    assert step.attempts == 2
    (usage,) = (u for u in manifest.usage if u.service == "textract")
    assert (usage.operation, usage.units) == ("StartDocumentTextDetection", 2)


def test_documents_over_the_quota_wait_and_complete(
    tmp_path: Path, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECITA_LOCAL_TPS", "Textract.StartDocumentTextDetection=0.2,Textract.*=5")
    monkeypatch.setenv("RECITA_LOCAL_WAITS", "0.3")
    waits = {"OcrNotificationSeconds": "10", "OcrPollSeconds": "1"}
    busy = DocumentLaptop(stack.start(tmp_path, port=unused_port, parameters=waits))
    try:
        sent = [busy.upload(scan(letter(1), letter(2)), f"{n}.pdf", languages="none")
                for n in range(3)]  # fmt: skip
        manifests = [busy.manifest(document) for document in sent]
        assert [manifest.status for manifest in manifests] == ["COMPLETED"] * 3
        assert busy.failures()[TEXT] >= 1
        assert all(usage.units == 2 for manifest in manifests for usage in manifest.usage
                   if usage.operation == "StartDocumentTextDetection")  # fmt: skip

        seen = busy.failures()  # and none with a rate of our own below the quota
        stack.start(tmp_path, port=unused_port, parameters=waits | {"TextractTps": "0.15"})
        sent = [busy.upload(scan(letter(1), letter(2)), f"paced-{n}.pdf", languages="none")
                for n in range(2)]  # fmt: skip
        manifests = [busy.manifest(document) for document in sent]
        assert [manifest.status for manifest in manifests] == ["COMPLETED"] * 2
        assert busy.failures() == seen
    finally:
        stack.stop(tmp_path)


def test_a_throttled_collection_loses_no_page(recita: DocumentLaptop) -> None:
    recita.fault(
        service="textract",
        operation="GetDocumentTextDetection",
        code="ThrottlingException",
        times=2,
    )
    manifest = recita.process(scan(letter(1), letter(2)), "slow.pdf", languages="none")
    assert manifest.status == "COMPLETED", manifest.reason
    assert manifest.ledger.pages.read == 2


def test_a_job_that_can_not_be_asked_costs_its_pages(recita: DocumentLaptop) -> None:
    """Once to see whether it has ended already, once to collect; then its round is given up."""
    recita.fault(
        service="textract",
        operation="GetDocumentTextDetection",
        code="AccessDeniedException",
        times=2,
    )
    manifest = recita.process(scan(letter(1), letter(2)), "mute.pdf", languages="none")
    assert manifest.status == "FAILED"
    assert manifest.reason is not None
    assert manifest.reason.code == "pages-missing"
    assert "ProviderRefusedError" in " ".join(warning.message for warning in manifest.warnings)


def test_a_scan_with_a_table_gives_a_csv(recita: DocumentLaptop) -> None:
    before = recita.calls()
    manifest = recita.process(scan(letter(1), table(), letter(3)), "prices.pdf", languages="none")
    assert manifest.status == "COMPLETED", manifest.reason
    assert [page.tables for page in manifest.pages] == [0, 1, 0]
    after = recita.calls()
    assert after["textract.AnalyzeDocument"] == before.get("textract.AnalyzeDocument", 0) + 1
    assert after.get(ANALYSIS, 0) == before.get(ANALYSIS, 0)
    body = recita.read(manifest.document_id, "tables/p0002-t01.csv").decode()
    assert list(csv.reader(io.StringIO(body))) == [list(row) for row in PRICES]
    units = {u.unit: u.units for u in manifest.usage if u.service == "textract"}
    assert units == {"pages": 3, "TABLES pages": 1}


def test_features_that_an_upload_asks_for_are_read_in_one_round(recita: DocumentLaptop) -> None:
    before = recita.calls()
    wishes = {"languages": "none", "ocr-features": "TABLES"}
    manifest = recita.process(scan(table(), letter(2)), "forced.pdf", **wishes)
    assert manifest.status == "COMPLETED", manifest.reason
    after = recita.calls()
    assert after[ANALYSIS] == before.get(ANALYSIS, 0) + 1
    assert after.get(TEXT, 0) == before.get(TEXT, 0)
    assert [page.tables for page in manifest.pages] == [1, 0]
