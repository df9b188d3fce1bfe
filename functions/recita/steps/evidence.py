"""Everything the steps left behind about one document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from recita.models.document import Child, Children, Document, step_key, work_key
from recita.models.page import Reading
from recita.models.picture import Inventory, Picture, Pictures
from recita.models.reasons import Reason, reason
from recita.models.record import Begun, StepRecord
from recita.models.summary import Speech, TranslatedText, Understanding, Verdict
from recita.ports import Results
from recita.pricing import price
from recita.steps.budget import Budget
from recita.steps.handover import (
    CHILDREN,
    INVENTORY,
    PICTURES,
    READING,
    UNDERSTANDING,
    speech,
    translated_text,
)
from recita.steps.workbench import RUN, Workbench, of_this_run

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
SEEING = "see-images:"
GAPS = ("summary-unusable", "cost-cap-reached")
"""Warnings of steps that ended without what they were asked for."""
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
    texts: dict[str, TranslatedText] = field(default_factory=dict)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What the guardrail said, in the order of the steps."""
        return tuple(verdict for record in self.records for verdict in record.verdicts)

    @property
    def gap(self) -> Reason | None:
        """Why the summary is missing or less than was asked for, or what was too dear."""
        if self.understanding and self.understanding.degraded:
            return self.understanding.degraded
        said = (warning for record in self.records for warning in record.warnings)
        return next((reason(w.code, w.message) for w in said if w.code in GAPS), None)


def gather(results: Results, document: Document) -> Evidence:
    """Read the records of all steps that ran."""

    def recall(name: str, kind: type[M]) -> M | None:
        body = results.read(work_key(document.document_id, name))
        return kind.model_validate_json(body) if body else None

    inventory = recall(INVENTORY, Inventory)
    speeches = {code: recall(speech(code), Speech) for code in document.languages}
    texts = {code: recall(translated_text(code), TranslatedText) for code in document.languages}
    children, pictures = recall(CHILDREN, Children), recall(PICTURES, Pictures)
    return Evidence(
        records=_records(results, document),
        reading=recall(READING, Reading),
        inventory=inventory,
        pictures=pictures.pictures if pictures else (),
        children=children.children if children else (),
        understanding=recall(UNDERSTANDING, Understanding),
        speeches={code: found for code, found in speeches.items() if found is not None},
        texts={code: found for code, found in texts.items() if found is not None},
    )


def budget(bench: Workbench, document: Document) -> Budget:
    """Return what the document may still cost, from the records of all that was paid so far."""
    before: list[float] = []

    def spent() -> float:
        if not before:
            records = _records(bench.results, document)
            before.append(price(item for record in records for item in record.usage))
        return before[0] + price(bench.meter.usage())

    return Budget(bench.cost_cap, spent)


def _records(results: Results, document: Document) -> tuple[StepRecord, ...]:
    """Read what is there; one listing takes less time than asking for each that may be."""
    folder = work_key(document.document_id, "steps/")
    there = {key.removeprefix(folder).removesuffix(".json") for key in results.names(folder)}
    seeing = (name for name in there if name.startswith(SEEING))
    names = [
        *STEPS,
        *sorted(seeing, key=lambda name: int(name.removeprefix(SEEING))),
        *(f"{step}:{code}" for code in document.languages for step in PER_LANGUAGE),
    ]
    bodies = [results.read(step_key(document.document_id, n)) for n in names if n in there]
    records = (StepRecord.model_validate_json(body) for body in bodies if body is not None)
    run = results.read(work_key(document.document_id, RUN))
    begun = Begun.model_validate_json(run) if run else None
    return tuple(record for record in records if begun is None or of_this_run(record, begun))
