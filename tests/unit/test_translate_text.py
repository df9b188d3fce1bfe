"""The whole text in another language: complete, guarded, bounded, paid once."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recita.models.manifest import Manifest
from recita.steps import translate_text
from recita.text import rewriting
from reportlab.pdfgen.canvas import Canvas

from tests.fakes import Pipeline

pytestmark = pytest.mark.disable_socket

FULL = {"recita-translate": "full"}
TEXT = """# Minutes of 12 March

The meeting was
held in the hall.

- Item A4 was bought
- Nothing else

| Name | Paid |
| --- | --- |
| Ana | $4,500.00 |
"""


def run(pipeline: Pipeline, body: bytes = TEXT.encode(), key: str = "a.txt") -> Manifest:
    return pipeline.run(body, key, FULL)


def pages(*texts: str) -> bytes:
    """A PDF with a text layer."""
    canvas = Canvas("", pageCompression=0)
    for text in texts:
        for number in range(6):  # a layer with a line or two would be doubted
            canvas.drawString(72, 700 - 20 * number, f"{text} line {number} of this page.")
        canvas.showPage()
    return bytes(canvas.getpdfdata())


def test_all_that_people_read_is_translated_and_the_rest_stays() -> None:
    pipeline = Pipeline("es")
    manifest = run(pipeline)
    assert manifest.status == "COMPLETED", manifest.reason
    (entry,) = manifest.translations
    assert entry.text == "translations/es/text.md"
    text = pipeline.artifact(manifest, entry.text).decode()
    assert (
        text
        == """<!-- page 1 -->

# (es) Minutes of 12 March

(es) The meeting was held in the hall.

- (es) Item A4 was bought
- (es) Nothing else

