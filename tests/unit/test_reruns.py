"""Blocked documents and later runs: nothing of one run is taken for another's."""

from __future__ import annotations

import pytest
from recita.errors import ProviderUnavailableError
from recita.models.document import Document, result_key
from recita.models.summary import GuardrailUsed

from tests.fakes import Pipeline
from tests.fakes.services import answer

pytestmark = pytest.mark.disable_socket


def test_of_a_blocked_document_only_the_manifest_stays() -> None:
    pipeline = Pipeline("es")
    manifest = pipeline.run(b"This is forbidden, and it names 4711.", "a.txt")
    assert manifest.status == "BLOCKED"
    prefix = result_key(manifest.document_id, "")
    left = [key for key in pipeline.results.objects if key.startswith(prefix)]
    assert left == [f"{prefix}manifest.json"]
    assert manifest.artifacts == ()
    assert [page.artifact for page in manifest.pages] == [None]
    assert "4711" not in manifest.model_dump_json()
    assert manifest.ledger.pages.read == 1


def test_a_blocked_document_may_be_published_again() -> None:
    pipeline = Pipeline("es")
    first = pipeline.run(b"This is forbidden.", "a.txt")
    document = Document(**pipeline.upload(b"", "a.txt").model_dump(), route="text", pages=1)
    assert pipeline.publish(document).status == first.status == "BLOCKED"


def test_a_blocked_rerun_leaves_nothing_of_the_run_before() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(b"Ask ana@example.org.", "a.txt", {"recita-redact-text": "on"})
    assert pipeline.execute(upload, upload.document_id).status == "COMPLETED"
    pipeline.guardrail.used = GuardrailUsed(id="gr", version="2")
    pipeline.guardrail.blocked = ("Ask",)
    assert pipeline.execute(upload, f"{upload.document_id}.2").status == "BLOCKED"
    prefix = result_key(upload.document_id, "")
    left = [key for key in pipeline.results.objects if key.startswith(prefix)]
    assert left == [f"{prefix}manifest.json"]


def test_a_rerun_without_a_summary_has_not_that_of_the_run_before() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(b"The rent is 900 euros.", "a.txt")
    assert pipeline.execute(upload, upload.document_id).summary is not None
    pipeline.guardrail.used = GuardrailUsed(id="gr", version="2")
    pipeline.model.replies = [answer("no"), answer("no")]
    manifest = pipeline.execute(upload, f"{upload.document_id}.2")
    assert (manifest.status, manifest.summary, manifest.facts) == ("PARTIAL", None, ())
    assert manifest.translations == ()


def test_what_blocked_a_run_does_not_block_the_next() -> None:
    pipeline = Pipeline("none")
    pipeline.guardrail.blocked = ("rent",)
    upload = pipeline.upload(b"The rent is 900 euros.", "a.txt")
    assert pipeline.execute(upload, upload.document_id).status == "BLOCKED"
    pipeline.guardrail.error = ProviderUnavailableError("bedrock-runtime", "apply", "X", "down")
    pipeline.guardrail.used = GuardrailUsed(id="gr", version="2")
    assert pipeline.execute(upload, f"{upload.document_id}.2").status == "FAILED"


def test_a_rerun_that_fails_early_has_no_steps_of_the_run_before() -> None:
    pipeline = Pipeline("none")
    upload = pipeline.upload(b"The rent is 900 euros.", "a.txt")
    whole = pipeline.execute(upload, upload.document_id)
    assert "understand-document" in {step.name for step in whole.steps}
    assert whole.usage
    pipeline.uploads.files.clear()
    manifest = pipeline.execute(upload, f"{upload.document_id}.2")
    assert manifest.status != "COMPLETED"
    assert "understand-document" not in {step.name for step in manifest.steps}
    assert manifest.usage == ()
