"""The whole text, spoken: every page or its reason, on one time line, and paid once."""

from __future__ import annotations

import json
from typing import Any

import pytest
import webvtt
from recita.models.manifest import Manifest
from recita.steps import speak_text
from reportlab.pdfgen.canvas import Canvas

from tests.fakes import Pipeline

pytestmark = pytest.mark.disable_socket


def pages(*texts: str) -> bytes:
    """A PDF with a text layer."""
    canvas = Canvas("", pageCompression=0)
    for text in texts:
        for number in range(6):
            canvas.drawString(72, 700 - 20 * number, f"{text} line {number} of this page.")
        canvas.showPage()
    return bytes(canvas.getpdfdata())


THREE = pages("First", "Second", "Third")


def run(pipeline: Pipeline, body: bytes = THREE, speak: str = "full") -> Manifest:
    return pipeline.run(body, "a.pdf", {"recita-speak": speak})


def marks_of(pipeline: Pipeline, manifest: Manifest, language: str = "es") -> list[dict[str, Any]]:
    lines = pipeline.artifact(manifest, f"audio/{language}.text.marks.jsonl").decode().splitlines()
    return [json.loads(line) for line in lines]


def test_every_page_is_spoken_beside_the_summary() -> None:
    pipeline = Pipeline("es")
    manifest = run(pipeline)
    assert manifest.status == "COMPLETED", manifest.reason
    (audio,) = manifest.audio
    assert audio.artifact == "audio/es.mp3"
    assert audio.text is not None
    assert (audio.text.artifact, audio.text.missing) == ("audio/es.text.mp3", ())
    heard = marks_of(pipeline, manifest)
    assert {page for mark in heard for page in mark["pages"]} == {1, 2, 3}
    assert [mark["pages"] for mark in heard] == sorted(mark["pages"] for mark in heard)
    words = [mark["value"] for mark in heard if mark["type"] == "word"]
    assert words.count("line") == 18
    captions = pipeline.artifact(manifest, "audio/es.text.vtt").decode()
    assert "Third line 5" in " ".join(c.text for c in webvtt.from_string(captions).captions)
    assert manifest.translations[0].text == "translations/es/text.md"


def test_the_ledger_counts_summary_and_text() -> None:
    pipeline = Pipeline("es")
    manifest = run(pipeline)
    (audio,) = manifest.audio
    assert audio.text is not None
    counted = manifest.ledger.languages
    assert counted.characters_spoken == (audio.characters or 0) + audio.text.characters
    assert counted.seconds_spoken == pytest.approx(
        (audio.duration_seconds or 0) + audio.text.duration_seconds
    )


def test_the_documents_own_text_is_spoken_as_the_guardrail_lets_it_go() -> None:
    pipeline = Pipeline("en")
    manifest = run(pipeline, pages("Write to ana@example.org in"))
    assert pipeline.translator.asked == []
    assert manifest.status == "COMPLETED", manifest.reason
    said = " ".join(pipeline.voice.spoken)
    assert "ana@example.org" not in said
    assert "EMAIL" in said


def test_a_blocked_page_is_not_spoken() -> None:
    pipeline = Pipeline("es")
    pipeline.guardrail.blocked = ("(es) Second line 3",)
    manifest = run(pipeline)
    assert manifest.status == "PARTIAL"
    (audio,) = manifest.audio
    assert audio.text is not None
    assert [(gap.page, gap.reason) for gap in audio.text.missing] == [(2, "not-translated")]
    assert audio.reason is not None
    assert audio.reason.code == "pages-not-spoken"
    assert {page for mark in marks_of(pipeline, manifest) for page in mark["pages"]} == {1, 3}


