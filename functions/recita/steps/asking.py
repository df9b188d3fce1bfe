"""Asking the model: one JSON answer, checked, and what to say for its repair."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationError

from recita.models.base import Model as BaseModel
from recita.models.summary import DocumentType, Fact, FactKind, Sentence
from recita.ports import TOO_LONG, Answer, Model, Prompt
from recita.settings import LANGUAGE
from recita.text.identify import foreign

FINISHED = frozenset({"end_turn", "stop_sequence", "guardrail_intervened"})
"""Converse's stop reasons after which an answer is whole."""

Fault = Literal["", "too-long", "cut-off", "stopped", "not-json", "no-sentences", "language"]
"""What is wrong with an answer; ``too-long``: the question was."""
REPAIRS: dict[Fault, str] = {
    "cut-off": "Your last answer was cut off: write half as much, and ten facts at most.",
    "stopped": "Your last answer was not finished. Answer with the JSON object alone.",
    "not-json": "Your last answer was not the JSON object asked for. Answer with that alone.",
    "no-sentences": "Your last answer held no sentence. Write at least one.",
    "language": "Your last answer was written in another language than the one asked for.",
}


def _text(value: Any) -> Any:
    """Models write null for nothing, and numbers where a value is one."""
    if value is None:
        return ""
    return str(value) if isinstance(value, (int, float)) else value


def _code(value: Any) -> Any:
    return value.strip().replace("_", "-") if isinstance(value, str) else value


def _numbers(value: Any) -> Any:
    """Return page numbers, however they are written: 3, "3", "p. 3"."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    found = [re.search(r"\d{1,6}", str(item)) for item in listed]
    return [int(number[0]) for number in found if number]


def _number(value: Any) -> int | None:
    return next(iter(_numbers(value)), None)


def _confidence(value: Any) -> float | None:
    """Return a confidence from 0 to 1; some models count in per cent, some in words."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    number = number / 100 if 1 < number <= 100 else number
    return number if 0 <= number <= 1 else None


Confidence = Annotated[
    float | None, BeforeValidator(_confidence), Field(default=None, description="0 to 1")
]
Text = Annotated[str, BeforeValidator(_text)]


def _one_of(known: Iterable[str]) -> Callable[[Any], str]:
    names = frozenset(known)

    def choose(value: Any) -> str:
        name = str(value).strip().lower().replace("_", "-").replace(" ", "-")
        return name if name in names else "other"

    return choose


class AnsweredFact(BaseModel):
    """One key fact as the model quotes it."""

    name: Text = Field(max_length=100)
    kind: Annotated[FactKind, BeforeValidator(_one_of(get_args(FactKind)))] = "other"
    value: Text = Field(max_length=500, description="Exactly as it stands on its page.")
    page: Annotated[int | None, BeforeValidator(_number)] = None
    confidence: Confidence = None


class AnsweredSentence(BaseModel):
    """One sentence as the model writes it."""

    text: Text = Field(max_length=2000)
    """Less than a guardrail takes of an answer in one check."""
    pages: Annotated[tuple[int, ...], BeforeValidator(_numbers)] = Field(
        default=(), description="Numbers of the pages it rests on."
    )


class Answered(BaseModel):
    """The JSON object that every prompt asks for."""

    title: Text = Field(default="", max_length=500)
    language: Annotated[str, BeforeValidator(_code)] = Field(
        pattern=f"^{LANGUAGE.pattern}$", description="Two-letter code of the answer's language."
    )
    """Becomes part of file names: nothing that a document talked the model into may."""
    language_confidence: Confidence = None
    document_type: Annotated[DocumentType, BeforeValidator(_one_of(get_args(DocumentType)))] = (
        "other"
    )
    type_confidence: Confidence = None
    sentences: tuple[AnsweredSentence, ...]
    facts: Annotated[tuple[AnsweredFact, ...], BeforeValidator(lambda value: value or ())] = ()


