"""What the reading steps share: keeping pages, and joining them into the document's text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from recita.models.page import Page, Reading
from recita.ports import OcrResult
from recita.steps import tables
from recita.steps.handover import READING
from recita.steps.workbench import StepRun
from recita.text.arrange import arranged

MARKDOWN = "text/markdown; charset=utf-8"
WRITERS = 8
BATCH = 64
"""Pages in memory at a time; a document may have thousands, each with a box for every word."""


def publish(step: StepRun, pages: Iterable[Page]) -> list[Page]:
    """Publish pages as they come, and return them without lines: later steps need the text."""
    bare: list[Page] = []
    coming = iter(pages)
    with ThreadPoolExecutor(WRITERS) as pool:
        while batch := list(islice(coming, BATCH)):
            done = pool.map(lambda page: _publish(step, page), batch)
            bare += [page.model_copy(update={"lines": ()}) for page in done]
    return bare


def finish(step: StepRun, pages: Iterable[Page]) -> None:
    """Publish ``text.md`` of published pages, and keep the reading for later steps."""
    reading = Reading(pages=tuple(sorted(pages, key=lambda page: page.number)))
    step.publish("text.md", markdown(reading).encode(), MARKDOWN, "text")
    step.keep(READING, reading)


def numbered(result: OcrResult, waiting: Sequence[Page]) -> list[Page]:
    """Return the pages that waited for OCR, filled in; one that OCR did not return is missing."""
    found = {page.number: page for page in result.pages if page.number not in result.failed}
    return [
        filled(found[index], page)
        if index in found
        else Page(number=page.number, method="none", why=page.why, error="ocr-failed")
        for index, page in enumerate(waiting, start=1)
    ]


def filled(found: Page, waiting: Page) -> Page:
    """Return what OCR found as the page that waited for it, its lines in reading order."""
    why = "; ".join(part for part in (waiting.why, found.why) if part)
    return arranged(found.model_copy(update={"number": waiting.number, "why": why}))


def markdown(reading: Reading) -> str:
    """Return the whole text with every page marked, also those that are blank or missing."""
    return "\n\n".join(_page(page) for page in reading.pages) + "\n"


def _publish(step: StepRun, page: Page) -> Page:
    page = tables.publish(step, page)
    step.publish_model(page.artifact, page, "page")
    return page


def _page(page: Page) -> str:
    mark = f"<!-- page {page.number} -->"
    if page.error:
        return f"<!-- page {page.number}: missing, {page.error} -->"
    return f"{mark}\n\n{page.text.strip()}" if page.text.strip() else f"{mark}\n\n<!-- blank -->"
