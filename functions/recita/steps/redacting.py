"""Redacted pages beside the faithful ones: what the guardrail masks, masked in everything read."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from recita.models.document import result_key
from recita.models.page import Page, Reading
from recita.steps import tables
from recita.steps.reading import MARKDOWN, WRITERS, markdown
from recita.steps.workbench import StepRun
from recita.text.prompting import Passage, by_page
from recita.text.redaction import redacted

FOLDER = "redacted/"


def publish(step: StepRun, passages: Sequence[Passage]) -> None:
    """Write ``redacted/text.md``, its pages and their tables.

    ``passages`` are those of all pages with text, as the guardrail gave them back.
    """
    texts = by_page(passages)
    with ThreadPoolExecutor(WRITERS) as pool:
        pages = list(pool.map(lambda page: _published(step, *page), texts.items()))
    text = markdown(Reading(pages=tuple(pages)))
    step.publish(f"{FOLDER}text.md", text.encode(), MARKDOWN, "redacted-text")


def _published(step: StepRun, number: int, text: str) -> Page:
    name = Page(number=number, method="none", why="").artifact
    body = step.results.read(result_key(step.document_id, name))
    page = redacted(Page.model_validate_json(body or b""), text)
    page = tables.publish(step, page, FOLDER)
    step.publish_model(f"{FOLDER}{name}", page, "redacted-page")
    return page.model_copy(update={"lines": ()})
