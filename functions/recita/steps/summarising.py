"""A document's summary: every window, then the summaries, until one is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recita.errors import UnderstandingFailedError
from recita.models.page import Page
from recita.models.summary import Classification, Fact, Language, Summary, Understanding
from recita.steps.asking import ModelAnswer
from recita.steps.interview import Interview, Question
from recita.text.prompting import VERSION, windows

FACTS = 40


def summarise(interview: Interview, pages: Sequence[Page]) -> Understanding | None:
    """Summarise pages of any number; None when the guardrail blocks one window."""
    answers = _answers(interview, 0, windows(pages), guarded=True)
    facts = [fact for answer in answers or () for fact in answer.facts]
    level, first = 1, answers[0] if answers else None
    while answers and len(answers) > 1:
        folded = _answers(interview, level, windows(_digest(answers)), guarded=False)
        if folded and len(folded) >= len(answers):
            raise UnderstandingFailedError("the summaries of the parts do not get shorter")
        answers, level = folded, level + 1
    if not answers or first is None:
        return None
    characters = sum(len(page.text) for page in pages)
    ends = first, answers[-1]
    return understanding(interview, "summarise", ends, facts, characters)


def understanding(
    interview: Interview,
    task: str,
    ends: tuple[ModelAnswer, ModelAnswer],
    facts: Iterable[Fact],
    characters: int,
) -> Understanding:
    """Return what is known, from the answer to the first window and the one that sums all up."""
    first, last = ends
    summary = Summary(
        language=last.language,
        title=last.title,
        sentences=last.sentences,
        source_language=last.language,
        model=interview.model_id,
        prompt_version=f"{task}/{VERSION}",
        grounding=interview.grounding,
    )
    return Understanding(
        language=Language(code=last.language, confidence=first.language_confidence),
        classification=Classification(type=first.document_type, confidence=first.type_confidence),
        summary=summary,
        facts=tuple(dict.fromkeys(facts))[:FACTS],
        characters_summarised=characters,
    )


def _answers(
    interview: Interview, level: int, texts: Iterable[str], *, guarded: bool
) -> list[ModelAnswer] | None:
    """Ask about each window; None as soon as one is blocked."""
    answers: list[ModelAnswer] = []
    for number, window in enumerate(texts, start=1):
        target = f"window {number}" if guarded else ""
        asked = interview.ask(f"{level}-{number:04d}", Question("summarise", window, target))
        if asked.answer is None:
            return None
        answers.append(asked.answer)
    return answers


def _digest(answers: Sequence[ModelAnswer]) -> list[Page]:
    """Return the windows' sentences as a document of their own, under their pages' numbers."""
    by_page: dict[int, list[str]] = {}
    for answer in answers:
        for sentence in answer.sentences:
            by_page.setdefault(min(sentence.pages, default=1), []).append(sentence.text)
    return [
        Page(number=number, method="native", why="sentences of a summary", text="\n".join(texts))
        for number, texts in sorted(by_page.items())
    ]
