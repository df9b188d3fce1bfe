"""Everything the steps left behind about one document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from recita.models.document import Child, Children, Document, step_key, work_key
from recita.models.page import Reading
from recita.models.picture import Inventory, Picture, Pictures
from recita.models.record import StepRecord
from recita.models.summary import Speech, Understanding
from recita.ports import Results
from recita.steps.find_pictures import batches
from recita.steps.handover import (
    CHILDREN,
    INVENTORY,
    PICTURES,
    READING,
    UNDERSTANDING,
    speech,
)

M = TypeVar("M", bound=BaseModel)

STEPS = (
    "inspect-document",
    "read-pages",
    "start-ocr",
    "collect-ocr",
    "find-pictures",
    "understand-document",
    "describe-images",
)
PER_LANGUAGE = ("translate-summary", "speak-summary")


@dataclass(frozen=True)
class Evidence:
    """What is in the results bucket, before it is judged."""

    records: tuple[StepRecord, ...] = ()
    reading: Reading | None = None
    inventory: Inventory | None = None
    pictures: tuple[Picture, ...] = ()
    children: tuple[Child, ...] = ()
    understanding: Understanding | None = None
    speeches: dict[str, Speech] = field(default_factory=dict)


def gather(results: Results, document: Document) -> Evidence:
    """Read the records of all steps that ran."""

    def recall(name: str, kind: type[M]) -> M | None:
        body = results.read(work_key(document.document_id, name))
        return kind.model_validate_json(body) if body is not None else None

    inventory = recall(INVENTORY, Inventory)
    seeing = batches(len(inventory.pictures)) if inventory else ()
    names = [
        *STEPS,
        *(f"see-images:{number}" for number in seeing),
        *(f"{step}:{code}" for code in document.languages for step in PER_LANGUAGE),
    ]
    bodies = [results.read(step_key(document.document_id, name)) for name in names]
    speeches = {code: recall(speech(code), Speech) for code in document.languages}
    children, pictures = recall(CHILDREN, Children), recall(PICTURES, Pictures)
    return Evidence(
        records=tuple(StepRecord.model_validate_json(body) for body in bodies if body is not None),
        reading=recall(READING, Reading),
        inventory=inventory,
        pictures=pictures.pictures if pictures else (),
        children=children.children if children else (),
        understanding=recall(UNDERSTANDING, Understanding),
        speeches={code: found for code, found in speeches.items() if found is not None},
    )
