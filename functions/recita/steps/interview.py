"""Questions to the model about one document, each guarded, kept, and asked once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from recita.errors import ProviderThrottledError, ProviderUnavailableError
from recita.models.base import Model as Record
from recita.models.record import Warned
from recita.models.summary import Grounding, GuardrailAction, Stage, Verdict
from recita.ports import Answer, GuardedText, Guardrail, Model, Prompt
from recita.pricing import priced
from recita.steps.asking import REPAIRS, Fault, ModelAnswer, Reply, ask, checked, repairing, schema
from recita.steps.budget import Budget
from recita.steps.guarding import Guarding
from recita.steps.workbench import StepRun
from recita.text.prompting import PAGES, VERSION, delimited, instructions, new_tag, note

BUDGET_SECONDS = 420
"""After which no new question is begun: half of the function's timeout, for the last one may take
several minutes, its repair included."""
SENTENCES = 5
QUERIES = {
    "summarise": "Summarise the document: what it is, who it is about and what follows from it.",
    "synthesise": "Summarise the document: what it is, who it is about and what follows from it.",
    "describe": "Describe the picture: what does it show?",
}


@dataclass(frozen=True)
class Question:
    """One window or picture; ``target`` names it in verdicts."""

    task: str
    text: str
    """Between the marks of its pages, as the guardrail let it go on."""
    target: str
    image: bytes | None = None
    sentences: int = SENTENCES
    language: str = ""
    """Of the answer; empty where the document's own is asked for."""
    stage: Stage = "summary"
    """Of the verdict on the answer."""
    strict: bool = False
    """Whether a sentence of the last answer did not rest on the document."""
    part: bool = False
    """Whether it is about a part of a document: the model for windows answers."""


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
    """None: blocked, or at fault."""
    fault: Fault = ""
    stop_reason: str = ""
    question_blocked: bool = False
    """Whether it was the question, its picture included, that was blocked."""


class Checked(Kept):
    """A text that passed the guardrail without a question to the model."""

    text: str
    action: GuardrailAction
    policies: tuple[str, ...] = ()
    grounding: Grounding | None = None


@dataclass(frozen=True)
class Models:
    """Who answers: about windows of a long document, and about everything else."""

    whole: Model
    window: Model


K = TypeVar("K", bound=Kept)


