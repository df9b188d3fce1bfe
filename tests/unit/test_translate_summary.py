"""Translation: sentence by sentence, and guarded again."""

from __future__ import annotations

import json

import pytest
from recita.errors import ProviderRefusedError
from recita.models.summary import Summary

from tests.fakes import Pipeline

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
    pipeline.translator.failing["xx"] = ProviderRefusedError(
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
