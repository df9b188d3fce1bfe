"""What may leave of an answer: sentences that rest on their pages, and what the guardrail passes.

Each sentence is held against the text of the pages it names by the guardrail's contextual grounding
check. When one falls below the threshold the model is asked once more, to stay closer to the text;
what still falls below is left out, and the warnings say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from recita.models.summary import Fact, Grounding, Sentence
from recita.steps.asking import ModelAnswer
from recita.steps.folding import BlockedError
from recita.steps.interview import Checked, Interview
from recita.text.overlap import words
from recita.text.prompting import Passage

SOURCE = 12_000
"""Characters that a sentence is held against: of longer pages, the parts that say most of its
words. A check is paid by the character, and takes 100,000 at most."""
PART = 3_000
FACTS = 40
MASK_ALONE = re.compile(r"\{[A-Z_]+\}")


@dataclass(frozen=True)
class Graded:
    """An answer's sentences, each with what the guardrail said."""

    answer: ModelAnswer
    checks: tuple[Checked, ...]

    @property
    def passed(self) -> tuple[Sentence, ...]:
        """Sentences that rest on their pages, as the guardrail lets them go."""
        return tuple(
            Sentence(text=check.text, pages=sentence.pages, grounding=check.grounding)
            for sentence, check in zip(self.answer.sentences, self.checks, strict=True)
            if _rests(check)
        )

    @property
    def failed(self) -> tuple[tuple[Sentence, Grounding], ...]:
        """Those that do not, with their scores."""
        return tuple(
            (sentence, check.grounding)
            for sentence, check in zip(self.answer.sentences, self.checks, strict=True)
            if check.grounding and not _rests(check)
        )


def grade(
    interview: Interview,
    answer: ModelAnswer,
    passages: Sequence[Passage],
    again: Callable[[], ModelAnswer | None],
) -> Graded:
    """Return the better of at most two answers; raises BlockedError.

    ``again`` asks the model to stay closer to the text.
    """
    graded = _graded(interview, "sentence", answer, passages)
    if graded.failed and (second := again()):
        stricter = _graded(interview, "strict-sentence", second, passages)
        if len(stricter.passed) >= len(graded.passed):
            graded = stricter
    for sentence, grounding in graded.failed:
        pages = ", ".join(map(str, sentence.pages)) or "none"
        score = f"{grounding.score:.2f} of {grounding.threshold:.2f}"
        interview.step.warn("sentence-dropped", f"grounding {score}, pages named: {pages}")
    return graded


def _rests(check: Checked) -> bool:
    return check.grounding is None or check.grounding.score >= check.grounding.threshold


def _graded(
    interview: Interview, name: str, answer: ModelAnswer, passages: Sequence[Passage]
) -> Graded:
    checks = []
    for number, sentence in enumerate(answer.sentences, start=1):
        source = source_of(sentence, passages)
        check = interview.ground(f"{name}-{number}", sentence.text, source, f"sentence {number}")
        if check.action == "BLOCKED":
            raise BlockedError
        checks.append(check)
    return Graded(answer, tuple(checks))


def source_of(sentence: Sentence, passages: Sequence[Passage]) -> str:
    """Return the text a sentence is held against: of its pages, or of all when it names none."""
    named = [one.text for one in passages if one.page in sentence.pages]
    texts = named or [one.text for one in passages]
    if sum(map(len, texts)) <= SOURCE:
        return "\n".join(texts)
    parts = [text[at : at + PART] for text in texts for at in range(0, len(text), PART)]
    own = words(sentence.text)
    shared = [len(own & words(part)) for part in parts]
    best = sorted(range(len(parts)), key=lambda index: (-shared[index], index))[: SOURCE // PART]
    return "\n".join(parts[index] for index in sorted(best))


def grounded_title(interview: Interview, title: str, passages: Sequence[Passage]) -> str:
    """Return the title as the guardrail lets it go, empty when it rests on nothing.

    Raises BlockedError.
    """
    if not title:
        return ""
    check = interview.ground("title", title, source_of(Sentence(text=title), passages), "title")
    if check.action == "BLOCKED":
        raise BlockedError
    if check.grounding and not _rests(check):
        score = f"{check.grounding.score:.2f} of {check.grounding.threshold:.2f}"
        interview.step.warn("title-dropped", f"grounding {score}")
        return ""
    return check.text


def checked_facts(interview: Interview, answers: Iterable[ModelAnswer]) -> tuple[Fact, ...]:
    """Return the facts of all answers as the guardrail lets them go; raises BlockedError.

    A fact that is nothing but a mask tells nothing and is left out.
    """
    facts = _chosen(interview, answers)
    if not facts:
        return ()
    names = (fact.name.replace(":", " ") for fact in facts)
    lines = [
        " ".join(f"{name}: {fact.value}".split()) for name, fact in zip(names, facts, strict=True)
    ]
    said = _checked(interview, "facts", "\n".join(lines)).split("\n")
    if len(said) != len(lines):  # a mask took the end of a line: each is asked about by itself
        alone = (_checked(interview, f"facts.{n}", line) for n, line in enumerate(lines))
        said = [" ".join(line.split()) for line in alone]
    return tuple(_let_go(facts, said))


def _checked(interview: Interview, name: str, text: str) -> str:
    check = interview.check_answer(name, text, "facts", "facts")
    if check.action == "BLOCKED":
        raise BlockedError
    return check.text


def _let_go(facts: Iterable[Fact], said: Iterable[str]) -> Iterator[Fact]:
    """Yield facts as the guardrail's lines have them; a mask may have taken the name, too."""
    for fact, line in zip(facts, said, strict=True):
        name, _, value = line.partition(": ")
        if value and not MASK_ALONE.fullmatch(value.strip()):
            yield fact.model_copy(update={"name": name, "value": value})


def _chosen(interview: Interview, answers: Iterable[ModelAnswer]) -> list[Fact]:
    """Return each fact once, at its first page; of too many, those the model is surest of."""
    first: dict[tuple[str, str], Fact] = {}
    for fact in (fact for answer in answers for fact in answer.facts):
        first.setdefault((fact.name.casefold(), "".join(fact.value.split()).casefold()), fact)
    found = list(first.values())
    if len(found) > FACTS:
        interview.step.warn("facts-limit", f"{FACTS} of {len(found)} facts are listed")
    best = sorted(range(len(found)), key=lambda i: -(found[i].confidence or 0))[:FACTS]
    return [found[index] for index in sorted(best)]
