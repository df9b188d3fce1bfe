"""Questions to the model about one document, each guarded, kept, and asked once."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from typing import TypeVar

from recita.models.base import Model as Record
from recita.models.record import Warned
from recita.models.summary import Grounding, GuardrailAction, Stage, Verdict
from recita.ports import Guardrail, Model, Prompt
from recita.steps.asking import ModelAnswer, ask, grounded
from recita.steps.workbench import StepRun
from recita.text.prompting import VERSION, delimited, instructions, new_tag

BUDGET_SECONDS = 420
"""After which no new question is begun: half of the function's timeout, for the last one may take
several minutes, its repair included."""
SENTENCES = 5
PAGES = re.compile(r'<page number="(\d+)">\n(.*?)\n</page>', re.DOTALL)
QUERIES = {
    "summarise": "Summarise the document: what it is, who it is about and what follows from it.",
    "describe": "Describe the picture: what does it show?",
}


@dataclass(frozen=True)
class Question:
    """One window or picture; ``target`` names it for the input check, empty for our own text."""

    task: str
    text: str
    target: str
    image: bytes | None = None
    sentences: int = SENTENCES
    language: str = ""
    """Of the answer; empty where the document's own is asked for."""
    stages: tuple[Stage, Stage] = ("input", "summary")
    """Of the verdicts on the question and on the answer."""


class OutOfTimeError(Exception):
    """More is left than one invocation has time for; what was asked is kept."""


class Kept(Record):
    """What was paid for once, kept so that no retry pays for it again."""

    key: str
    """SHA-256 of all that it depends on."""
    verdicts: tuple[Verdict, ...] = ()
    warnings: tuple[Warned, ...] = ()


class Asked(Kept):
    """What was asked about one window or picture."""

    answer: ModelAnswer | None = None
    """None: blocked."""
    question_blocked: bool = False
    """Whether it was the question, its picture included, that was blocked."""
    grounding: tuple[float, float] | None = None


class Checked(Kept):
    """A text that passed the guardrail without a question to the model."""

    text: str
    action: GuardrailAction
    policies: tuple[str, ...] = ()


K = TypeVar("K", bound=Kept)


class Interview:
    """Questions about one document; each text passes the guardrail before the model sees it."""

    def __init__(self, step: StepRun, model: Model, guardrail: Guardrail) -> None:
        self._step = step
        self._model = model
        self._guardrail = guardrail
        self._started = time.monotonic()
        self._groundings: list[tuple[float, float]] = []
        self._new = 0

    @property
    def model_id(self) -> str:
        """The model that answers."""
        return self._model.model_id

    @property
    def grounding(self) -> Grounding | None:
        """The lowest score of all answers."""
        if not self._groundings:
            return None
        score, threshold = min(self._groundings)
        return Grounding(score=score, threshold=threshold)

    def ask(self, name: str, question: Question) -> Asked:
        """Return what was answered before, or ask and keep it under ``name``.

        Raises OutOfTimeError when a new question can't be begun any more.
        """
        asked = self._kept(name, self._key(question), Asked)
        if asked is None:
            said, warned = self._begin()
            asked = self._ask_guarded(question).model_copy(
                update={
                    "verdicts": tuple(self._step.verdicts[said:]),
                    "warnings": tuple(self._step.warnings[warned:]),
                }
            )
            self._step.keep(_place(name), asked)
        if asked.grounding:
            self._groundings.append(asked.grounding)
        return asked

    def check(self, name: str, text: str, stage: Stage, target: str) -> Checked:
        """Return the guardrail's verdict on a text that no model sees; asked once, as above."""
        key = self._key(Question("check", text, target, stages=(stage, stage)))
        checked = self._kept(name, key, Checked)
        if checked is None:
            said, warned = self._begin()
            guarded = self._guardrail.check_input(text)
            self._step.judge(stage, target, guarded, self._guardrail.used)
            checked = Checked(
                key=key,
                text=guarded.text,
                action=guarded.action,
                policies=guarded.policies,
                verdicts=tuple(self._step.verdicts[said:]),
                warnings=tuple(self._step.warnings[warned:]),
            )
            self._step.keep(_place(name), checked)
        return checked

    def _kept(self, name: str, key: str, kind: type[K]) -> K | None:
        kept = self._step.recall(_place(name), kind)
        if kept is None or kept.key != key:
            return None
        self._step.go_on(kept.verdicts, kept.warnings)
        return kept

    def _begin(self) -> tuple[int, int]:
        """Return how many verdicts and warnings there are before something new is paid."""
        if self._new and time.monotonic() - self._started > BUDGET_SECONDS:
            raise OutOfTimeError
        self._new += 1
        return len(self._step.verdicts), len(self._step.warnings)

    def _key(self, question: Question) -> str:
        used = self._guardrail.used
        parts = (question.task, VERSION, self._model.model_id, used.id, used.version)
        asked = (question.target, question.language, *question.stages, question.text)
        digest = hashlib.sha256("\n".join((*parts, *asked)).encode())
        digest.update(question.image or b"")
        return digest.hexdigest()

    def _ask_guarded(self, question: Question) -> Asked:
        key, text = self._key(question), question.text
        if question.target:
            guarded = self._guardrail.check_input(text)
            stage = question.stages[0]
            self._step.judge(stage, question.target, guarded, self._guardrail.used)
            if guarded.action == "BLOCKED":
                return Asked(key=key, question_blocked=True)
            text = guarded.text
        parsed, answer = ask(self._model, self._prompt(question, text))
        stage = question.stages[1]
        self._step.judge(stage, question.target or "summary", answer.verdict, self._guardrail.used)
        return Asked(
            key=key,
            answer=grounded(parsed, _texts(text)) if parsed else None,
            question_blocked=answer.question_blocked,
            grounding=answer.grounding,
        )

    def _prompt(self, question: Question, window: str) -> Prompt:
        tag, task, language = new_tag(), question.task, question.language
        return Prompt(
            task=task,
            system=instructions(task, tag, question.sentences, language),
            document=delimited(window if task == "summarise" else _texts(window)[1], tag),
            query=QUERIES[task],
            image=question.image,
            hints={"max_sentences": str(question.sentences)}
            | ({"language": language} if language else {}),
        )


def _texts(window: str) -> dict[int, str]:
    """Return the pages' texts; a long page's parts may share a window."""
    texts: dict[int, str] = {}
    for number, text in PAGES.findall(window):
        texts[int(number)] = texts.get(int(number), "") + text
    return texts


def _place(name: str) -> str:
    return f"asked/{name}.json"
