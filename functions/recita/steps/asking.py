"""Asking the model: one JSON answer, checked, with one attempt at repair."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pydantic import Field, ValidationError

from recita.errors import UnderstandingFailedError
from recita.models.base import Model as BaseModel
from recita.models.summary import Fact, Sentence
from recita.ports import Answer, Model, Prompt
from recita.settings import LANGUAGE

OBJECT = re.compile(r"\{.*\}", re.DOTALL)
REPAIR = " Your last answer was not the JSON object asked for. Answer with that object alone."


class ModelAnswer(BaseModel):
    """The JSON object that every prompt asks for."""

    title: str = ""
    language: str = Field(pattern=f"^{LANGUAGE.pattern}$")
    """Becomes part of file names: nothing that a document talked the model into may."""
    language_confidence: float | None = None
    document_type: str = "other"
    type_confidence: float | None = None
    sentences: tuple[Sentence, ...] = ()
    facts: tuple[Fact, ...] = ()


def ask(model: Model, prompt: Prompt) -> tuple[ModelAnswer | None, Answer]:
    """Return the checked answer, or None when the guardrail or the model's own filter blocked it.

    Raises UnderstandingFailedError when the second answer is no better than the first.
    """
    for query in (prompt.query, prompt.query + REPAIR):
        answer = model.ask(
            Prompt(prompt.task, prompt.system, prompt.document, query, prompt.image, prompt.hints)
        )
        answer = _fail_closed(answer)
        if answer.verdict.action == "BLOCKED":
            return None, answer
        parsed = _parsed(answer.text)
        if parsed:
            return parsed, answer
    raise UnderstandingFailedError(
        f"the model's answer is not the JSON asked for (stop reason {answer.stop_reason})"
    )


def _fail_closed(answer: Answer) -> Answer:
    """Return the answer as BLOCKED when it was stopped without a verdict that says why."""
    intervened = answer.stop_reason == "guardrail_intervened" and answer.verdict.action == "NONE"
    if answer.stop_reason != "content_filtered" and not intervened:
        return answer
    policies = (*answer.verdict.policies, f"model/{answer.stop_reason}")
    return replace(answer, verdict=replace(answer.verdict, action="BLOCKED", policies=policies))


def grounded(parsed: ModelAnswer, texts: dict[int, str]) -> ModelAnswer:
    """Drop page numbers that don't exist, and facts that don't stand on their page."""
    sentences = tuple(
        sentence.model_copy(update={"pages": tuple(p for p in sentence.pages if p in texts)})
        for sentence in parsed.sentences
        if sentence.text.strip()
    )
    facts = tuple(fact for fact in parsed.facts if _stands(fact, texts))
    return parsed.model_copy(update={"sentences": sentences, "facts": facts})


def _stands(fact: Fact, texts: dict[int, str]) -> bool:
    pages: Iterable[str] = texts.values() if fact.page is None else (texts.get(fact.page, ""),)
    wanted = _folded(fact.value)
    return bool(wanted) and any(wanted in _folded(text) for text in pages)


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()


def _parsed(text: str) -> ModelAnswer | None:
    found = OBJECT.search(text)
    if not found:
        return None
    try:
        parsed = ModelAnswer.model_validate_json(found[0])
    except ValidationError:
        return None
    return parsed if any(sentence.text.strip() for sentence in parsed.sentences) else None
