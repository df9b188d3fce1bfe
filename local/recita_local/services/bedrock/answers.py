"""What stands in for a model: tasks the language engine can do, and honest words for the rest."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from recita_local.engines import engine
from recita_local.services.bedrock.prompts import Prompt, document_of, pages_of, recognised

ENGINE = "recita-extractive/2"
SENTENCES, MOST_SENTENCES = 5, 20
CHARACTERS_PER_TOKEN = 4
"""A common rule of thumb; the laptop has no tokenizer of the models it stands in for."""

Ask = Callable[..., Any]


@dataclass(frozen=True)
class Answer:
    """A model's reply: stop reasons and token counts as Converse names them."""

    text: str
    stop_reason: str
    input_tokens: int
    output_tokens: int
    engine: str


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def asked_tokens(prompt: Prompt) -> int:
    """About how many tokens a prompt has."""
    return sum(map(tokens, [*prompt.system, *(one.text for one in prompt.texts)]))


def ask_language(method: str, *args: Any) -> Any:
    """Call the language engine in its process."""
    return engine("language").call(method, *args)


def answer(prompt: Prompt, ask: Ask = ask_language) -> Answer:
    """Do the prompt's task; text without a task is summarised in plain sentences."""
    text = _perform(prompt, ask)
    limit = int(prompt.parameters.get("maxTokens") or 0) * CHARACTERS_PER_TOKEN
    cut = bool(limit) and len(text) > limit
    text = text[:limit] if cut else text
    return Answer(
        text=text,
        stop_reason="max_tokens" if cut else "end_turn",
        input_tokens=asked_tokens(prompt),
        output_tokens=tokens(text),
        engine=ENGINE,
    )


def _perform(prompt: Prompt, ask: Ask) -> str:
    task = prompt.metadata.get("task")
    document = document_of(prompt)
    if task == "describe":
        found = recognised(document)
        labels, text = found.get("labels", []), str(found.get("text") or "")
        caption, language = str(found.get("alt") or ""), prompt.metadata.get("language")
        reply = ask("describe", labels, text, found.get("faces"), language, caption)
        return json.dumps(reply, ensure_ascii=False)
    reply = _summary(prompt, document, ask)
    if task in {"summarise", "synthesise"}:
        return json.dumps(reply, ensure_ascii=False)
    return " ".join(sentence["text"] for sentence in reply["sentences"])


def _summary(prompt: Prompt, document: str, ask: Ask) -> dict[str, Any]:
    """The engine counts pages from 1; the reply names them as the document does."""
    pages = pages_of(document)
    wanted = prompt.metadata.get("max_sentences", "")
    count = int(wanted) if wanted.isdigit() else SENTENCES
    count = max(1, min(MOST_SENTENCES, count))
    language = prompt.metadata.get("language") or None
    method = "synthesise" if prompt.metadata.get("task") == "synthesise" else "summarise"
    reply: dict[str, Any] = ask(method, [page.text for page in pages], language, count)
    numbers = [page.number for page in pages]
    for sentence in reply["sentences"]:
        sentence["pages"] = [numbers[index - 1] for index in sentence["pages"]]
    for fact in reply["facts"]:
        fact["page"] = numbers[fact["page"] - 1]
    return reply


def sentences_in(text: str) -> list[str]:
    """What an answer claims: the sentences of a JSON reply, or the whole text."""
    found = parsed(text)
    if found is None:
        return [text]
    return [str(one.get("text", "")) for one in found.get("sentences", []) if isinstance(one, dict)]


def parsed(text: str) -> dict[str, Any] | None:
    """The JSON object a reply is, if it is one."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
