"""Understanding: text through the guardrail, a summary out of the model, the answer checked."""

from __future__ import annotations

from recita.models.document import Document
from recita.models.page import Page, Reading
from recita.models.picture import Picture
from recita.models.steps import StepInput, StepOutput
from recita.models.summary import Understanding
from recita.ports import Guardrail, Model
from recita.steps.describing import DESCRIBE, derived, describe_upload
from recita.steps.handover import READING, UNDERSTANDING
from recita.steps.interview import Interview, OutOfTimeError
from recita.steps.seen import SeenPicture, blocking, seen_pictures
from recita.steps.summarising import summarise, understanding
from recita.steps.workbench import StepRun, Workbench

LITTLE_TEXT = 200
"""An uploaded picture with fewer characters is described; with more it is read like a page."""


def run(given: StepInput, *, bench: Workbench, model: Model, guardrail: Guardrail) -> StepOutput:
    """Keep the understanding; BLOCKED when the guardrail stops the text or the answer.

    CONTINUE when a document is longer than one invocation has time for: the next one goes on.
    """
    document = given.document
    with bench.step(document.document_id, "understand-document", given.attempt) as step:
        pictures = seen_pictures(step)
        if stopped := blocking(pictures):
            step.verdicts += stopped
            return StepOutput(status="BLOCKED")
        interview = Interview(step, model, guardrail)
        pages, picture = _pages(step), _picture(document, pictures)
        try:
            if picture and sum(len(page.text) for page in pages) < LITTLE_TEXT:
                understood = _described(step, interview, picture, pages)
            elif pages:
                understood = summarise(interview, pages)
            else:
                step.status = "SKIPPED"
                return StepOutput(status="SKIPPED")
        except OutOfTimeError:
            return StepOutput(status="CONTINUE")
        if understood is None:
            return StepOutput(status="BLOCKED")
        _keep(step, understood)
        return StepOutput(status="SUCCEEDED")


def _pages(step: StepRun) -> list[Page]:
    reading = step.recall(READING, Reading)
    return [page for page in reading.pages if page.text.strip()] if reading else []


def _picture(document: Document, pictures: list[SeenPicture]) -> Picture | None:
    """Return the uploaded picture, if it was seen and may be shown to a model."""
    shown = [picture for picture in pictures if picture.may_be_shown]
    return shown[0] if document.route == "image" and shown else None


def _described(
    step: StepRun, interview: Interview, picture: Picture, pages: list[Page]
) -> Understanding | None:
    text = "\n".join(page.text for page in pages)
    jpeg = derived(step.results, step.document_id, picture)
    answer = describe_upload(interview, picture, text, jpeg)
    if answer is None:
        return None
    return understanding(interview, DESCRIBE, (answer, answer), answer.facts, len(text))


def _keep(step: StepRun, understood: Understanding) -> None:
    summary = understood.summary
    step.publish_model(summary.artifact, summary, "summary", language=summary.language)
    step.keep(UNDERSTANDING, understood)
