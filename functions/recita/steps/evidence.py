"""Everything the steps left behind about one document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from recita.models.document import Child, Children, Document, step_key, work_key
from recita.models.page import Reading
from recita.models.picture import Picture
from recita.models.record import StepRecord
from recita.models.summary import Speech, Understanding
from recita.ports import Results
from recita.steps.handover import CHILDREN, PICTURE, READING, UNDERSTANDING, speech

M = TypeVar("M", bound=BaseModel)

STEPS = (
    "inspect-document",
    "read-pages",
    "start-ocr",
    "collect-ocr",
    "see-images",
    "understand-document",
)
PER_LANGUAGE = ("translate-summary", "speak-summary")


@dataclass(frozen=True)
class Evidence:
    """What is in the results bucket, before it is judged."""

    records: tuple[StepRecord, ...] = ()
    reading: Reading | None = None
    picture: Picture | None = None
    children: tuple[Child, ...] = ()
    understanding: Understanding | None = None
    speeches: dict[str, Speech] = field(default_factory=dict)


def gather(results: Results, document: Document) -> Evidence:
    """Read the records of all steps that ran."""

    def recall(name: str, kind: type[M]) -> M | None:
        body = results.read(work_key(document.document_id, name))
        return kind.model_validate_json(body) if body is not None else None

    names = [*STEPS, *(f"{s}:{code}" for code in document.languages for s in PER_LANGUAGE)]
    bodies = [results.read(step_key(document.document_id, name)) for name in names]
    speeches = {code: recall(speech(code), Speech) for code in document.languages}
    children = recall(CHILDREN, Children)
    return Evidence(
        records=tuple(StepRecord.model_validate_json(body) for body in bodies if body is not None),
        reading=recall(READING, Reading),
        picture=recall(PICTURE, Picture),
        children=children.children if children else (),
        understanding=recall(UNDERSTANDING, Understanding),
        speeches={code: found for code, found in speeches.items() if found is not None},
    )
