"""Logs tell what happened to which document, and nothing that stands in it."""

from __future__ import annotations

import io
import json

import pytest
from pydantic import ValidationError
from recita.errors import ProviderUnavailableError
from recita.models.document import work_key
from recita.models.page import Reading

from tests.fakes import Pipeline, files
from tests.fakes.deployed import invoke
from tests.fakes.pipeline import upload_named

pytestmark = pytest.mark.disable_socket

MARKER = "Zanzibar-4711"
STEPS = ("inspect_document", "read_pages", "understand_document", "translate_summary",
         "speak_summary", "publish_result")  # fmt: skip


def test_a_documents_whole_way_leaves_no_text_in_the_logs(
    deployed: Pipeline, log: io.StringIO
) -> None:
    text = f"{MARKER} signs for invoice 100. " * 9
    upload = deployed.upload(files.pdf([text, text]), f"in/{MARKER}.pdf")
    document = invoke("inspect_document", {"upload": upload.model_dump()})
    for function in STEPS[1:]:
        event = {"document": document, "language": "es", "execution": upload.document_id}
        assert invoke(function, event)["status"] in ("SUCCEEDED", "COMPLETED")

    told = [json.loads(line) for line in log.getvalue().splitlines() if line.startswith("{")]
    assert [line["step"].replace("-", "_") for line in told] == list(STEPS)
    assert {line["document_id"] for line in told} == {upload.document_id}
    assert {line["outcome"] for line in told} == {"SUCCEEDED", "COMPLETED"}
    assert all(line["attempt"] == 1 and line["duration_ms"] >= 0 for line in told)
    assert MARKER not in log.getvalue()
    assert any(MARKER in body.decode("latin-1") for body in deployed.results.objects.values())


def test_a_failing_step_logs_its_error_and_no_text(deployed: Pipeline, log: io.StringIO) -> None:
    upload = deployed.upload(f"{MARKER} signs.".encode(), "a.txt")
    document = invoke("inspect_document", {"upload": upload.model_dump()})
    invoke("read_pages", {"document": document})
    deployed.guardrail.error = ProviderUnavailableError("bedrock-runtime", "apply", "X", "down")
    with pytest.raises(ProviderUnavailableError):
        invoke("understand_document", {"document": document})
    assert "ProviderUnavailableError" in log.getvalue()
    assert MARKER not in log.getvalue()


def test_a_broken_record_is_not_quoted_by_the_error() -> None:
    pipeline = Pipeline()
    upload = upload_named("a.txt")
    key = work_key(upload.document_id, "reading.json")
    pipeline.results.objects[key] = b'{"pages": [{"text": "%b"}]}' % MARKER.encode()
    with pytest.raises(ValidationError) as caught:
        Reading.model_validate_json(pipeline.results.objects[key])
    assert MARKER not in str(caught.value)
