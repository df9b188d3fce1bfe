"""ApplyGuardrail: a guardrail on its own, without a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recita_local.services.bedrock.answers import sentences_in
from recita_local.services.bedrock.guard.units import UNIT, units
from recita_local.services.bedrock.guardrails import (
    ENGINE,
    Check,
    Guardrail,
    Guardrails,
    Outcome,
    coverage,
    evaluate,
    metrics,
)
from recita_local.services.bedrock.masked import checkable
from recita_local.wire.service import Params, Reply, RequestContext, ServiceError

MOST_UNITS = 25
"""Text units of one call, as accounts are given by default; more is answered with 429."""

LIMITED = {
    "contentPolicy": "content filter",
    "topicPolicy": "denied topic",
    "sensitiveInformationPolicy": "sensitive information filter",
    "wordPolicy": "word filter",
}
"""Policies with that limit, as the service's message names them."""

GROUNDS = frozenset({"grounding_source", "query"})


def apply_guardrail(params: Params, context: RequestContext, guardrails: Guardrails) -> Reply:
    """Check texts and pictures of one side."""
    context.engine = ENGINE
    identifier, version = params["guardrailIdentifier"], params["guardrailVersion"]
    guardrail = guardrails.get(context, identifier, version)
    blocks = [block["text"] for block in params["content"] if "text" in block]
    images = [block["image"]["source"]["bytes"] for block in params["content"] if "image" in block]
    _check_size(guardrail, sum(len(block["text"]) for block in blocks if _is_content(block)))
    return _reply(params, guardrail, blocks, images)


def _reply(
    params: Params, guardrail: Guardrail, blocks: Sequence[Mapping[str, Any]], images: list[bytes]
) -> Reply:
    texts = [block["text"] for block in blocks if _is_content(block)]
    reading = checkable(texts)
    check = Check(
        source=params["source"],
        texts=reading.parts,
        grounds=_grounds(blocks, texts),
        full=params.get("outputScope") == "FULL",
        images=images,
    )
    outcome = evaluate(guardrail, check)
    characters = (sum(map(len, texts)), sum(len(block["text"]) for block in blocks))
    assessment = {
        **outcome.assessment,
        "invocationMetrics": metrics(outcome, characters, len(images)),
    }
    return {
        "usage": outcome.usage,
        "action": outcome.action,
        "actionReason": outcome.reason,
        "outputs": _outputs(guardrail, params["source"], outcome, reading.rebuilt(outcome.texts)),
        "assessments": [assessment],
        "guardrailCoverage": coverage(characters, (outcome.pictures, len(images))),
    }


def _is_content(block: Mapping[str, Any]) -> bool:
    qualifiers = set(block.get("qualifiers") or ())
    return not qualifiers or "guard_content" in qualifiers


def _grounds(blocks: Sequence[Mapping[str, Any]], texts: list[str]) -> dict[str, Any] | None:
    """Source, query and the answer's sentences, when the caller sent a source."""
    found = {
        name: "\n".join(
            block["text"] for block in blocks if name in (block.get("qualifiers") or ())
        )
        for name in GROUNDS
    }
    if not found["grounding_source"]:
        return None
    claims = [claim for text in texts for claim in sentences_in(text)]
    return {"source": found["grounding_source"], "query": found["query"], "claims": claims}


def _outputs(
    guardrail: Guardrail, source: str, outcome: Outcome, texts: list[str]
) -> list[dict[str, str]]:
    if outcome.blocked:
        name = "blockedInputMessaging" if source == "INPUT" else "blockedOutputsMessaging"
        return [{"text": guardrail.config[name]}]
    return [{"text": text} for text in texts] if outcome.masked else []


def _check_size(guardrail: Guardrail, characters: int) -> None:
    """Refuse as the service does; what claims are held against has limits of its own."""
    if units(characters) <= MOST_UNITS:
        return
    limited = next((name for policy, name in LIMITED.items() if guardrail.has(policy)), None)
    if limited:
        raise ServiceError(
            "ThrottlingException",
            f"Input text size of {units(characters)} text units exceeds the maximum allowed "
            f"({MOST_UNITS} text units of {UNIT} characters) for the {limited} policy: split the "
            "text. Trying again will not help.",
            status=429,
        )
