"""Answers of any length: one question when the document fits, else its windows, then all of them.

Nothing is cut in silence: a window without an answer stands in the ledger with its pages and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from recita.errors import CostCapReachedError
from recita.models.reasons import Reason, reason
from recita.models.summary import MissingWindow, Sentence
from recita.ports import MAX_TOKENS
from recita.pricing import context
from recita.steps.asking import ModelAnswer
from recita.steps.budget import INSTRUCTIONS
from recita.steps.interview import Asked, Interview, Question
from recita.text.overlap import words
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
class Said:
    """A sentence of a part's summary, and the page it stands under in a summary of all parts."""

    page: int
    sentence: Sentence


@dataclass(frozen=True)
class Last:
    """The answer that becomes the summary, and the question that gave it, if one did."""

    answer: ModelAnswer
    name: str = ""
    question: Question | None = None
    said: tuple[Said, ...] = ()
    """What the question was about, when that were summaries."""


@dataclass
class Draft:
    """What was asked about a document, and what came of it."""

    interview: Interview
    passages: list[Passage]
    language: str
    """Code of the answers' language; empty when the document's is not known for sure."""
    answers: list[ModelAnswer] = field(default_factory=list)
    said: list[list[Said]] = field(default_factory=list)
    """The sentences of each answer."""
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
                self._take(asked.answer, found[0])
                return Last(asked.answer, "whole", question)
            if asked.fault != "too-long":
                raise NoSummaryError(unusable(asked))
        self._ask_all(self._windows(self.passages, whole=False))
        return self._of_all()

    def stricter(self, last: Last) -> ModelAnswer | None:
        """Ask once more, and say why; None when there is no question or no usable answer."""
        if last.question is None:
            return None
        answer = self._ask(f"{last.name}-strict", replace(last.question, strict=True)).answer
        return _placed(answer, last.said) if answer else None

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
            self._take(asked.answer, window)
        elif halves:
            for half, letter in zip(halves, "ab", strict=True):
                self._ask_window(f"{name}{letter}", half)
        else:
            self._miss([window], f"{asked.fault} ({asked.stop_reason})")

    def _take(self, answer: ModelAnswer, window: Window) -> None:
        self.answers.append(answer)
        self.said.append(_said(answer, window))

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
        said, level = self.said, 1
        while True:
            all_said = tuple(one for part in said for one in part)
            found = self._windows(_digest(all_said), whole=True)
            last = [
                self._fold(f"fold-{level}-{number:04d}", window, all_said)
                for number, window in enumerate(found)
            ]
            if len(last) == 1:
                return last[0]
            if len(last) >= len(said):
                raise NoSummaryError("the summaries of the parts do not get shorter")
            answers = [one.answer for one in last]
            said = [_said(*both) for both in zip(answers, found, strict=True)]
            level += 1

    def _fold(self, name: str, window: Window, said: tuple[Said, ...]) -> Last:
        question = self._question("synthesise", Window(window.passages), "summaries")
        question = replace(question, sentences=LONG_SENTENCES)
        asked = self._ask(name, question)
        if asked.answer is None:
            raise NoSummaryError(unusable(asked))
        return Last(_placed(asked.answer, said), name, question, said)

    def _question(self, task: str, window: Window, target: str) -> Question:
        return Question(task, window.text, target, language=self.language)

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


def _said(answer: ModelAnswer, window: Window) -> list[Said]:
    """Return an answer's sentences, each under its first page, or the first of its window."""
    first = window.passages[0].page
    return [Said(min(one.pages, default=first), one) for one in answer.sentences]


def _digest(said: Iterable[Said]) -> list[Passage]:
    """Return sentences as passages of their own, under their pages' numbers."""
    by_page: dict[int, list[str]] = {}
    for one in said:
        by_page.setdefault(one.page, []).append(one.sentence.text)
    return [
        Passage(page, neutralised("\n".join(texts)), 0) for page, texts in sorted(by_page.items())
    ]


def _placed(answer: ModelAnswer, said: Iterable[Said]) -> ModelAnswer:
    """Return the summary of summaries with all pages that the sentences it is made of rest on.

    A summary names a page for each sentence; of those that stand under it, the nearest counts.
    """
    by_page: dict[int, list[Sentence]] = {}
    for one in said:
        by_page.setdefault(one.page, []).append(one.sentence)
    sentences = []
    for sentence in answer.sentences:
        own = words(sentence.text)
        near = [
            max(by_page[page], key=lambda one: len(own & words(one.text)))
            for page in sentence.pages
            if page in by_page
        ]
        pages = sorted({page for one in near for page in one.pages})
        sentences.append(sentence.model_copy(update={"pages": tuple(pages)}))
    return answer.model_copy(update={"sentences": tuple(sentences)})


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
