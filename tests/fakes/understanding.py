"""A document that was read, and what understanding makes of it."""

from __future__ import annotations

from recita.models.document import Document, step_key, work_key
from recita.models.page import Page, Reading
from recita.models.record import StepRecord
from recita.models.steps import StepOutput
from recita.models.summary import Understanding
from recita.steps.handover import READING, UNDERSTANDING
from recita.steps.workbench import to_json

from tests.fakes.pipeline import Pipeline, upload_named

DOCUMENT = Document(**upload_named("a.pdf").model_dump(), route="document", pages=2)


def reply(**changes: object) -> dict[str, object]:
    return {
        "title": "An invoice",
        "language": "en",
        "document_type": "invoice",
        "type_confidence": 0.9,
        "sentences": [{"text": "An invoice was issued.", "pages": [1]}],
        "facts": [],
    } | changes


def read(*texts: str) -> Pipeline:
    pipeline = Pipeline()
    pages = tuple(
        Page(number=number, method="native", why="", text=text)
        for number, text in enumerate(texts, start=1)
    )
    pipeline.results.objects[work_key(DOCUMENT.document_id, READING)] = to_json(
        Reading(pages=pages)
    )
    return pipeline


def understand(pipeline: Pipeline) -> StepOutput:
    return pipeline.understand(DOCUMENT)


def step_record(pipeline: Pipeline) -> StepRecord:
    body = pipeline.results.objects[step_key(DOCUMENT.document_id, "understand-document")]
    return StepRecord.model_validate_json(body)


def warnings(pipeline: Pipeline) -> list[str]:
    return [warning.code for warning in step_record(pipeline).warnings]


def understanding(pipeline: Pipeline) -> Understanding:
    body = pipeline.results.objects[work_key(DOCUMENT.document_id, UNDERSTANDING)]
    return Understanding.model_validate_json(body)


def no_summary(pipeline: Pipeline) -> bool:
    return not [key for key in pipeline.results.objects if "summary" in key]
