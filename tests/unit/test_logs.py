"""Logs tell what happened to which document, and nothing that stands in it."""

from __future__ import annotations

import importlib
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError
from recita import observability
from recita.errors import ProviderUnavailableError
from recita.models.document import work_key
from recita.models.page import Reading
from recita.wiring import wiring

from tests.fakes import Pipeline, files
from tests.fakes.pipeline import upload_named

pytestmark = pytest.mark.disable_socket

MARKER = "Zanzibar-4711"
STEPS = ("inspect_document", "read_pages", "understand_document", "translate_summary",
         "speak_summary", "publish_result")  # fmt: skip


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that this process logs, powertools' logger at its most talkative."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger(), logging.getLogger("recita")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    [own] = [h for h in observability.logger.handlers if h is not handler]
    handler.setFormatter(own.formatter)
    yield stream
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The functions wired to fakes."""
    pipeline = Pipeline("es")
    monkeypatch.setenv("TARGET_LANGUAGES", "es")
    monkeypatch.setenv("SPEAK_MODE", "summary")
    monkeypatch.setenv("TRANSLATE_MODE", "summary")
    monkeypatch.setenv("OCR_FEATURES", "auto")
    monkeypatch.setenv("DESCRIBE_IMAGES", "always")
    monkeypatch.setenv("REDACT_TEXT", "off")
    ports = {
        "meter": pipeline.meter, "uploads": pipeline.uploads, "results": pipeline.results,
        "documents": pipeline.documents, "ocr": pipeline.ocr, "vision": pipeline.vision,
        "guardrail": pipeline.guardrail, "models": pipeline.models, "bus": pipeline.bus,
        "translator": pipeline.translator, "voice": pipeline.voice,
    }  # fmt: skip
    for name, port in ports.items():
        monkeypatch.setitem(wiring.__dict__, name, port)
    return pipeline


def invoke(function: str, event: dict[str, Any]) -> dict[str, Any]:
    handler = importlib.import_module(f"{function}.app").lambda_handler
    output: dict[str, Any] = handler(event, LambdaContext())
    return output


def test_a_documents_whole_way_leaves_no_text_in_the_logs(
    deployed: Pipeline, log: io.StringIO
) -> None:
    text = f"{MARKER} signs for invoice 100. " * 9
    upload = deployed.upload(files.pdf([text, text]), f"in/{MARKER}.pdf")
    document = invoke("inspect_document", {"upload": upload.model_dump()})
    for function in STEPS[1:]:
        event = {"document": document, "language": "es", "execution": upload.document_id}
        assert invoke(function, event)["status"] in ("SUCCEEDED", "COMPLETED")

    lines = [json.loads(line) for line in log.getvalue().splitlines() if line.startswith("{")]
    assert sum(line.get("document_id") == upload.document_id for line in lines) >= len(STEPS)
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
