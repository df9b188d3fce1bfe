"""The cap of a document's cost: nothing is paid that would take it over."""

from __future__ import annotations

import io

import pytest
from recita.pricing import table
from recita.steps import folding

from tests.fakes import Pipeline, files
from tests.fakes.understanding import (
    read,
    step_record,
    understand,
)

pytestmark = pytest.mark.disable_socket

TABLE = b"% table\nq 500 0 0 700 40 40 cm /Im0 Do Q"


def test_nothing_is_paid_over_the_cap() -> None:
    pipeline = Pipeline("none")
    pipeline.cost_cap = 0.000001
    manifest = pipeline.run(b"Some text. It goes on.", "a.txt")
    assert (manifest.status, manifest.summary) == ("PARTIAL", None)
    assert manifest.reason is not None
    assert manifest.reason.code == "cost-cap-reached"
    assert pipeline.model.prompts == []
    assert pipeline.guardrail.inputs == []
    assert manifest.cost.estimated == 0
    assert manifest.pages[0].artifact is not None


def test_below_the_cap_nothing_changes() -> None:
    pipeline = Pipeline("none")
    pipeline.cost_cap = 0.5
    manifest = pipeline.run(b"Some text. It goes on.", "a.txt")
    assert manifest.status == "COMPLETED"
    assert 0 < manifest.cost.estimated < 0.5


def test_a_model_without_a_price_is_told() -> None:
    pipeline = read("Fine.")
    pipeline.model.model_id = "mistral.mistral-large-2407-v1:0"
    understand(pipeline)
    (warned,) = step_record(pipeline).warnings
    assert (warned.code, warned.message) == ("price-unknown", "mistral.mistral-large-2407-v1:0")


def test_the_cap_counts_what_earlier_steps_paid() -> None:
    prices = table()["per_unit"]
    pipeline = Pipeline("none")
    pipeline.ocr.texts = ("A photographed page with some text on it. " * 8,)
    pipeline.cost_cap = 0.0001 + sum(
        prices[paid]
        for paid in (
            "textract/DetectDocumentText/pages",
            "rekognition/DetectLabels/images",
            "rekognition/DetectModerationLabels/images",
            "rekognition/DetectText/images",
            "rekognition/DetectFaces/images",
        )
    )
    manifest = pipeline.run(files.picture(), "a.jpg")
    assert manifest.reason is not None
    assert manifest.reason.code == "cost-cap-reached"
    assert manifest.pages[0].method == "ocr"
    assert pipeline.model.prompts == []


def test_pages_that_ocr_would_cost_too_much_for_are_missing() -> None:
    pipeline = Pipeline("none")
    pipeline.cost_cap = 2.5 * table()["per_unit"]["textract/DetectDocumentText/pages"]
    body = io.BytesIO()
    frames = [files.two_halves() for _ in range(4)]
    frames[0].save(body, "TIFF", save_all=True, append_images=frames[1:])
    manifest = pipeline.run(body.getvalue(), "scan.tiff")
    assert manifest.status == "PARTIAL", manifest.reason
    assert [page.error for page in manifest.pages] == [None, None, *["cost-cap-reached"] * 2]
    assert [gap.page for gap in manifest.ledger.pages.missing] == [3, 4]
    assert manifest.cost.estimated <= pipeline.cost_cap


def test_pages_that_would_cost_too_much_to_analyse_are_read_only() -> None:
    prices = table()["per_unit"]
    pipeline = Pipeline("none")
    body = files.pdf([TABLE] * 3)
    pipeline.cost_cap = (
        3 * prices["textract/StartDocumentTextDetection/pages"]
        + 1.5 * prices["textract/StartDocumentAnalysis/TABLES pages"]
    )
    manifest = pipeline.run(body)
    assert [page.tables for page in manifest.pages] == [1, 0, 0]
    assert all(page.characters for page in manifest.pages)
    told = [warning.message for warning in manifest.warnings if warning.code == "cost-cap-reached"]
    assert "Pages 2, 3 were not analysed." in told
    assert manifest.cost.estimated <= pipeline.cost_cap


def test_pages_left_out_that_would_cost_too_much_are_told_as_not_read() -> None:
    pipeline = Pipeline("none")
    pipeline.ocr.failed = {2: "INTERNAL", 3: "INTERNAL"}
    pipeline.cost_cap = 4.5 * table()["per_unit"]["textract/StartDocumentTextDetection/pages"]
    manifest = pipeline.run(files.pdf([TABLE] * 3))
    missing = [(gap.page, gap.reason) for gap in manifest.ledger.pages.missing]
    assert missing == [(3, "cost-cap-reached")]
    told = [warning.message for warning in manifest.warnings if warning.code == "cost-cap-reached"]
    assert told[:2] == [
        "Pages 3, which Textract has left out, were not read again.",
        "Pages 1, 2 were not analysed.",
    ]


def test_pictures_that_would_cost_too_much_are_not_looked_at() -> None:
    pipeline = Pipeline("none")
    pipeline.cost_cap = 0.0001
    manifest = pipeline.run(files.picture(), "a.jpg")
    assert pipeline.vision.paid == []
    assert manifest.status == "PARTIAL"
    assert manifest.cost.estimated <= pipeline.cost_cap


def test_a_cap_in_the_middle_leaves_quotes_and_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "WINDOW_TOKENS", 1500)
    text = "".join(f"Line {n} of a long text about number {n}.\n" for n in range(900)).encode()
    pipeline = Pipeline("none")
    whole = pipeline.run(text, "a.txt")
    assert whole.status == "COMPLETED"
    dear = Pipeline("none")
    dear.cost_cap = whole.cost.estimated * 0.9
    manifest = dear.run(text, "a.txt")
    assert manifest.status == "PARTIAL"
    assert manifest.reason is not None
    assert manifest.reason.code == "cost-cap-reached"
    assert manifest.cost.estimated <= dear.cost_cap


def test_speech_that_would_cost_too_much_costs_itself_only() -> None:
    body = b"The rent is 900 euros, and it is due on the first of each month."
    silent = Pipeline("es", speak="none").run(body, "a.txt")
    pipeline = Pipeline("es")
    pipeline.cost_cap = silent.cost.estimated + 0.0005
    manifest = pipeline.run(body, "a.txt")
    assert (manifest.status, manifest.ledger.languages.translated) == ("PARTIAL", ("es",))
    (audio,) = manifest.audio
    assert audio.reason is not None
    assert audio.reason.code == "cost-cap-reached"
    assert manifest.cost.estimated <= pipeline.cost_cap
