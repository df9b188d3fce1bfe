"""What is generated from the models: JSON Schemas, examples, and the page of reason codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel
from recita.models import base, reasons
from recita.models.event import DocumentEvent
from recita.models.manifest import Manifest
from recita.models.page import Page
from recita.models.picture import Picture
from recita.models.summary import GuardrailUsed, SpokenMark, Summary
from recita.steps.workbench import to_json

from tests.fakes import Pipeline, files
from tests.fakes.services import answer

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, type[BaseModel]] = {
    "manifest": Manifest,
    "event": DocumentEvent,
    "page": Page,
    "picture": Picture,
    "summary": Summary,
    "mark": SpokenMark,
}
FIRST_PAGE = """Invoice 4711
The town library bought 125 books on 21 November 2026.
Questions go to ana@example.org, who answers within two working days."""
SECOND_PAGE = """The total is 1,250 euros, due within 30 days of the invoice's date.
It is paid into the account that the contract of 2 March names."""
SUMMARY = {
    "title": "Invoice for library books",
    "language": "en",
    "language_confidence": 0.98,
    "document_type": "invoice",
    "type_confidence": 0.95,
    "sentences": [
        {"text": "The town library bought 125 books on 21 November 2026.", "pages": [1]},
        {"text": "It owes 1,250 euros, due within 30 days.", "pages": [2]},
    ],
    "facts": [
        {"name": "invoice number", "value": "4711", "page": 1, "confidence": 0.97},
        {"name": "total", "value": "1,250 euros", "page": 2, "confidence": 0.96},
    ],
}
SPANISH = {
    "Invoice for library books": "Factura de libros para la biblioteca",
    "The town library bought 125 books on 21 November 2026.": (
        "La biblioteca municipal compró 125 libros el 21 de noviembre de 2026."
    ),
    "It owes 1,250 euros, due within 30 days.": "Debe 1250 euros, a pagar en 30 días.",
}


class _Clock(datetime):
    """A clock that ticks a quarter of a second each time it is asked."""

    ticks = 0

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        cls.ticks += 1
        return datetime(2026, 11, 21, 9, 30, tzinfo=tz) + timedelta(milliseconds=250 * cls.ticks)


@contextmanager
def _stopped_clock() -> Iterator[None]:
    _Clock.ticks = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "datetime", _Clock)
        assert base.now().tzinfo is UTC
        yield


def schema(name: str) -> str:
    """The JSON Schema of what a consumer reads."""
    body = MODELS[name].model_json_schema(mode="serialization")
    return _json({"$schema": DIALECT} | body)


def examples() -> dict[str, str]:
    """One result of each kind, by file name, from the pipeline over fakes and a stopped clock."""
    with _stopped_clock():
        found = {f"manifest.{s}.json": body for s, body in _manifests().items()}
        return found | _completed() | _described()


def _manifests() -> dict[str, str]:
    runs = {name: _pipeline() for name in ("completed", "blocked", "rejected", "failed")}
    runs["partial"] = _pipeline("es,ja")
    runs["blocked"].guardrail.blocked = ("euros",)
    runs["failed"].model.error = TimeoutError("no answer within 300 s")
    bodies = {"rejected": b"PK\x03\x04 a word processor's file"}
    keys = {"rejected": "letters/offer.docx"}
    return {
        name: _text(run.run(bodies.get(name, invoice()), keys.get(name, "invoices/4711.pdf")))
        for name, run in runs.items()
    }


def _pipeline(languages: str = "es") -> Pipeline:
    pipeline = Pipeline(languages)
    pipeline.guardrail.used = GuardrailUsed(id="k3t9x0a1b2c3", version="1")
    pipeline.model.replies = [answer(SUMMARY)]
    pipeline.translator.phrases = SPANISH
    return pipeline


def invoice() -> bytes:
    return files.pdf([FIRST_PAGE, SECOND_PAGE])


def _completed() -> dict[str, str]:
    pipeline = _pipeline()
    manifest = pipeline.run(invoice(), "invoices/4711.pdf")
    marks = pipeline.artifact(manifest, "audio/es.marks.jsonl").decode().splitlines()
    return {
        "mark.json": _json(json.loads(marks[-1])),
        "event.completed.json": _text(pipeline.bus.events[0]),
        "page.json": pipeline.artifact(manifest, "pages/0001.json").decode() + "\n",
        "summary.json": pipeline.artifact(manifest, "summary/es.json").decode() + "\n",
    }


def whole_result() -> dict[str, bytes]:
    """Every file of a completed document, as a download has them."""
    with _stopped_clock():
        pipeline = _pipeline()
        manifest = pipeline.run(invoice(), "invoices/4711.pdf")
    names = ["manifest.json", *(artifact.key for artifact in manifest.artifacts)]
    return {name: pipeline.artifact(manifest, name) for name in names}


def _described() -> dict[str, str]:
    pipeline = Pipeline("none")
    pipeline.ocr.texts = ("STOP",)
    pipeline.vision.words = "STOP"
    manifest = pipeline.run(files.picture(), "photos/dog.jpg")
    return {"picture.json": pipeline.artifact(manifest, "images/0001.json").decode() + "\n"}


def errors_page() -> str:
    """``docs/errors.md``: every reason code with what to do about it."""
    rejections = _table(reasons.REJECTIONS)
    others = _table(reasons.OTHERS)
    return (
        "# Reason codes\n\n"
        "A document that did not complete says why in its manifest, under `reason`: a `code` from"
        " this\npage, a `message` about this very document, and the `hint` given here. Codes are"
        " part of the\ncontract: programs may rely on them.\n\n"
        "## REJECTED: the file can't be processed\n\n"
        f"{rejections}\n"
        "## PARTIAL, BLOCKED and FAILED\n\n"
        f"{others}\n"
        "## Warnings\n\n"
        "The manifest's `warnings` tell what a reader should know of the result: what was left out,"
        " or guessed.\nThey don't change the status.\n\n"
        f"{_table(reasons.WARNINGS, 'what it says')}\n"
        "## Refusals of the HTTP API\n\n"
        "An answer's `code`, with its status; a document is not concerned.\n\n"
        f"{_refusals()}"
    )


def _refusals() -> str:
    told = {code: f"{status}: {hint}" for code, (status, hint) in reasons.REFUSALS.items()}
    return _table(told)


def _table(codes: dict[str, str], meaning: str = "what to do") -> str:
    rows = "".join(f"| `{code}` | {hint} |\n" for code, hint in codes.items())
    return f"| code | {meaning} |\n|---|---|\n{rows}"


def _text(model: BaseModel) -> str:
    return to_json(model).decode() + "\n"


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
