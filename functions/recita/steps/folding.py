"""Answers of any length: one question when the document fits, else its windows, then all of them.

Nothing is cut in silence: a window without an answer stands in the ledger with its pages and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from recita.errors import CostCapReachedError
from recita.models.reasons import Reason, reason
from recita.models.summary import MissingWindow
from recita.ports import MAX_TOKENS
from recita.pricing import context
from recita.steps.asking import ModelAnswer
from recita.steps.budget import INSTRUCTIONS
from recita.steps.interview import Asked, Interview, Question
from recita.text.prompting import Passage, neutralised
from recita.text.windows import WINDOW_TOKENS, Window, windows

LONG_SENTENCES = 7
"""Of the summary of a document that takes more than one window."""


class BlockedError(Exception):
    """The guardrail stopped the text or an answer: nothing derived from it may leave."""


class NoSummaryError(Exception):
    """There is no summary to be had; the message says why, ``code`` is one of reasons."""

    def __init__(self, message: str, code: str = "summary-unusable") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Last:
    """The answer that becomes the summary, and the question that gave it, if one did."""

    answer: ModelAnswer
    name: str = ""
    question: Question | None = None


@dataclass
class Draft:
    """What was asked about a document, and what came of it."""

    interview: Interview
    passages: list[Passage]
    language: str
    """Code of the answers' language; empty when the document's is not known for sure."""
    answers: list[ModelAnswer] = field(default_factory=list)
    missing: list[MissingWindow] = field(default_factory=list)
    lost: int = 0
    """Characters of the windows that are missing."""
    degraded: Reason | None = None

    def last(self) -> Last:
        """Return the one answer, or the one that sums up all windows.

        Raises BlockedError, NoSummaryError, CostCapReachedError, OutOfTimeError.
        """
        found = self._windows(self.passages, whole=True)
        if len(found) == 1:
            question = self._question("summarise", found[0], "document")
            asked = self._ask("whole", question)
            if asked.answer:
                self.answers.append(asked.answer)
                return Last(asked.answer, "whole", question)
            if asked.fault != "too-long":
                raise NoSummaryError(unusable(asked))
        self._ask_all(self._windows(self.passages, whole=False))
        return self._of_all()

    def stricter(self, last: Last) -> ModelAnswer | None:
        """Ask once more, and say why; None when there is no question or no usable answer."""
        if last.question is None:
            return None
        return self._ask(f"{last.name}-strict", replace(last.question, strict=True)).answer

    def _ask_all(self, found: Sequence[Window]) -> None:
        for number, window in enumerate(found, start=1):
            try:
                self._ask_window(f"window-{number:04d}", window)
            except CostCapReachedError as error:
                self.degraded = reason("cost-cap-reached", str(error))
                self._miss(found[number - 1 :], "cost-cap-reached")
                break
        if not self.answers:
            code = self.degraded.code if self.degraded else "summary-unusable"
            raise NoSummaryError(f"no part has a usable answer: {self.missing[0].reason}", code)

    def _ask_window(self, name: str, window: Window) -> None:
        """Ask about a window, and about its halves when it is too long for the model."""
        question = replace(self._question("summarise", window, f"pages {window.pages}"), part=True)
        asked = self._ask(name, question)
        halves = window.halves() if asked.fault == "too-long" else None
        if asked.answer:
            self.answers.append(asked.answer)
        elif halves:
            for half, letter in zip(halves, "ab", strict=True):
                self._ask_window(f"{name}{letter}", half)
        else:
            self._miss([window], f"{asked.fault} ({asked.stop_reason})")

    def _miss(self, left: Iterable[Window], why: str) -> None:
        for window in left:
            self.missing.append(MissingWindow(pages=window.pages, reason=why))
            self.lost += window.characters

    def _of_all(self) -> Last:
        """Return the summary of all windows; where none is to be had, sentences of theirs."""
        try:
            return self._folded()
        except CostCapReachedError as error:
            self.degraded = reason("cost-cap-reached", str(error))
        except NoSummaryError as error:
            self.degraded = reason("summary-degraded", f"sentences of its parts: {error}")
        return Last(_quoted(self.answers))

    def _folded(self) -> Last:
        answers, level = self.answers, 1
        while True:
            found = self._windows(_digest(answers), whole=True)
            last = [self._fold(f"fold-{level}-{n:04d}", window) for n, window in enumerate(found)]
            if len(last) == 1:
                return last[0]
            if len(last) >= len(answers):
                raise NoSummaryError("the summaries of the parts do not get shorter")
            answers, level = [one.answer for one in last], level + 1

    def _fold(self, name: str, window: Window) -> Last:
        question = self._question("synthesise", Window(window.passages), "summaries")
        question = replace(question, sentences=LONG_SENTENCES)
        asked = self._ask(name, question)
        if asked.answer is None:
            raise NoSummaryError(unusable(asked))
        return Last(asked.answer, name, question)

    def _question(self, task: str, window: Window, target: str) -> Question:
        return Question(task, window.text, target, checked=True, language=self.language)

    def _ask(self, name: str, question: Question) -> Asked:
        asked = self.interview.ask(name, question)
        if asked.answer is None and not asked.fault:
            raise BlockedError
        return asked

    def _windows(self, passages: Sequence[Passage], *, whole: bool) -> list[Window]:
        models = self.interview.models
        model = models.whole if whole else models.window
        room = min(WINDOW_TOKENS, context(model.model_id) - MAX_TOKENS - INSTRUCTIONS)
        return windows(passages, room)


def _digest(answers: Sequence[ModelAnswer]) -> list[Passage]:
    """Return the windows' sentences as passages of their own, under their pages' numbers."""
    by_page: dict[int, list[str]] = {}
    for answer in answers:
        for sentence in answer.sentences:
            by_page.setdefault(min(sentence.pages, default=1), []).append(sentence.text)
    return [
        Passage(page, neutralised("\n".join(texts)), 0) for page, texts in sorted(by_page.items())
    ]


def _quoted(answers: Sequence[ModelAnswer]) -> ModelAnswer:
    """Return the first sentences of windows spread over the document, the last resort."""
    count = min(len(answers), LONG_SENTENCES)
    chosen = [answers[index * len(answers) // count] for index in range(count)]
    return answers[0].model_copy(update={"sentences": tuple(one.sentences[0] for one in chosen)})


def unusable(asked: Asked) -> str:
    """Return why a question has no usable answer, empty when it has one or was blocked."""
    if asked.answer or not asked.fault:
        return ""
    return f"the model's answer can't be used: {asked.fault} (stop reason {asked.stop_reason})"