| (es) Name | (es) Paid |
| --- | --- |
| (es) Ana | $4,500.00 |
"""
    )
    page = pipeline.artifact(manifest, "translations/es/pages/0001.md").decode()
    assert page.strip() in text
    kinds = {a.key: a.kind for a in manifest.artifacts if a.language == "es"}
    assert kinds[entry.text] == "translated-text"


def test_only_the_summary_is_translated_by_default() -> None:
    pipeline = Pipeline("es")
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    assert manifest.translations[0].text is None
    assert not [key for key in pipeline.results.objects if "translations/" in key]


def test_a_document_in_that_language_points_to_its_own_text() -> None:
    pipeline = Pipeline("en")
    manifest = run(pipeline)
    assert manifest.translations[0].text == "text.md"
    assert pipeline.translator.asked == []


def test_a_blocked_page_costs_that_page() -> None:
    pipeline = Pipeline("es,pt")
    pipeline.guardrail.blocked = ("(es) Second line 3",)
    manifest = run(pipeline, pages("First", "Second", "Third"), "a.pdf")
    assert manifest.status == "PARTIAL"
    spanish, portuguese = manifest.translations
    assert [(page.page, page.reason) for page in spanish.missing] == [(2, "guardrail-blocked")]
    assert spanish.reason is not None
    assert spanish.reason.code == "pages-not-translated"
    assert portuguese.status == "SUCCEEDED"
    assert manifest.ledger.languages.translated == ("pt",)
    assert spanish.text is not None
    text = pipeline.artifact(manifest, spanish.text).decode()
    assert "First" in text
    assert "Third" in text
    assert "Second" not in text
    assert not [a for a in manifest.artifacts if a.key == "translations/es/pages/0002.md"]
    assert [a.status for a in manifest.audio] == ["SUCCEEDED", "SUCCEEDED"]


def test_every_part_passes_the_guardrail() -> None:
    pipeline = Pipeline("es")
    pipeline.translator.suffix = " ana@example.org"
    manifest = run(pipeline, pages("First", "Second"), "a.pdf")
    text = pipeline.artifact(manifest, "translations/es/text.md")
    assert b"ana@example.org" not in text
    assert b"{EMAIL}" in text
    targets = [v.target for v in manifest.guardrails if v.stage == "translation"]
    assert targets == ["es", "es page 1.1", "es page 2.1"]


def test_what_is_hidden_from_the_model_is_hidden_from_translate() -> None:
    pipeline = Pipeline("es")
    manifest = run(pipeline, b"Write to ana@example.org about <page> four.", "a.txt")
    assert manifest.status == "COMPLETED"
    assert not [text for text in pipeline.translator.sent if "ana@example.org" in text]
    text = pipeline.artifact(manifest, "translations/es/text.md").decode()
    assert "{EMAIL}" in text
    assert "<page> four" in text


def test_a_text_beyond_the_limit_is_told_and_not_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translate_text, "MOST", 250)
    pipeline = Pipeline("es")
    manifest = run(pipeline, pages("First", "Second", "Third"), "a.pdf")
    (entry,) = manifest.translations
    assert [(page.page, page.reason) for page in entry.missing] == [
        (2, "text-too-long"),
        (3, "text-too-long"),
    ]
    assert not any("Third line 3" in text for text in pipeline.translator.sent)


def test_what_takes_too_long_goes_on_and_is_paid_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Pipeline("es")
    clock = iter(range(0, 100_000, 50))
    monkeypatch.setattr("recita.steps.translating.time.monotonic", lambda: next(clock))
    manifest = run(pipeline, pages("First", "Second", "Third", "Fourth", "Fifth"), "a.pdf")
    assert manifest.status == "COMPLETED", manifest.reason
    sent = [text for text in pipeline.translator.sent if "line 3" in text]
    assert len(sent) == len(set(sent)) == 5
    text = pipeline.artifact(manifest, "translations/es/text.md").decode()
    assert text.count("<!-- page") == 5
    (usage,) = (used for used in manifest.usage if used.service == "translate")
    assert usage.calls == len(pipeline.translator.asked) == 6


def test_a_run_again_pays_nothing() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(TEXT.encode(), "a.txt", FULL)
    first = pipeline.execute(upload, upload.document_id)
    calls = len(pipeline.translator.asked)
    again = pipeline.execute(upload, f"{upload.document_id}.2")
    assert len(pipeline.translator.asked) == calls
    assert again.translations == first.translations


def test_attachments_are_translated_as_their_mail() -> None:
    pipeline = Pipeline("es")
    mail = (
        b"From: a@example.org\nSubject: Minutes\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\n"
        b"Dear members.\n--x\nContent-Type: text/plain\n"
        b"Content-Disposition: attachment; filename=minutes.txt\n\nThe minutes.\n--x--\n"
    )
    run(pipeline, mail, "a.eml")
    ((_, metadata),) = (
        file for name, file in pipeline.uploads.files.items() if "attachments" in name[1]
    )
    assert metadata["recita-translate"] == "full"


@given(st.text(alphabet="aB \n|#-.0\u00e9", max_size=80))
def test_passages_put_back_lose_nothing_but_space(text: str) -> None:
    found = rewriting.passages(text)
    assert "".join(found.rewritten(found.texts).split()) == "".join(text.split())
    assert all(any(c.isalpha() for c in passage) for passage in found.texts)


def test_a_page_of_one_sentence_is_cut_into_passages() -> None:
    found = rewriting.passages("word " * 5000)
    assert all(len(passage.encode()) <= rewriting.LONGEST for passage in found.texts)
    assert found.rewritten(found.texts).split() == ["word"] * 5000


def test_batches_hold_all_in_order() -> None:
    texts = ["a" * n for n in (5, 90, 200, 3, 3)]
    batches = list(rewriting.batches(texts, 100))
    assert [text for batch in batches for text in batch] == texts
    assert [len(batch) for batch in batches] == [2, 1, 2]


def test_the_manifest_says_nothing_more_when_nothing_more_was_asked() -> None:
    pipeline = Pipeline("es")
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    entry = json.loads(manifest.translations[0].model_dump_json())
    assert (entry["text"], entry["missing"]) == (None, [])