class ModelAnswer(BaseModel):
    """An answer after it was checked."""

    title: str = ""
    language: str
    language_confidence: float | None = None
    document_type: DocumentType = "other"
    type_confidence: float | None = None
    sentences: tuple[Sentence, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Reply:
    """What came of a question: an answer, or what is wrong with the last one."""

    answer: Answered | None
    last: Answer
    """As the guardrail left it; BLOCKED when the guardrail or the model's own filter stopped it."""
    fault: Fault = ""
    """``language`` comes with its answer: it can be used, and somebody should be told."""


@cache
def schema() -> str:
    """Return the JSON Schema of the answer, as the prompts end with it."""
    return json.dumps(Answered.model_json_schema(), separators=(",", ":"))


def repairing(prompt: Prompt, fault: Fault) -> Prompt:
    """Return the second question, which says what was wrong with the answer to the first."""
    return replace(prompt, note=f"{prompt.note} {REPAIRS[fault]}")


def ask(model: Model, prompt: Prompt, language: str = "") -> Reply:
    """Ask once; ``language`` is that of the answer. A fault of REPAIRS is worth a second try."""
    answer = _fail_closed(model.ask(prompt))
    if answer.verdict.action == "BLOCKED":
        return Reply(None, answer)
    if answer.stop_reason == TOO_LONG:
        return Reply(None, answer, "too-long")
    parsed, fault = _parsed(answer.text)
    if answer.stop_reason == "max_tokens":  # whole JSON may still lack what came after it
        return Reply(None, answer, "cut-off")
    if answer.stop_reason not in FINISHED:
        return Reply(None, answer, "stopped")
    if parsed and _written(parsed.sentences, language):
        return Reply(parsed, answer, "language")
    return Reply(parsed, answer, fault)


def _fail_closed(answer: Answer) -> Answer:
    """Return the answer as BLOCKED when it was stopped without a verdict that says why."""
    intervened = answer.stop_reason == "guardrail_intervened" and answer.verdict.action == "NONE"
    if answer.stop_reason != "content_filtered" and not intervened:
        return answer
    policies = (*answer.verdict.policies, f"model/{answer.stop_reason}")
    return replace(answer, verdict=replace(answer.verdict, action="BLOCKED", policies=policies))


def _parsed(text: str) -> tuple[Answered | None, Fault]:
    try:  # models talk before and after it
        parsed = Answered.model_validate_json(text[text.find("{") : text.rfind("}") + 1])
    except ValidationError:
        return None, "not-json"
    if not any(sentence.text.strip() for sentence in parsed.sentences):
        return None, "no-sentences"
    return parsed, ""


def _written(sentences: Iterable[AnsweredSentence | Sentence], language: str) -> str:
    """Return the language an answer is surely written in, if it is another one."""
    return foreign(" ".join(sentence.text for sentence in sentences), language)


def checked(parsed: Answered, texts: dict[int, str], language: str = "") -> ModelAnswer:
    """Drop page numbers that don't exist, and facts that don't stand on their page.

    ``language``: the one that was asked for, which the answer is in unless it is surely in another.
    """
    sentences = tuple(
        Sentence(
            text=" ".join(sentence.text.split()),
            pages=tuple(dict.fromkeys(page for page in sentence.pages if page in texts)),
        )
        for sentence in parsed.sentences
        if sentence.text.strip()
    )
    code = language or parsed.language
    return ModelAnswer(
        **parsed.model_dump(exclude={"sentences", "facts", "language", "title"}),
        title=" ".join(parsed.title.split()),
        language=_written(sentences, code) or code,
        sentences=sentences,
        facts=tuple(Fact(**fact.model_dump()) for fact in parsed.facts if _stands(fact, texts)),
    )


def _stands(fact: AnsweredFact, texts: dict[int, str]) -> bool:
    pages: Iterable[str] = texts.values() if fact.page is None else (texts.get(fact.page, ""),)
    wanted = _folded(fact.value)
    return bool(wanted) and any(wanted in _folded(text) for text in pages)


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()