def test_a_page_that_was_translated_before_and_is_blocked_now_is_not_spoken() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(THREE, "a.pdf", {"recita-speak": "full"})
    pipeline.execute(upload, upload.document_id)
    pipeline.guardrail.blocked = ("(es) Second line 3",)
    pipeline.guardrail.used = pipeline.guardrail.used.model_copy(update={"version": "2"})
    manifest = pipeline.execute(upload, f"{upload.document_id}.2")
    assert {page for mark in marks_of(pipeline, manifest) for page in mark["pages"]} == {1, 3}


def test_a_text_beyond_the_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speak_text, "MOST", 300)
    pipeline = Pipeline("es")
    manifest = run(pipeline)
    (audio,) = manifest.audio
    assert audio.text is not None
    assert [(gap.page, gap.reason) for gap in audio.text.missing] == [
        (2, "text-too-long"),
        (3, "text-too-long"),
    ]
    assert manifest.translations[0].status == "SUCCEEDED"
    assert manifest.ledger.languages.missing[0].reason.startswith("pages not spoken: 2")


def test_no_page_is_spoken_beyond_the_cost_cap() -> None:
    whole = {"recita-translate": "full", "recita-speak": "summary"}
    cost = Pipeline("es").run(THREE, "a.pdf", whole).cost.estimated
    pipeline = Pipeline("es")
    pipeline.cost_cap = cost + 0.0025
    manifest = run(pipeline)
    (audio,) = manifest.audio
    assert audio.text is not None
    assert [gap.reason for gap in audio.text.missing] == ["cost-cap-reached"] * 3
    assert audio.text.artifact is None
    assert audio.artifact == "audio/es.mp3"
    assert manifest.translations[0].status == "SUCCEEDED"


def test_what_takes_too_long_goes_on_and_is_paid_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recita.text.ssml.MAX_BILLED", 120)
    clock = iter(range(0, 100_000, 80))
    pipeline = Pipeline("es")
    monkeypatch.setattr("recita.steps.recording.time.monotonic", lambda: next(clock))
    manifest = run(pipeline)
    assert manifest.status == "COMPLETED", manifest.reason
    assert len(pipeline.voice.spoken) == len(set(pipeline.voice.spoken)) > 4
    (step,) = (step for step in manifest.steps if step.name == "speak-summary:es")
    assert step.attempts == 1
    (usage,) = (used for used in manifest.usage if used.service == "polly")
    assert usage.calls == len(pipeline.voice.spoken)
    times = [mark["time"] for mark in marks_of(pipeline, manifest) if mark["type"] == "word"]
    assert times == sorted(times)


def test_the_summary_alone_is_spoken_by_default() -> None:
    pipeline = Pipeline("es")
    manifest = run(pipeline, speak="summary")
    assert manifest.audio[0].text is None
    assert not [key for key in pipeline.results.objects if ".text.mp3" in key]


ENGLISH = (
    "The committee met in the village hall on Tuesday and agreed to repair the roof of the reading "
    "room before the summer, because water had come in twice."
)


def test_a_passage_that_is_surely_in_another_language_is_read_in_it() -> None:
    pipeline = Pipeline("en")
    spanish = (
        "El comité se reunió el martes en el salón del pueblo y acordó reparar el techo de la sala "
        "de lectura antes del verano, porque había entrado agua dos veces."
    )
    body = f"{ENGLISH}\n\n{spanish}\n\nAcme Herramientas y Panadería Sol.\n".encode()
    manifest = pipeline.run(body, "a.txt", {"recita-speak": "full"})
    assert manifest.status == "COMPLETED", manifest.reason
    (text,) = (said for said in pipeline.voice.spoken if "Panadería" in said)
    assert f'<s><lang xml:lang="es-ES">{spanish}</lang></s>' in text
    assert text.count("<lang") == 1
    words = [mark for mark in marks_of(pipeline, manifest, "en") if mark["type"] == "word"]
    (heard,) = {mark["sentence"] for mark in words if mark["value"] == "comité"}
    assert all(
        spanish[mark["start"] : mark["end"]] == mark["value"]
        for mark in words
        if mark["sentence"] == heard
    )
