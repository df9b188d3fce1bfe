"""Converse: a model between two guardrail checks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from recita_local.services.bedrock import forward
from recita_local.services.bedrock.answers import (
    ENGINE,
    Answer,
    answer,
    asked_tokens,
    sentences_in,
)
from recita_local.services.bedrock.guardrails import (
    Check,
    Guardrail,
    Guardrails,
    Outcome,
    evaluate,
    metrics,
)
from recita_local.services.bedrock.masked import checkable
from recita_local.services.bedrock.models import (
    check_cache_points,
    check_length,
    check_model,
    invalid,
)
from recita_local.services.bedrock.prompts import NO_TOOLS, Prompt, pages_of, read_prompt
from recita_local.wire.service import Params, Reply, RequestContext

Model = Callable[[Prompt], Answer]


def converse(params: Params, context: RequestContext, guardrails: Guardrails) -> Reply:
    """Answer a conversation under the guardrail the request names, if it names one."""
    started = time.perf_counter()
    check_model(params["modelId"])
    if params.get("toolConfig"):
        raise invalid(NO_TOOLS)
    prompt = read_prompt(params)
    check_cache_points(params["modelId"], given=prompt.cached)
    check_length(params["modelId"], asked_tokens(prompt))
    model = forward.chosen() or answer
    settings = params.get("guardrailConfig")
    if not settings or not settings.get("guardrailIdentifier"):
        turn = Turn(model(prompt))
    else:
        guardrail = guardrails.get(
            context, settings["guardrailIdentifier"], settings.get("guardrailVersion") or "DRAFT"
        )
        turn = _guarded(prompt, model, guardrail, full=settings.get("trace") == "enabled_full")
        turn.traced = settings.get("trace", "disabled") != "disabled"
    context.engine = turn.answer.engine
    return turn.reply(round(1000 * (time.perf_counter() - started)))


@dataclass
class Turn:
    """One answer on its way out, with what the guardrail had to say."""

    answer: Answer
    text: str | None = None
    intervened: bool = False
    trace: dict[str, Any] = field(default_factory=dict)
    traced: bool = False

    def reply(self, milliseconds: int) -> Reply:
        """The reply of Converse."""
        text = self.answer.text if self.text is None else self.text
        stop = "guardrail_intervened" if self.intervened else self.answer.stop_reason
        used = (self.answer.input_tokens, self.answer.output_tokens)
        reply: Reply = {
            "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
            "stopReason": stop,
            "usage": dict(
                zip(("inputTokens", "outputTokens", "totalTokens"), (*used, sum(used)), strict=True)
            ),
            "metrics": {"latencyMs": milliseconds},
        }
        if self.traced:
            reply["trace"] = {"guardrail": self.trace}
        return reply


def _guarded(prompt: Prompt, model: Model, guardrail: Guardrail, *, full: bool) -> Turn:
    """Check what goes in, ask, check what comes out; stop at the first block."""
    indexes = prompt.checked
    texts = [prompt.texts[index].text for index in indexes]
    images = prompt.guarded_images
    outcome = evaluate(guardrail, Check("INPUT", texts, full=full, images=images))
    trace: dict[str, Any] = {"inputAssessment": {guardrail.id: _assessment(outcome, prompt, texts)}}
    if outcome.blocked:
        message = str(guardrail.config["blockedInputMessaging"])
        unasked = Answer("", "guardrail_intervened", 0, 0, forward.name() or ENGINE)
        trace["actionReason"] = outcome.reason
        return Turn(unasked, message, intervened=True, trace=trace)
    masked = prompt.with_texts(dict(zip(indexes, outcome.texts, strict=True)))
    return _checked(masked, model(masked), guardrail, trace, full=full)


def _checked(
    prompt: Prompt, given: Answer, guardrail: Guardrail, trace: dict[str, Any], *, full: bool
) -> Turn:
    reading = checkable([given.text])
    check = Check("OUTPUT", reading.parts, grounds=_grounds(prompt, given.text), full=full)
    outcome = evaluate(guardrail, check)
    assessment = _assessment(outcome, None, [given.text])
    trace |= {
        "modelOutput": [given.text],
        "outputAssessments": {guardrail.id: [assessment]},
        "actionReason": outcome.reason,
    }
    if outcome.blocked:
        message = str(guardrail.config["blockedOutputsMessaging"])
        return Turn(given, message, intervened=True, trace=trace)
    if outcome.masked:
        return Turn(given, reading.rebuilt(outcome.texts)[0], intervened=True, trace=trace)
    return Turn(given, trace=trace)


def _assessment(outcome: Outcome, prompt: Prompt | None, texts: list[str]) -> dict[str, Any]:
    guarded = sum(map(len, texts))
    total = sum(len(one.text) for one in prompt.texts) if prompt else guarded
    images = len(prompt.images) if prompt else 0
    return {**outcome.assessment, "invocationMetrics": metrics(outcome, (guarded, total), images)}


def _grounds(prompt: Prompt, text: str) -> dict[str, Any] | None:
    """What the answer is held against: the blocks qualified as source and query."""
    source = prompt.qualified("grounding_source")
    if not source:
        return None
    plain = "\n".join(page.text for page in pages_of(source))
    return {"source": plain, "query": prompt.qualified("query"), "claims": sentences_in(text)}


def count_tokens(params: Params, context: RequestContext) -> Reply:
    """About how many tokens a Converse request has: four characters each."""
    check_model(params["modelId"])
    request = params["input"].get("converse")
    if request is None:
        raise invalid("The laptop counts tokens of the converse form only: send input.converse.")
    prompt = read_prompt(request)
    context.engine = ENGINE
    return {"inputTokens": asked_tokens(prompt)}
