"""Converse by a language model of the user's own: any OpenAI-compatible server."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from recita_local.services.bedrock.answers import Answer, tokens
from recita_local.services.bedrock.models import invalid
from recita_local.services.bedrock.prompts import Prompt
from recita_local.wire.service import ServiceError

if TYPE_CHECKING:
    import httpx

URL, MODEL, KEY = "LOCAL_LLM_URL", "LOCAL_LLM_MODEL", "LOCAL_LLM_API_KEY"
"""Variables of the laptop: where the server is, which of its models, its key if it wants one."""

SECONDS = 240.0
"""Less than the pipeline waits for Converse, so that it hears which server was slow."""

PARAMETERS = {"maxTokens": "max_tokens", "temperature": "temperature", "topP": "top_p"}
STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "content_filtered"}


def chosen() -> Callable[[Prompt], Answer] | None:
    """The user's model, if ``LOCAL_LLM_URL`` is set."""
    url = os.environ.get(URL)
    if not url:
        return None
    return lambda prompt: ask(prompt, url)


def name() -> str:
    """The engine's name for the reply's header; empty without a server."""
    return f"openai-compatible ({model()})" if os.environ.get(URL) else ""


def model() -> str:
    """The model asked for; servers with one model ignore it."""
    return os.environ.get(MODEL) or "default"


def ask(prompt: Prompt, url: str) -> Answer:
    """One chat completion; raises the errors Bedrock has for a model that fails."""
    import httpx  # noqa: PLC0415 - half a second that only those who forward should wait

    body = {"model": model(), "messages": messages(prompt), **parameters(prompt.parameters)}
    key = os.environ.get(KEY)
    headers = {"authorization": f"Bearer {key}"} if key else {}
    try:
        response = httpx.post(
            f"{url.rstrip('/')}/chat/completions", json=body, headers=headers, timeout=SECONDS
        )
    except httpx.TimeoutException as error:
        message = f"{url} did not answer within {SECONDS:.0f} s: use a smaller model or text."
        raise ServiceError("ModelTimeoutException", message, status=408) from error
    except httpx.HTTPError as error:
        raise _unavailable(f"{url} can't be reached ({error})") from error
    if response.status_code >= 400:
        raise _refused(response)
    try:
        return _answer(response.json(), prompt)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise _unavailable(f"{url} did not answer as an OpenAI-compatible server") from error


def messages(prompt: Prompt) -> list[dict[str, str]]:
    """The conversation in OpenAI's form; neighbours of one role are joined."""
    found: list[dict[str, str]] = []
    if prompt.system:
        found.append({"role": "system", "content": "\n".join(prompt.system)})
    for text in prompt.texts:
        if found and found[-1]["role"] == text.role:
            found[-1]["content"] += f"\n{text.text}"
        else:
            found.append({"role": text.role, "content": text.text})
    return found


def parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """``inferenceConfig`` in OpenAI's names."""
    found = {theirs: given[ours] for ours, theirs in PARAMETERS.items() if ours in given}
    if given.get("stopSequences"):
        found["stop"] = list(given["stopSequences"])
    return found


def _answer(reply: Mapping[str, Any], prompt: Prompt) -> Answer:
    choice, usage = reply["choices"][0], reply.get("usage") or {}
    text = choice["message"]["content"] or ""
    asked = sum(tokens(one.text) for one in prompt.texts)
    served = reply.get("model") or model()
    return Answer(
        text=text,
        stop_reason=STOP_REASONS.get(choice.get("finish_reason") or "stop", "end_turn"),
        input_tokens=int(usage.get("prompt_tokens") or asked),
        output_tokens=int(usage.get("completion_tokens") or tokens(text)),
        engine=f"openai-compatible ({served})",
    )


def _refused(response: httpx.Response) -> ServiceError:
    status = response.status_code
    said = f"the server of {URL} answered {status}: {response.text[:200]}"
    if status == 404:
        return ServiceError("ResourceNotFoundException", f"{said}. Check {MODEL}.", status=404)
    if status == 429:
        return ServiceError("ThrottlingException", said, status=429)
    if status in {400, 413, 422}:
        return invalid(said)
    if status in {401, 403}:
        return ServiceError("AccessDeniedException", f"{said}. Check {KEY}.", status=403)
    return _unavailable(said)


def _unavailable(why: str) -> ServiceError:
    message = f"The model is not available: {why}. Start it, or unset {URL}."
    return ServiceError("ServiceUnavailableException", message, status=503)
