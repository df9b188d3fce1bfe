"""Translation: sentence by sentence, and guarded again."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from recita.errors import (
    LanguageUnclearError,
    ProviderThrottledError,
    TerminologyMissingError,
    TranslationUnsupportedError,
)
from recita.models.summary import Summary
from recita.ports import GuardedText

from tests.fakes import FakeGuardrail, Pipeline
from tests.fakes.services import answer

pytestmark = pytest.mark.disable_socket

TEXT = b"Invoice 4711 was issued."


def test_sentences_stay_one_to_one_with_their_pages() -> None:
    pipeline = Pipeline("es")
    manifest = pipeline.run(TEXT, "a.txt")
    summary = Summary.model_validate_json(pipeline.artifact(manifest, "summary/es.json"))
    assert (summary.language, summary.source_language) == ("es", "en")
    assert summary.title == "(es) A summary"
    assert [(s.text, s.pages) for s in summary.sentences] == [
        ("(es) Invoice 4711 was issued.", (1,))
    ]
    assert summary.grounding is None


def test_the_documents_own_language_costs_nothing() -> None:
    pipeline = Pipeline("en,en-GB")
    manifest = pipeline.run(TEXT, "a.txt")
    assert pipeline.translator.asked == []
    assert manifest.ledger.languages.translated == ("en", "en-GB")
    assert json.loads(pipeline.artifact(manifest, "summary/en-GB.json"))["language"] == "en-GB"


def test_a_blocked_translation_costs_that_language() -> None:
    pipeline = Pipeline("es,pt")
    pipeline.guardrail.blocked = ("(pt)",)
    manifest = pipeline.run(TEXT, "a.txt")
    assert manifest.status == "PARTIAL"
    assert manifest.ledger.languages.translated == ("es",)
    assert [(m.language, m.reason) for m in manifest.ledger.languages.missing] == [
        ("pt", "the translation was blocked")
    ]
    assert not [key for key in pipeline.results.objects if "/pt" in key and "documents" in key]
    assert [(a.language, a.status) for a in manifest.audio] == [
        ("es", "SUCCEEDED"),
        ("pt", "SKIPPED"),
    ]


def test_masked_content_that_comes_back_is_masked_again() -> None:
    pipeline = Pipeline("es")
    pipeline.translator.suffix = " ana@example.org"
    manifest = pipeline.run(TEXT, "a.txt")
    assert b"ana@example.org" not in pipeline.artifact(manifest, "summary/es.json")
    assert [v.action for v in manifest.guardrails if v.stage == "translation"] == ["ANONYMIZED"]


def test_line_breaks_in_a_translation_are_no_new_sentences() -> None:
    pipeline = Pipeline("es")
    pipeline.translator.suffix = "\nand more"
    manifest = pipeline.run(TEXT, "a.txt")
    assert manifest.status == "COMPLETED"
    summary = json.loads(pipeline.artifact(manifest, "summary/es.json"))
    assert len(summary["sentences"]) == 1


def test_a_pair_that_the_service_lacks_costs_that_language() -> None:
    pipeline = Pipeline("es,xx")
    pipeline.translator.failing["xx"] = TranslationUnsupportedError(
        "translate", "translate_text", "UnsupportedLanguagePairException", "en to xx"
    )
    manifest = pipeline.run(TEXT, "a.txt")
    assert manifest.status == "PARTIAL"
    assert manifest.reason is not None
    assert manifest.reason.code == "languages-missing"
    assert "UnsupportedLanguagePairException" in manifest.reason.message
    assert {t.language: t.status for t in manifest.translations} == {
        "es": "SUCCEEDED",
        "xx": "FAILED",
    }
    why = manifest.translations[1].reason
    assert why is not None
    assert why.code == "translation-unsupported"


def test_a_terminology_that_is_not_there_is_told() -> None:
    pipeline = Pipeline("es")
    pipeline.translator.failing["es"] = TerminologyMissingError(
        "translate", "translate_text", "ResourceNotFoundException", "there is no terminology 'mine'"
    )
    manifest = pipeline.run(TEXT, "a.txt")
    assert manifest.status == "PARTIAL"
    why = manifest.translations[0].reason
    assert why is not None
    assert why.code == "terminology-missing"
    assert "'mine'" in why.message
    assert "Terminology" in why.hint


CODES = b"Invoice INV-7 of Acme Tools Ltd. for $4,500.00 & 30 <days>."


def test_what_must_come_through_is_marked_and_comes_through() -> None:
    pipeline = Pipeline("es")
    manifest = pipeline.run(CODES, "a.txt")
    sent = pipeline.translator.sent[1]
    for token in ("INV-7", "Acme Tools Ltd.", "$4,500.00"):
        assert f'<span translate="no">{token}</span>' in sent
    assert "&amp; 30 &lt;days&gt;." in sent
    summary = Summary.model_validate_json(pipeline.artifact(manifest, "summary/es.json"))
    assert summary.sentences[0].text == f"(es) {CODES.decode()}"
    assert manifest.warnings == ()
    assert len(pipeline.translator.asked) == 1


def test_parties_and_identifiers_of_the_document_are_names() -> None:
    pipeline = Pipeline("es")
    facts = [
        {"name": "seller", "kind": "party", "value": "Bread House", "page": 1},
        {"name": "buyer", "kind": "party", "value": "the tenant", "page": 1},
        {"name": "order", "kind": "identifier", "value": "po 77 x", "page": 1},
        {"name": "due", "kind": "date", "value": "May", "page": 1},
    ]
    text = "Bread House billed the tenant for po 77 x in May."
    said: dict[str, object] = {
        "title": "",
        "language": "en",
        "document_type": "invoice",
        "facts": facts,
    }
    sentences = [{"text": text, "pages": [1]}]
    pipeline.model.replies = [answer(said | {"sentences": sentences})]
    pipeline.run(text.encode(), "a.txt")
    marked = re.findall('<span translate="no">(.*?)</span>', pipeline.translator.sent[0])
    assert marked == ["Bread House", "po 77 x"]


def test_a_translation_three_times_as_long_is_guarded_in_parts() -> None:
    pipeline = Pipeline("es")
    pipeline.translator.suffix = " word" * 4000
    manifest = pipeline.run(TEXT, "a.txt")
    assert manifest.status == "COMPLETED"
    long = [text for text in pipeline.guardrail.outputs if " word" in text]
    assert len(long) == 2
    assert max(map(len, long)) < 25_000


def test_a_mask_over_the_end_of_a_line_shifts_no_sentence() -> None:
    class Joining(FakeGuardrail):
        def check_output(self, text: str) -> GuardedText:
            return replace(super().check_output(text), text=text.replace("\n", " "))

    pipeline = Pipeline("es")
    pipeline.guardrail = Joining(pipeline.meter)
    manifest = pipeline.run(TEXT, "a.txt")
    assert manifest.status == "COMPLETED", manifest.reason
    summary = Summary.model_validate_json(pipeline.artifact(manifest, "summary/es.json"))
    assert summary.title == "(es) A summary"
    assert [s.text for s in summary.sentences] == ["(es) Invoice 4711 was issued."]


def test_a_lost_number_gets_a_second_try_with_all_numbers_marked() -> None:
    pipeline = Pipeline("es")
    spoiled = "30 &lt;days"
    pipeline.translator.spoils = lambda text: text.replace(spoiled, "treinta &lt;days")
    manifest = pipeline.run(CODES, "a.txt")
    assert '<span translate="no">30</span>' in pipeline.translator.sent[-1]
    summary = Summary.model_validate_json(pipeline.artifact(manifest, "summary/es.json"))
    assert summary.sentences[0].text == f"(es) {CODES.decode()}"
    assert manifest.warnings == ()


def test_marks_that_do_harm_are_left_out_in_the_second_try() -> None:
    pipeline = Pipeline("es")
    pipeline.translator.spoils = lambda text: re.sub("<span[^>]*>[^<]*</span>", "", text)
    manifest = pipeline.run(CODES, "a.txt")
    assert "<span" not in pipeline.translator.sent[-1]
    summary = Summary.model_validate_json(pipeline.artifact(manifest, "summary/es.json"))
    assert summary.sentences[0].text == f"(es) {CODES.decode()}"
    assert manifest.warnings == ()


def test_what_is_lost_twice_is_told() -> None:
    pipeline = Pipeline("es")
    pipeline.translator.spoils = lambda text: text.replace("INV-7", "INV-8")
    manifest = pipeline.run(CODES, "a.txt")
    assert manifest.status == "COMPLETED"
    assert [(w.code, w.message) for w in manifest.warnings] == [
        ("translation-tokens-lost", "es: 1 in a sentence")
    ]


def test_equal_text_is_paid_once() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(CODES, "a.txt")
    first = pipeline.execute(upload, upload.document_id)
    guarded = len(pipeline.guardrail.outputs)
    again = pipeline.execute(upload, f"{upload.document_id}.2")
    assert len(pipeline.translator.asked) == 1
    assert len(pipeline.guardrail.outputs) == guarded
    assert [v for v in again.guardrails if v.stage == "translation"] == [
        v for v in first.guardrails if v.stage == "translation"
    ]
    assert again.status == "COMPLETED"


def test_other_settings_are_another_translation() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(CODES, "a.txt")
    pipeline.execute(upload, upload.document_id)
    pipeline.translator.fingerprint = "FORMAL/none/"
    pipeline.execute(upload, f"{upload.document_id}.2")
    assert len(pipeline.translator.asked) == 2


@pytest.mark.parametrize(("confidence", "asked"), [(0.98, "en"), (0.3, "auto")])
def test_translate_detects_a_language_that_is_not_certain(confidence: float, asked: str) -> None:
    pipeline = Pipeline("es")
    pipeline.model.confidence = confidence
    manifest = pipeline.run(TEXT, "a.txt")
    assert pipeline.translator.asked == [(asked, "es")]
    codes = [warning.code for warning in manifest.warnings]
    assert codes == (["language-unsure"] if asked == "auto" else [])


def test_a_language_that_nobody_can_tell_costs_the_translation() -> None:
    pipeline = Pipeline("es")
    pipeline.model.confidence = 0.2
    pipeline.translator.failing["es"] = LanguageUnclearError(
        "translate", "translate_text", "DetectedLanguageLowConfidenceException", "perhaps gl"
    )
    manifest = pipeline.run(TEXT, "a.txt")
    why = manifest.translations[0].reason
    assert manifest.status == "PARTIAL"
    assert why is not None
    assert why.code == "language-unclear"


def test_a_summary_without_a_title_asks_for_none() -> None:
    pipeline = Pipeline("es")
    pipeline.model.title = ""
    manifest = pipeline.run(TEXT, "a.txt")
    assert len(pipeline.translator.sent) == 1
    assert json.loads(pipeline.artifact(manifest, "summary/es.json"))["title"] == ""


def test_a_check_that_fails_pays_for_no_second_translation() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(TEXT, "a.txt")
    check, failing = pipeline.guardrail.check_output, [True]

    def out_of_reach(text: str) -> GuardedText:
        if "(es)" in text and failing:
            failing.clear()
            raise ProviderThrottledError("bedrock-runtime", "apply_guardrail", "X", "too fast")
        return check(text)

    pipeline.guardrail.check_output = out_of_reach  # type: ignore[method-assign]
    first = pipeline.execute(upload, upload.document_id)
    assert first.ledger.languages.translated == ()
    again = pipeline.execute(upload, f"{upload.document_id}.2")
    assert again.ledger.languages.translated == ("es",)
    assert len(pipeline.translator.asked) == 1
