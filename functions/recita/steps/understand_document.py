"""Understanding: text through the guardrail, a summary out of the model, the answer checked."""

from __future__ import annotations

from recita.models.page import Page, Reading
from recita.models.picture import Picture
from recita.models.steps import StepInput, StepOutput
from recita.models.summary import Understanding
from recita.ports import Guardrail, Model
from recita.steps.handover import PICTURE, READING, UNDERSTANDING
from recita.steps.interview import Interview, OutOfTimeError
from recita.steps.workbench import StepRun, Workbench

LITTLE_TEXT = 200
"""An uploaded picture with fewer characters is described; with more it is read like a page."""


def run(given: StepInput, *, bench: Workbench, model: Model, guardrail: Guardrail) -> StepOutput:
    """Keep the understanding; BLOCKED when the guardrail stops the text or the answer.

    CONTINUE when a document is longer than one invocation has time for: the next one goes on.
    """
    document = given.document
    with bench.step(document.document_id, "understand-document", given.attempt) as step:
        interview = Interview(step, model, guardrail)
        pages = _pages(step)
        picture = step.recall(PICTURE, Picture) if document.route == "image" else None
        try:
            if picture and sum(len(page.text) for page in pages) < LITTLE_TEXT:
                understood = interview.describe(picture, "\n".join(page.text for page in pages))
            elif pages:
                understood = interview.summarise(pages)
            else:
                step.status = "SKIPPED"
                return StepOutput(status="SKIPPED")
        except OutOfTimeError:
            return StepOutput(status="CONTINUE")
        if understood is None:
            return StepOutput(status="BLOCKED")
        _keep(step, understood, picture)
        return StepOutput(status="SUCCEEDED")


def _pages(step: StepRun) -> list[Page]:
    reading = step.recall(READING, Reading)
    return [page for page in reading.pages if page.text.strip()] if reading else []


def _keep(step: StepRun, understood: Understanding, picture: Picture | None) -> None:
    summary = understood.summary
    step.publish_model(summary.artifact, summary, "summary", language=summary.language)
    step.keep(UNDERSTANDING, understood)
    if picture:
        described = picture.model_copy(update={"description": summary.text})
        step.publish_model(picture.artifact, described, "image-analysis")
        step.keep(PICTURE, described)
