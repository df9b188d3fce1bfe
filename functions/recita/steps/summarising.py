"""A document's summary: the text through the guardrail, the model asked, its answer checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recita.models.page import Page
from recita.models.summary import Classification, Language, Summary, Understanding, WindowLedger
from recita.steps.folding import BlockedError, Draft, NoSummaryError
from recita.steps.grounding import Graded, checked_facts, grade, grounded_title
from recita.steps.interview import Interview
from recita.text.identify import identify
from recita.text.prompting import VERSION, Passage, marked, masked, pieces

SAMPLE = 50
"""Pages that tell the language."""


def summarise(
    interview: Interview, pages: Sequence[Page], passages: list[Passage]
) -> Understanding:
    """Summarise pages of any number; ``passages`` are theirs, as the guardrail let them go on.

    Raises BlockedError, NoSummaryError, CostCapReachedError, and OutOfTimeError when another
    invocation has to go on.
    """
    language = identify("\n".join(page.text for page in pages[:SAMPLE]))
    draft = Draft(interview, passages, language.code if language else "")
    last = draft.last()
    graded = grade(interview, last.answer, passages, lambda: draft.stricter(last))
    if not graded.passed:
        raise NoSummaryError("no sentence of the summary rests on the document")
    title = grounded_title(interview, graded.answer.title, passages)
    if draft.language and graded.answer.language != draft.language:
        said = f"asked for {draft.language}, answered in {graded.answer.language}"
        interview.step.warn("summary-language", said)
    first, missing = draft.answers[0], tuple(draft.missing)
    return Understanding(
        language=language or Language(code=first.language, confidence=first.language_confidence),
        classification=Classification(type=first.document_type, confidence=first.type_confidence),
        summary=_summary(draft, graded, title),
        facts=checked_facts(interview, draft.answers),
        characters_summarised=max(0, sum(len(page.text) for page in pages) - draft.lost),
        windows=WindowLedger(
            total=len(draft.answers) + len(missing), summarised=len(draft.answers), missing=missing
        ),
        degraded=draft.degraded,
    )


def guarded(interview: Interview, pages: Sequence[Page]) -> list[Passage]:
    """Return the pages' passages as the guardrail lets them go on; raises BlockedError."""
    found: list[Passage] = []
    for number, piece in enumerate(pieces(pages), start=1):
        first, last = piece[0].page, piece[-1].page
        target = f"page {first}" if first == last else f"pages {first}-{last}"
        checked = interview.check(f"input-{number:04d}", marked(piece), "input", target)
        if checked.action == "BLOCKED":
            raise BlockedError
        try:
            found += masked(piece, checked.text)
        except ValueError:  # a mask took a page's tag with it
            found += [
                _alone(interview, f"input-{number:04d}-{part}", passage)
                for part, passage in enumerate(piece, start=1)
            ]
    return found


def _alone(interview: Interview, name: str, passage: Passage) -> Passage:
    checked = interview.check(name, passage.text, "input", f"page {passage.page}")
    if checked.action == "BLOCKED":
        raise BlockedError
    return replace(passage, text=checked.text)


def _summary(draft: Draft, graded: Graded, title: str) -> Summary:
    models, scores = draft.interview.models, [one.grounding for one in graded.passed]
    long = len(draft.answers) + len(draft.missing) > 1
    return Summary(
        language=graded.answer.language,
        title=title,
        sentences=graded.passed,
        source_language=graded.answer.language,
        model=models.whole.model_id,
        window_model=models.window.model_id if long else None,
        prompt_version=f"{'synthesise' if long else 'summarise'}/{VERSION}",
        grounding=min((one for one in scores if one), key=lambda one: one.score, default=None),
    )
