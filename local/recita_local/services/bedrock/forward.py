"""Converse by a language model of the user's own: an OpenAI-compatible server, or a GGUF file."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from recita_local.engines import EngineCrashedError, engine
from recita_local.services.bedrock.answers import Answer, asked_tokens, tokens
from recita_local.services.bedrock.gguf import FILE, GgufError
from recita_local.services.bedrock.models import invalid
from recita_local.services.bedrock.prompts import Prompt
from recita_local.wire.service import ServiceError

URL, MODEL, KEY = "LOCAL_LLM_URL", "LOCAL_LLM_MODEL", "LOCAL_LLM_API_KEY"
"""Variables of the laptop: where the server is, which of its models, its key if it wants one."""

SECONDS = 240.0
"""Less than the pipeline waits for Converse, so that it hears which server was slow."""

PARAMETERS = {"maxTokens": "max_tokens", "temperature": "temperature", "topP": "top_p"}
STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "content_filtered"}
JSON_TASKS = frozenset({"summarise", "synthesise", "describe"})
"""Tasks whose answer is to be one JSON object."""

REFUSES = frozenset({400, 415, 422, 500, 501})
"""How servers say that they do not take pictures or a response format."""

TOO_LONG = re.compile(
    r"context (?:size|length|window)|too long|maximum context|too many tokens", re.IGNORECASE
)

Body = dict[str, Any]
Post = Callable[[Body], Mapping[str, Any]]


class RefusedError(Exception):
    """The server answered a request with an error."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def chosen() -> Callable[[Prompt], Answer] | None:
    """The user's model, if ``LOCAL_LLM_URL`` or ``LOCAL_GGUF`` is set."""
    post = _post()
    return (lambda prompt: ask(prompt, post)) if post else None


def _post() -> Post | None:
    if url := os.environ.get(URL):
        return server(url)
    return from_file if os.environ.get(FILE) else None


def name() -> str:
    """The engine's name for the reply's header; empty without a model of the user's."""
    if os.environ.get(URL):
        return f"openai-compatible ({model()})"
    path = os.environ.get(FILE)
    return f"llama.cpp ({Path(path).name})" if path else ""


def model() -> str:
    """The model asked for; servers with one model ignore it."""
    return os.environ.get(MODEL) or "default"


def ask(prompt: Prompt, post: Post) -> Answer:
    """One chat completion; raises the errors Bedrock has for a model that fails.

    What a server refuses to take is left out: first the response format, then the pictures, whose
    labels stand in the text.
    """
    refused = RefusedError(400, "nothing was asked")
    for body in bodies(prompt):
        try:
            return _answer(post(body), prompt)
        except RefusedError as error:
            refused = error
            if error.status not in REFUSES or TOO_LONG.search(error.text):
                break
        except (ValueError, KeyError, IndexError, TypeError) as error:
            why = "the server did not answer as an OpenAI-compatible one"
            raise _unavailable(why) from error
    raise _refusal(refused) from refused


def bodies(prompt: Prompt) -> Iterator[Body]:
    """The request as it should be, then plainer and plainer."""
    plain = {"model": model(), "messages": messages(prompt), **parameters(prompt.parameters)}
    pictured = plain | {"messages": messages(prompt, pictures=True)} if prompt.images else plain
    if prompt.metadata.get("task") in JSON_TASKS:
        yield pictured | {"response_format": {"type": "json_object"}}
    yield pictured
    if prompt.images:
        yield plain