class Interview:
    """Questions about one document; each text passes the guardrail before the model sees it."""

    def __init__(
        self, step: StepRun, models: Models, guardrail: Guardrail, budget: Budget | None = None
    ) -> None:
        self.step = step
        self.models = models
        self.budget = budget or Budget()
        self._guardrail = guardrail
        self._guarding = Guarding(step, guardrail)
        self._started = time.monotonic()
        self._new = 0

    def ask(self, name: str, question: Question) -> Asked:
        """Return what was answered before, or ask and keep it under ``name``.

        Raises OutOfTimeError when a new question can't be begun any more, CostCapReachedError when
        it would cost more than the document may.
        """
        key = self._key(question)

        def pay() -> Asked:
            model_id, picture = self._model(question).model_id, question.image is not None
            self.budget.afford_question(model_id, question.text, picture=picture)
            return self._asked(name, key, question)

        return self._once(name, key, Asked, pay)

    def check(self, name: str, text: str, stage: Stage, target: str) -> Checked:
        """Return the guardrail's verdict on a text that goes in; asked once, errors as above."""
        check = self._guarding.check_input
        return self._check(name, (text, "", ""), (stage, target), lambda: check(text))

    def check_answer(self, name: str, text: str, stage: Stage, target: str) -> Checked:
        """Return the verdict on a text that would leave, as above."""
        check = self._guarding.check_output
        return self._check(name, (text, "", ""), (stage, target), lambda: check(text))

    def ground(self, name: str, text: str, source: str, target: str) -> Checked:
        """Return the verdict on a sentence of the summary, and how far it rests on ``source``."""
        query = QUERIES["summarise"]
        return self._check(
            name,
            (text, source, query),
            ("summary", target),
            lambda: self._guardrail.check_grounding(text, source, query),
        )

    def _check(
        self,
        name: str,
        texts: tuple[str, str, str],
        verdict: tuple[Stage, str],
        check: Callable[[], GuardedText],
    ) -> Checked:
        key = self._key(Question("check", "\n".join(texts), verdict[1], stage=verdict[0]))

        def pay() -> Checked:
            self.budget.afford_check(*texts)
            guarded = check()
            self.step.judge(*verdict, guarded, self._guardrail.used)
            score = guarded.grounding
            return Checked(
                key=key,
                text=guarded.text,
                action=guarded.action,
                policies=guarded.policies,
                grounding=Grounding(score=score[0], threshold=score[1]) if score else None,
            )

        return self._once(name, key, Checked, pay)

    def _once(self, name: str, key: str, kind: type[K], pay: Callable[[], K]) -> K:
        """Return what was kept under ``name`` for the same ``key``, or pay for it and keep it."""
        kept = self.step.recall(_place(name), kind)
        if kept is not None and kept.key == key:
            self.step.go_on(kept.verdicts, kept.warnings)
            return kept
        if self._new and time.monotonic() - self._started > BUDGET_SECONDS:
            raise OutOfTimeError
        self._new += 1
        said, warned = len(self.step.verdicts), len(self.step.warnings)
        paid = self._paid(pay).model_copy(
            update={
                "verdicts": tuple(self.step.verdicts[said:]),
                "warnings": tuple(self.step.warnings[warned:]),
            }
        )
        self.step.keep(_place(name), paid)
        return paid

    def _paid(self, pay: Callable[[], K]) -> K:
        try:
            return pay()
        except (ProviderThrottledError, ProviderUnavailableError) as error:
            if self._new == 1:
                raise
            # What was paid before is kept. The next invocation begins here, with all its retries:
            # a long document meets more throttles than one invocation is retried for.
            raise OutOfTimeError from error

    def _key(self, question: Question) -> str:
        used = self._guardrail.used
        parts = (question.task, VERSION, self._model(question).model_id, used.id, used.version)
        asked = (question.target, question.language, question.stage, str(question.strict))
        digest = hashlib.sha256("\n".join((*parts, *asked, question.text)).encode())
        digest.update(question.image or b"")
        return digest.hexdigest()

    def _model(self, question: Question) -> Model:
        return self.models.window if question.part else self.models.whole

    def _asked(self, name: str, key: str, question: Question) -> Asked:
        model = self._model(question)
        if not priced(model.model_id):
            self.step.warn("price-unknown", model.model_id)
        reply = self._repaired(name, key, question)
        verdict = reply.last.verdict
        self.step.judge(question.stage, question.target, verdict, self._guardrail.used)
        return _asked(reply, question.text, question.language).model_copy(update={"key": key})

    def _repaired(self, name: str, key: str, question: Question) -> Reply:
        """Ask, and once more when the answer can't be used; that it can't is kept meanwhile."""
        model, prompt = self._model(question), self._prompt(question)
        place = _place(f"{name}.first")
        first = self.step.recall(place, Asked)
        if first is not None and first.key == key:
            self.step.go_on((), ())
            fault = first.fault
        else:
            reply = ask(model, prompt, question.language)
            if reply.fault not in REPAIRS:
                return reply
            fault = reply.fault
            self.step.keep(place, Asked(key=key, fault=fault))
        return ask(model, repairing(prompt, fault), question.language)

    def _prompt(self, question: Question) -> Prompt:
        tag, task, language = new_tag(), question.task, question.language
        data = _texts(question.text)[1] if task == "describe" else question.text
        hints = {"max_sentences": str(question.sentences)}
        return Prompt(
            task=task,
            system=instructions(task, schema()),
            note=note(tag, question.sentences, language, strict=question.strict),
            document=delimited(data, tag),
            query=QUERIES[task],
            image=question.image,
            hints=hints | ({"language": language} if language else {}),
        )


def _asked(reply: Reply, text: str, language: str) -> Asked:
    last: Answer = reply.last
    return Asked(
        key="",
        answer=checked(reply.answer, _texts(text), language) if reply.answer else None,
        fault=reply.fault,
        stop_reason=last.stop_reason,
        question_blocked=last.question_blocked,
    )


def _texts(text: str) -> dict[int, str]:
    """Return the pages' texts; a long page's parts may share a window."""
    texts: dict[int, str] = {}
    for number, part in PAGES.findall(text):
        texts[int(number)] = texts.get(int(number), "") + part
    return texts


def _place(name: str) -> str:
    return f"asked/{name}.json"
