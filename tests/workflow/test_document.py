"""The real state machine, template and handlers on the laptop stack, with real engines."""

from __future__ import annotations

import json
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
import webvtt
from jsonschema import Draft202012Validator
from recita.models.manifest import AudioEntry, Manifest
from recita.models.summary import SpokenMark, Summary
from recita.text.mp3 import duration_seconds
from recita_local import samples
from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from pathlib import Path

    from tests.laptop import DocumentLaptop

pytestmark = [pytest.mark.stack, pytest.mark.engines]

LETTER = """Minutes of the annual meeting of the Riverside Allotment Society.

The meeting was held in the village hall on 12 March 2026. Twenty members attended it.
The treasurer reported that the society has 4,250 pounds in its account.
The members agreed to repair the fence along the river before the summer.
A new water tank will be bought for the eastern plots. The chair thanked the volunteers.
"""
SHORT = "Invoice INV-2026-0042 was sent to the library on 2026-03-12. It is due within days."
THREAT = """To the management.

I will kill you and your whole family. I know where you live, and I will burn your house down.
You filthy animals deserve to die, all of you.
"""


@pytest.mark.law(9)
def test_a_document_is_read_summarised_translated_spoken_and_published(
    recita: DocumentLaptop, root: Path
) -> None:
    document = recita.upload(LETTER.encode(), "in/nota fiscal nº 7 + anexos (v2)/ção.txt",
                             languages="es,fr")  # fmt: skip
    manifest = recita.manifest(document)

    assert manifest.status == "COMPLETED", manifest.reason
    schema = json.loads((root / "contracts/v1/manifest.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(json.loads(recita.read(document, "manifest.json")))
    assert manifest.language is not None
    assert manifest.language.code == "en"
    assert manifest.summary is not None
    assert manifest.summary.sentences
    assert {sentence.pages for sentence in manifest.summary.sentences} == {(1,)}
    assert manifest.ledger.languages.spoken == ("es", "fr")
    assert {v.stage for v in manifest.guardrails} == {"input", "summary", "facts", "translation"}
    for entry in manifest.audio:
        assert entry.captions is not None
        assert entry.duration_seconds is not None
        captions = webvtt.from_string(recita.read(document, entry.captions).decode())
        assert 0 < captions[-1].end_in_seconds <= entry.duration_seconds + 0.1
        _marks_stand_for_what_is_written(recita, manifest, entry)
    for artifact in manifest.artifacts:
        assert len(recita.read(document, artifact.key)) == artifact.bytes
    assert "Riverside" in recita.read(document, "text.md").decode()
    assert {"bedrock-runtime", "polly", "translate"} <= {e.service for e in manifest.engines}
    assert all(engine.engine != "aws" for engine in manifest.engines)
    assert recita.row(document)["status"] == {"S": "COMPLETED"}
    assert recita.execution(document)["status"] == "SUCCEEDED"


def _marks_stand_for_what_is_written(
    recita: DocumentLaptop, manifest: Manifest, entry: AudioEntry
) -> None:
    document = manifest.document_id
    summary = Summary.model_validate_json(recita.read(document, f"summary/{entry.language}.json"))
    lines = recita.read(document, entry.marks or "").decode().splitlines()
    words = [
        mark for line in lines if (mark := SpokenMark.model_validate_json(line)).type == "word"
    ]
    texts = [sentence.text for sentence in summary.sentences]
    written = [texts[m.source] if m.source is not None else summary.title for m in words]
    assert all(m.value in text[m.start : m.end] for m, text in zip(words, written, strict=True))
    assert {m.source for m in words} >= set(range(len(texts)))
    assert all(m.pages == (1,) for m in words if m.source is not None)
    page = LexborHTMLParser(recita.read(document, entry.read_along or "").decode())
    assert [say.text() for say in page.css("ol .say")] == texts
    lit = [int(word.attributes["data-t"] or 0) for word in page.css(".say [data-t]")]
    assert lit == sorted(mark.time for mark in words)


def test_a_broken_file_is_rejected_with_its_code(recita: DocumentLaptop) -> None:
    manifest = recita.process(samples.contract_pdf()[:700], "broken.pdf")
    assert manifest.status == "REJECTED"
    assert manifest.reason is not None
    assert manifest.reason.code == "corrupt"
    assert manifest.summary is None


def test_what_comes_with_a_mail_is_a_document_of_its_own(recita: DocumentLaptop) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ann <ann@example.org>", "Minutes"
    mail.set_content("Dear members, please find the minutes of our meeting attached.")
    mail.add_attachment(LETTER, filename="minutes.txt")
    mail.add_attachment(b"PK\x05\x06", maintype="application", subtype="zip", filename="a.zip")

    parent = recita.process(bytes(mail), "in/mail.eml", languages="none")
    assert parent.status == "COMPLETED", parent.reason
    assert [page.method for page in parent.pages] == ["native"]
    assert [warning.code for warning in parent.warnings] == ["attachment-dropped"]
    (child,) = parent.children
    manifest = recita.manifest(child.document_id)
    assert manifest.status == "COMPLETED", manifest.reason
    assert (manifest.parent, manifest.source.key) == (parent.document_id, child.key)
    assert manifest.ledger.languages.requested == ()
    assert "Riverside" in recita.read(child.document_id, "text.md").decode()


def test_a_scan_of_two_pages_is_read_by_a_job(recita: DocumentLaptop) -> None:
    manifest = recita.process(samples.scanned_pdf(), "scan.pdf", languages="none")
    assert manifest.status == "COMPLETED", manifest.reason
    assert [page.method for page in manifest.pages] == ["ocr", "ocr"]
    assert {u.operation for u in manifest.usage} >= {"StartDocumentTextDetection"}
    assert manifest.audio == ()


def test_the_guardrail_blocks_a_threat(recita: DocumentLaptop) -> None:
    before = recita.calls().get("bedrock-runtime.Converse", 0)
    manifest = recita.process(THREAT.encode(), "threat.txt", languages="es")
    assert manifest.status == "BLOCKED"
    assert manifest.reason is not None
    assert manifest.reason.code == "guardrail-blocked"
    assert "kill" not in manifest.model_dump_json()
    assert manifest.summary is None
    assert recita.calls().get("bedrock-runtime.Converse", 0) == before


def test_one_throttle_is_retried(recita: DocumentLaptop) -> None:
    recita.fault(
        service="translate", operation="TranslateText", code="TooManyRequestsException", times=1
    )
    manifest = recita.process(LETTER.encode(), "throttled.txt", languages="es", speak="none")
    assert manifest.status == "COMPLETED", manifest.reason
    (step,) = (step for step in manifest.steps if step.name == "translate-summary:es")
    assert step.attempts == 2


def test_the_whole_text_is_translated_and_spoken(recita: DocumentLaptop) -> None:
    manifest = recita.process(SHORT.encode(), "whole.txt", languages="pt", speak="full")
    assert manifest.status == "COMPLETED", manifest.reason
    (translation,), (audio,) = manifest.translations, manifest.audio
    assert translation.text == "translations/pt/text.md"
    text = recita.read(manifest.document_id, translation.text).decode()
    assert text.startswith("<!-- page 1 -->")
    assert "INV-2026-0042" in text
    assert "library" not in text
    assert audio.text is not None
    assert audio.text.artifact is not None
    sound = recita.read(manifest.document_id, audio.text.artifact)
    assert audio.text.duration_seconds > 1
    assert duration_seconds(sound) == pytest.approx(audio.text.duration_seconds, abs=0.1)


def test_polly_throttled_then_fine(recita: DocumentLaptop) -> None:
    recita.fault(service="polly", operation="SynthesizeSpeech", code="ThrottlingException", times=2)
    manifest = recita.process(SHORT.encode(), "throttled-voice.txt", languages="es")
    assert manifest.status == "COMPLETED", manifest.reason
    (step,) = (step for step in manifest.steps if step.name == "speak-summary:es")
    assert step.attempts == 3
    assert manifest.ledger.languages.seconds_spoken > 1
    assert manifest.ledger.languages.characters_spoken > 20


@pytest.mark.law(7)
def test_a_language_without_a_voice_costs_its_speech_only(recita: DocumentLaptop) -> None:
    manifest = recita.process(SHORT.encode(), "voiceless.txt", languages="fr-CA,es")
    assert manifest.status == "PARTIAL"
    assert manifest.ledger.languages.translated == ("fr-CA", "es")
    assert manifest.ledger.languages.spoken == ("es",)
    missing, spoken = manifest.audio
    assert missing.reason is not None
    assert (missing.status, missing.reason.code) == ("FAILED", "voice-missing")
    assert spoken.voice == "Lucia"
    text = Summary.model_validate_json(recita.read(manifest.document_id, "summary/fr-CA.json"))
    assert "INV-2026-0042" in text.text


@pytest.mark.law(3)
def test_a_translation_that_the_guardrail_stops_costs_that_language(
    recita: DocumentLaptop,
) -> None:
    body = b"The tea party took place in the secret garden of the old library on Sunday."
    manifest = recita.process(body, "blocked-translation.txt", languages="es,pt", speak="none")
    assert manifest.status == "PARTIAL"
    assert manifest.ledger.languages.translated == ("pt",)
    reasons = [entry.reason.code if entry.reason else None for entry in manifest.translations]
    assert reasons == ["guardrail-blocked", None]
    assert "jardín secreto" not in manifest.model_dump_json()
    assert not [a for a in manifest.artifacts if a.key.startswith("summary/es")]


@pytest.mark.law(7)
def test_a_language_without_an_engine_costs_that_language(recita: DocumentLaptop) -> None:
    manifest = recita.process(LETTER.encode(), "partial.txt", languages="ja,es", speak="none")
    assert manifest.status == "PARTIAL"
    assert manifest.reason is not None
    assert manifest.reason.code == "languages-missing"
    assert manifest.ledger.languages.translated == ("es",)
    (missing,) = manifest.ledger.languages.missing
    assert missing.language == "ja"
    why = manifest.translations[0].reason
    assert why is not None
    assert why.code == "translation-unsupported"
    assert "UnsupportedLanguagePairException" in missing.reason


@pytest.mark.law(3)
def test_an_unreachable_guardrail_stops_the_document(recita: DocumentLaptop) -> None:
    recita.fault(
        service="bedrock-runtime",
        operation="ApplyGuardrail",
        code="ServiceUnavailableException",
        status=503,
        times=6,
    )
    before = recita.calls().get("bedrock-runtime.Converse", 0)
    manifest = recita.process(LETTER.encode(), "unguarded.txt", languages="es")
    assert manifest.status == "FAILED"
    assert manifest.summary is None
    assert recita.calls().get("bedrock-runtime.Converse", 0) == before


@pytest.mark.law(2)
def test_the_same_event_twice_starts_one_execution(recita: DocumentLaptop) -> None:
    document = recita.upload(LETTER.encode(), "twice.txt", languages="none")
    recita.manifest(document)
    before = recita.calls()
    bucket = recita.stack.outputs["InputBucketName"]
    versions = recita.client("s3").list_object_versions(Bucket=bucket, Prefix="twice.txt")
    detail = {
        "bucket": {"name": bucket},
        "object": {"key": "twice.txt", "version-id": versions["Versions"][0]["VersionId"]},
    }
    lambdas = recita.client("lambda")
    (name,) = (
        f["FunctionName"]
        for page in lambdas.get_paginator("list_functions").paginate()
        for f in page["Functions"]
        if "AdmitDocument" in f["FunctionName"]
    )
    record = {"messageId": "1", "body": json.dumps({"detail": detail})}
    reply = lambdas.invoke(FunctionName=name, Payload=json.dumps({"Records": [record]}))
    assert json.load(reply["Payload"]) == {"batchItemFailures": []}
    assert recita.calls() == before
    assert recita.row(document)["status"] == {"S": "COMPLETED"}
