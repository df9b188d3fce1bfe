"""Rounds of OCR: all waiting pages are read first, then those worth it are analysed.

Plain text costs a 33rd of what forms cost, so tables and forms are looked for only on pages whose
text, once read, looks like one. Features that somebody asked for are read in the first round.
Pages that Textract has left out of it (PARTIAL_SUCCESS) are read once more, by themselves, before
any page is analysed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from recita.models.base import Model
from recita.models.document import Document
from recita.models.page import Feature, Page, Reading
from recita.steps.handover import OCR_PDF, PENDING, PLAN
from recita.steps.workbench import StepRun


class OcrRound(Model):
    """One job: the pages it reads, by their numbers in the document, and what it looks for."""

    number: int = 0
    pages: tuple[int, ...]
    features: tuple[Feature, ...] = ()
    again: bool = False
    """Whether the first round has left its pages out."""

    @property
    def reads(self) -> bool:
        """Whether nobody else reads its pages."""
        return self.number == 0 or self.again

    @property
    def pdf(self) -> str:
        """Name of the PDF that holds these pages and no others."""
        return f"ocr.{self.number}.pdf" if self.number else OCR_PDF

    def record(self, kind: Literal["token", "job"]) -> str:
        """Name of what this round leaves behind."""
        return f"ocr-{kind}.{self.number}.json"


class OcrPlan(Model):
    """All rounds known so far: when one that reads has ended, it is known what follows."""

    rounds: tuple[OcrRound, ...] = ()
    beyond: tuple[int, ...] = ()
    """Pages that were left out, and would cost too much to be read again."""


def waiting(step: StepRun) -> list[Page]:
    """Return the pages that wait for OCR, in the order in which they lie in its PDF."""
    pending = step.recall(PENDING, Reading)
    return [page for page in (pending.pages if pending else ()) if page.method == "ocr"]


def begin(step: StepRun, document: Document) -> OcrRound:
    """Plan the first round."""
    features = () if document.ocr_features == "auto" else document.ocr_features
    first = OcrRound(pages=tuple(page.number for page in waiting(step)), features=features)
    step.keep(PLAN, OcrPlan(rounds=(first,)))
    return first


def find(step: StepRun, number: int) -> OcrRound | None:
    """Return a round, if there is one of that number."""
    plan = step.recall(PLAN, OcrPlan) or OcrPlan()
    return next((found for found in plan.rounds if found.number == number), None)


def read_again(
    step: StepRun, first: OcrRound, left_out: Sequence[int], beyond: Sequence[int]
) -> None:
    """Plan to read pages once more that the first round has left out, but for those beyond."""
    plan = step.recall(PLAN, OcrPlan) or OcrPlan()
    step.keep(PLAN, plan.model_copy(update={"beyond": tuple(beyond)}))
    if left_out:
        again = OcrRound(pages=tuple(left_out), features=first.features, again=True)
        _follow(step, first, [again])


def beyond(step: StepRun) -> frozenset[int]:
    """Return the pages that were left out and not read again, for what it would cost."""
    plan = step.recall(PLAN, OcrPlan) or OcrPlan()
    return frozenset(plan.beyond)


def analyse(step: StepRun, last: OcrRound, worth: Mapping[int, tuple[Feature, ...]]) -> None:
    """Plan what follows the last round that reads: pages that are worth the same go together."""
    groups: dict[tuple[Feature, ...], list[int]] = {}
    for number in sorted(worth):
        groups.setdefault(worth[number], []).append(number)
    more = [OcrRound(pages=tuple(groups[key]), features=key) for key in sorted(groups)]
    _follow(step, last, more)


def _follow(step: StepRun, last: OcrRound, more: Sequence[OcrRound]) -> None:
    """Let these rounds, and no others, follow one that has ended."""
    plan = step.recall(PLAN, OcrPlan) or OcrPlan()
    ended = [known for known in plan.rounds if known.number <= last.number]
    numbered = [
        following.model_copy(update={"number": number})
        for number, following in enumerate(more, start=last.number + 1)
    ]
    step.keep(PLAN, plan.model_copy(update={"rounds": (*ended, *numbered)}))