def server(url: str) -> Post:
    """What asks an OpenAI-compatible server."""
    import httpx  # noqa: PLC0415 - half a second that only those who forward should wait

    key = os.environ.get(KEY)
    headers = {"authorization": f"Bearer {key}"} if key else {}
    target = f"{url.rstrip('/')}/chat/completions"

    def post(body: Body) -> Mapping[str, Any]:
        try:
            response = httpx.post(target, json=body, headers=headers, timeout=SECONDS)
        except httpx.TimeoutException as error:
            message = f"{url} did not answer within {SECONDS:.0f} s: use a smaller model or text."
            raise ServiceError("ModelTimeoutException", message, status=408) from error
        except httpx.HTTPError as error:
            raise _unavailable(f"{url} can't be reached ({error})") from error
        if response.status_code >= 400:
            raise RefusedError(response.status_code, response.text[:500])
        found: Mapping[str, Any] = response.json()
        return found

    return post


def from_file(body: Body) -> Mapping[str, Any]:
    """What asks the model in the file that ``LOCAL_GGUF`` names."""
    try:
        reply: Mapping[str, Any] = engine("gguf").call("complete", body)
    except GgufError as error:
        raise ServiceError("ServiceUnavailableException", str(error), status=503) from error
    except EngineCrashedError as error:
        raise _unavailable(f"the model of {FILE} crashed: {error}") from error
    if "error" in reply:
        raise RefusedError(int(reply["error"].get("code") or 500), str(reply["error"]["message"]))
    return reply


def messages(prompt: Prompt, *, pictures: bool = False) -> list[dict[str, Any]]:
    """The conversation in OpenAI's form; neighbours of one role are joined.

    Pictures stand behind the first text of the user's, as data URLs.
    """
    found: list[dict[str, Any]] = []
    if prompt.system:
        found.append({"role": "system", "content": "\n".join(prompt.system)})
    for text in prompt.texts:
        if found and found[-1]["role"] == text.role:
            found[-1]["content"] += f"\n{text.text}"
        else:
            found.append({"role": text.role, "content": text.text})
    if pictures:
        said = next(one for one in found if one["role"] == "user")
        shown = [_data_url(one.format, one.data) for one in prompt.images]
        said["content"] = [{"type": "text", "text": said["content"]}, *shown]
    return found


def _data_url(kind: str, data: bytes) -> dict[str, Any]:
    url = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """``inferenceConfig`` in OpenAI's names."""
    found = {theirs: given[ours] for ours, theirs in PARAMETERS.items() if ours in given}
    if given.get("stopSequences"):
        found["stop"] = list(given["stopSequences"])
    return found


def _answer(reply: Mapping[str, Any], prompt: Prompt) -> Answer:
    choice, usage = reply["choices"][0], reply.get("usage") or {}
    text = choice["message"]["content"] or ""
    return Answer(
        text=text,
        stop_reason=STOP_REASONS.get(choice.get("finish_reason") or "stop", "end_turn"),
        input_tokens=int(usage.get("prompt_tokens") or asked_tokens(prompt)),
        output_tokens=int(usage.get("completion_tokens") or tokens(text)),
        engine=_served(str(reply.get("model") or "")),
    )


def _served(by: str) -> str:
    """The engine's name, with the model that a server says it used; a file keeps its own."""
    return f"openai-compatible ({by})" if by and os.environ.get(URL) else name()


def _refusal(refused: RefusedError) -> ServiceError:
    if TOO_LONG.search(refused.text):
        return invalid(f"Input is too long for requested model: {refused.text[:200]}")
    said = f"the model of {URL if os.environ.get(URL) else FILE} answered {refused.status}: "
    said += refused.text[:200]
    named = {
        404: ServiceError("ResourceNotFoundException", f"{said}. Check {MODEL}.", status=404),
        429: ServiceError("ThrottlingException", said, status=429),
        401: ServiceError("AccessDeniedException", f"{said}. Check {KEY}.", status=403),
        403: ServiceError("AccessDeniedException", f"{said}. Check {KEY}.", status=403),
    }
    if refused.status in {400, 413, 415, 422}:
        return invalid(said)
    return named.get(refused.status) or _unavailable(said)


def _unavailable(why: str) -> ServiceError:
    message = f"The model is not available: {why}. Start it, or unset {URL}."
    return ServiceError("ServiceUnavailableException", message, status=503)
