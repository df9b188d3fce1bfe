"""What the reading steps share: keeping pages, and joining them into the document's text."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from recita.models.page import Page, Reading
from recita.steps.workbench import StepRun

READING = "reading.json"
WRITERS = 8


def finish(step: StepRun, pages: Iterable[Page]) -> Reading:
    """Publish every page and ``text.md``, and keep the reading for later steps."""
    reading = Reading(pages=tuple(sorted(pages, key=lambda page: page.number)))
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda page: step.publish_model(page.artifact, page, "page"), reading.pages))
    step.publish("text.md", markdown(reading).encode(), "text/markdown; charset=utf-8", "text")
    step.keep(READING, reading)
    return reading


def markdown(reading: Reading) -> str:
    """Return the whole text with every page marked, also those that are blank or missing."""
    return "\n\n".join(_page(page) for page in reading.pages) + "\n"


def _page(page: Page) -> str:
    mark = f"<!-- page {page.number} -->"
    if page.error:
        return f"<!-- page {page.number}: missing, {page.error} -->"
    return f"{mark}\n\n{page.text.strip()}" if page.text.strip() else f"{mark}\n\n<!-- blank -->"
