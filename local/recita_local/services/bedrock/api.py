"""Bedrock Runtime's operations, as the wire calls them."""

from __future__ import annotations

from recita_local.services.bedrock import apply, converse
from recita_local.services.bedrock.guardrails import Guardrails
from recita_local.wire.service import Operations, Params, Reply, RequestContext

_guardrails = Guardrails()


def _converse(params: Params, context: RequestContext) -> Reply:
    return converse.converse(params, context, _guardrails)


def _apply_guardrail(params: Params, context: RequestContext) -> Reply:
    return apply.apply_guardrail(params, context, _guardrails)


OPERATIONS: Operations = {
    "ApplyGuardrail": _apply_guardrail,
    "Converse": _converse,
    "CountTokens": converse.count_tokens,
}
