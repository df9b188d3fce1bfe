"""Texts translated one to one, with what must come through, and guarded; paid once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from recita.models.base import Model
from recita.models.record import Usage
from recita.models.summary import Understanding
from recita.ports import Guardrail, Translator
from recita.steps.budget import Budget
from recita.steps.guarding import Guarding
from recita.steps.interview import OutOfTimeError
from recita.steps.workbench import StepRun
from recita.text import protecting
from recita.text.languages import same_language
from recita.text.rewriting import batches

VERSION = "1"
"""Of how texts are marked and checked; what was kept under another is translated anew."""
BUDGET_SECONDS = 120
"""After which nothing new is begun: half of the function's timeout."""
GUARDED = 24_000
"""Characters of one check: below the 25 text units that one call takes in every account."""
UNSURE = 0.5
"""Below this confidence in the document's language, Translate detects it."""


class Asked(Model):
    """What Translate said of the text of one call, unchecked: only this step reads it."""

    text: str


@dataclass(frozen=True)
class Job:
    """From which language into which, and names that stay as they are."""

    source: str
    target: str
    names: tuple[str, ...] = ()


def job(understood: Understanding, target: str, step: StepRun) -> Job:
    """Return what to translate from; a language that nobody is sure of is left to Translate."""
    known = understood.language
    source = understood.summary.source_language
    if known.confidence is not None and known.confidence < UNSURE:
        step.warn("language-unsure", f"{source} with confidence {known.confidence:.2f}")
        source = "auto"
    return Job(source, target, _names(understood))


def _names(understood: Understanding) -> tuple[str, ...]:
    """Return the parties and identifiers of the document, as they are written there."""
    facts = (fact for fact in understood.facts if fact.kind in ("party", "identifier"))
    # "the tenant" is a party, but no name.
    return tuple(dict.fromkeys(f.value for f in facts if f.value[:1].isupper() or _coded(f.value)))


def _coded(value: str) -> bool:
    return any(character.isdigit() for character in value)


@dataclass(frozen=True)
class Services:
    """What translates, what guards, and what may be paid."""

    translator: Translator
    guardrail: Guardrail
    budget: Budget = field(default_factory=Budget)


class Translation:
    """Translations of one document into one language."""

    def __init__(self, step: StepRun, given: Job, services: Services) -> None:
        self._step = step
        self._job = given
        self._translator = services.translator
        self._guarding = Guarding(step, services.guardrail)
        self._budget = services.budget
        self._started = time.monotonic()
        self._new = 0

    @property
    def target(self) -> str:
        """The language translated into."""
        return self._job.target

    @property
    def foreign(self) -> bool:
        """Whether it is another one than the text's."""
        return not same_language(self._job.source, self.target)

    def texts(self, name: str, texts: Sequence[str]) -> list[str] | None:
        """Return as many texts, each in one line; None when the guardrail blocks them.

        At most 12,000 characters; ``name`` is theirs in verdicts. What was translated or checked
        before is not paid again. Raises OutOfTimeError and CostCapReachedError before it is paid.
        """
        return self._guarded(name, self._translated(texts))

    def _begin(self, text: str) -> None:
        """Let a text be translated, if there is time and money for that and for its check."""
        self._in_time()
        paid = Usage(
            service="translate",
            operation="TranslateText",
            calls=1,
            units=len(text),
            unit="characters",
        )
        self._budget.afford((paid,))
        self._budget.afford_check(text)

    def _begin_check(self, text: str) -> None:
        self._in_time()
        self._budget.afford_check(text)

    def _in_time(self) -> None:
        if self._new and time.monotonic() - self._started > BUDGET_SECONDS:
            raise OutOfTimeError
        self._new += 1

    def _guarded(self, name: str, texts: Sequence[str]) -> list[str] | None:
        if not any(texts):
            return list(texts)
        target = self.target if name == "summary" else f"{self.target} {name}"
        done: list[str] = []
        for batch in batches(texts, GUARDED):
            checked = self._checked(target, batch)
            if checked is None:
                return None
            done += checked
        return done

    def _checked(self, target: str, texts: Sequence[str]) -> list[str] | None:
        text = "\n".join(texts)
        guarded = self._guarding.check_output_once(text, lambda: self._begin_check(text))
        self._step.judge("translation", target, guarded, self._guarding.used)
        if guarded.action == "BLOCKED":
            return None
        lines = guarded.text.split("\n")
        if len(lines) == len(texts):
            return lines
        if len(texts) == 1:
            return [" ".join(lines)]
        alone = [self._checked(target, [text]) for text in texts]  # a mask went over a line's end
        return None if None in alone else [text for one in alone for text in one or ()]

    def _translated(self, texts: Sequence[str]) -> list[str]:
        texts = [" ".join(text.split()) for text in texts]
        filled = [index for index, text in enumerate(texts) if text]
        first = self._ask([self._marked(texts[index]) for index in filled])
        done = dict(zip(filled, first, strict=True))
        poor = [index for index in filled if self._lost(texts[index], done[index])]
        again = self._ask([self._otherwise(texts[index], done[index]) for index in poor])
        for index, second in zip(poor, again, strict=True):
            lost = self._lost(texts[index], done[index])
            if len(self._lost(texts[index], second)) < len(lost):
                done[index] = second
        for index in poor:
            self._tell(self._lost(texts[index], done[index]))
        return [done.get(index, "") for index in range(len(texts))]

    def _ask(self, segments: Sequence[str]) -> list[str]:
        if not segments or not self.foreign:
            return [protecting.unmarked(text) for text in segments]
        given = self._job
        said = self._translator.translate(segments, given.source, given.target, self._once)
        return [protecting.unmarked(text) for text in said]

    def _once(self, text: str, pay: Callable[[], str]) -> str:
        """Return what Translate says of one call's text: kept, for later calls may fail."""
        key = self._key(text)
        place = f"translated/{self.target}/{key}.json"

        def ask() -> Asked:
            self._begin(text)
            return Asked(text=pay())

        return self._step.once(place, Asked, ask).text

    def _key(self, text: str) -> str:
        parts = (VERSION, self._translator.fingerprint, self._job.source, self.target, text)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _lost(self, text: str, translated: str) -> list[str]:
        return protecting.lost(text, translated, self._job.names)

    def _marked(self, text: str, *, numbers: bool = False) -> str:
        return protecting.marked(text, protecting.tokens(text, self._job.names, numbers=numbers))

    def _otherwise(self, text: str, translated: str) -> str:
        """Return a text for its second try: all numbers marked, or nothing where marks failed."""
        firm = {text[start:end] for start, end in protecting.tokens(text, self._job.names)}
        failed = firm.intersection(self._lost(text, translated))
        return protecting.marked(text, ()) if failed else self._marked(text, numbers=True)

    def _tell(self, lost: Sequence[str]) -> None:
        if lost:  # not which: they may be somebody's
            count = len(dict.fromkeys(lost))
            self._step.warn("translation-tokens-lost", f"{self._job.target}: {count} in a sentence")
