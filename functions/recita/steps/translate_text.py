"""The whole text in another language: page by page, guarded, and paid once."""

from __future__ import annotations

from collections.abc import Iterable

from recita.errors import CostCapReachedError
from recita.models.page import Page, Reading
from recita.models.summary import MissingPage, TranslatedText
from recita.steps.handover import MASKED, READING, translated_text
from recita.steps.reading import MARKDOWN, markdown
from recita.steps.translating import Translation
from recita.steps.workbench import StepRun
from recita.text.rewriting import batches, passages

MOST = 300_000
"""Characters of a document that are translated into one language: some hundred pages."""
BATCH = 12_000
"""Characters of one guarded piece: translated, it may be twice as long, and 25,000 are allowed."""


def publish_own(step: StepRun, language: str) -> None:
    """The document is in that language: its text is there already."""
    step.keep(translated_text(language), TranslatedText(language=language, artifact="text.md"))


def publish_text(step: StepRun, translation: Translation) -> None:
    """Publish the pages and the whole text; a page that can't be translated is told.

    In the document's own language, that is the text as the guardrail lets it go: to be spoken.
    Raises OutOfTimeError when more is left than one invocation has time for.
    """
    language = translation.target
    masked, reading = step.recall(MASKED, Reading), step.recall(READING, Reading)
    # What was hidden from the model is not for Translate either.
    pages = _masked(reading.pages if reading else (), masked.pages if masked else ())
    done, missing = _pages(pages, translation)
    for page in done:
        name = f"translations/{language}/pages/{page.number:04d}.md"
        step.publish(name, page.text.encode(), MARKDOWN, "translated-page", language=language)
    artifact = f"translations/{language}/text.md"
    whole = markdown(Reading(pages=tuple(done))).encode()
    step.publish(artifact, whole, MARKDOWN, "translated-text", language=language)
    known = TranslatedText(language=language, artifact=artifact, missing=tuple(missing))
    step.keep(translated_text(language), known)


def _masked(pages: Iterable[Page], masked: Iterable[Page]) -> list[Page]:
    """Return all pages, with the text that the guardrail let go on where there is one."""
    texts = {page.number: page.text for page in masked}
    return [page.model_copy(update={"text": texts.get(page.number, page.text)}) for page in pages]


def _pages(pages: Iterable[Page], translation: Translation) -> tuple[list[Page], list[MissingPage]]:
    done: list[Page] = []
    missing: list[MissingPage] = []
    room, cap = MOST, False
    for page in pages:
        if page.error:  # the pages' own ledger tells
            continue
        room -= len(page.text)
        why: str | None = "cost-cap-reached" if cap else "text-too-long" if room < 0 else None
        if why is None:
            try:
                text = _page(page, translation)
            except CostCapReachedError:
                cap, why = True, "cost-cap-reached"
            else:
                why = None if text is not None else "guardrail-blocked"
        if why:
            missing.append(MissingPage(page=page.number, reason=why))
        else:
            done.append(page.model_copy(update={"text": text or ""}))
    return done, missing


def _page(page: Page, translation: Translation) -> str | None:
    """Return a page's text translated; None when the guardrail blocks a part of it."""
    found = passages(page.text)
    texts: list[str] = []
    for number, batch in enumerate(batches(found.texts, BATCH), start=1):
        translated = translation.texts(f"page {page.number}.{number}", batch)
        if translated is None:
            return None
        texts += translated
    return found.rewritten(texts)
