"""Understanding: text through the guardrail, a summary out of the model, the answer checked."""

from __future__ import annotations

from recita.errors import CostCapReachedError
from recita.models.document import Document
from recita.models.page import Page, Reading
from recita.models.picture import Picture
from recita.models.steps import StepInput, StepOutput
from recita.models.summary import Understanding
from recita.ports import Guardrail
from recita.steps import redacting
from recita.steps.describing import derived, describe_upload
from recita.steps.evidence import budget
from recita.steps.folding import BlockedError, NoSummaryError
from recita.steps.handover import MASKED, READING, UNDERSTANDING
from recita.steps.interview import Interview, Models, OutOfTimeError
from recita.steps.seen import SeenPicture, blocking, seen_pictures
from recita.steps.summarising import guarded, summarise
from recita.steps.workbench import StepRun, Workbench
from recita.text.prompting import by_page

LITTLE_TEXT = 200
"""An uploaded picture with fewer characters is described; with more it is read like a page."""


def run(given: StepInput, *, bench: Workbench, models: Models, guardrail: Guardrail) -> StepOutput:
    """Keep the understanding; BLOCKED when the guardrail stops the text or the answer.

    CONTINUE when a document is longer than one invocation has time for: the next one goes on.
    SKIPPED when there is no summary; a warning says why, if there was something to summarise.
    """
    document = given.document
    with bench.step(document.document_id, "understand-document", given.attempt) as step:
        step.forget(UNDERSTANDING)
        step.forget(MASKED)
        pictures = seen_pictures(step)
        if stopped := blocking(pictures):
            step.verdicts += stopped
            return StepOutput(status="BLOCKED")
        interview = Interview(step, models, guardrail, budget(bench, document))
        try:
            understood = _understood_if_possible(interview, document, pictures)
            _redact(interview, document)
        except OutOfTimeError:
            return StepOutput(status="CONTINUE")
        except BlockedError:
            return StepOutput(status="BLOCKED")
        return _keep(step, understood)


def _understood_if_possible(
    interview: Interview, document: Document, pictures: list[SeenPicture]
) -> Understanding | None:
    """Return what is known; without it, what was read and seen is delivered all the same."""
    try:
        return _understood(interview, document, pictures)
    except (NoSummaryError, CostCapReachedError) as error:
        interview.step.warn(error.code, str(error))
        return None


def _understood(
    interview: Interview, document: Document, pictures: list[SeenPicture]
) -> Understanding | None:
    """Return what is known of the document; None when there is nothing to understand."""
    pages, picture = _pages(interview.step), _picture(document, pictures)
    if picture and sum(len(page.text) for page in pages) < LITTLE_TEXT:
        text = "\n".join(page.text for page in pages)
        jpeg = derived(interview.step.results, interview.step.document_id, picture)
        return describe_upload(interview, picture, text, jpeg)
    if not pages:
        return None
    passages = guarded(interview, pages)
    if document.whole_text:
        texts = by_page(passages)
        masked = (page.model_copy(update={"text": texts.get(page.number, "")}) for page in pages)
        interview.step.keep(MASKED, Reading(pages=tuple(masked)))
    return summarise(interview, pages, passages)


def _redact(interview: Interview, document: Document) -> None:
    """Write the redacted pages, once all else is done: a long document has thousands."""
    pages = _pages(interview.step) if document.redact_text else []
    if not pages:
        return
    try:
        redacting.publish(interview.step, guarded(interview, pages))
    except CostCapReachedError as error:
        interview.step.warn(error.code, f"no redacted pages: {error}")


def _pages(step: StepRun) -> list[Page]:
    reading = step.recall(READING, Reading)
    return [page for page in reading.pages if page.text.strip()] if reading else []


def _picture(document: Document, pictures: list[SeenPicture]) -> Picture | None:
    """Return the uploaded picture, if it was seen and may be shown to a model."""
    shown = [picture for picture in pictures if picture.may_be_shown]
    return shown[0] if document.route == "image" and shown else None


def _keep(step: StepRun, understood: Understanding | None) -> StepOutput:
    if understood is None:
        step.status = "SKIPPED"
        return StepOutput(status="SKIPPED")
    summary = understood.summary
    step.publish_model(summary.artifact, summary, "summary", language=summary.language)
    step.keep(UNDERSTANDING, understood)
    return StepOutput(status="SUCCEEDED")
