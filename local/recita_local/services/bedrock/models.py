"""Which model ids Bedrock would know, and what a request may hold."""

from __future__ import annotations

import re

from recita_local.wire.service import ServiceError

VENDORS = "amazon|anthropic|meta|mistral|cohere|ai21|deepseek|openai|qwen|writer|stability|google"
MODEL = re.compile(rf"(?:(?:us|us-gov|eu|apac|jp|au|ca|global)\.)?(?:{VENDORS})\.[a-z0-9][\w.:-]*")
ARN = re.compile(
    r"arn:aws[\w-]*:bedrock:[a-z0-9-]*:\d{0,12}:"
    r"(?:foundation-model|(?:application-)?inference-profile|default-prompt-router)/(.+)"
)

IMAGES, IMAGE_BYTES = 20, int(3.75 * 1024 * 1024)
DOCUMENTS, DOCUMENT_BYTES = 5, int(4.5 * 1024 * 1024)
"""Limits of one Converse call, from its API reference."""

CONTEXTS = (
    ("nova-micro", 128_000),
    ("nova-2-lite", 1_000_000),
    ("nova-premier", 1_000_000),
    ("nova", 300_000),
)
"""Tokens that a model reads at once, by a part of its name, first match (Nova user guide)."""

CONTEXT = 200_000
"""Of the others: what Claude models read (Anthropic's model overview)."""

CACHING = re.compile(r"amazon\.nova|anthropic\.claude")
"""Models that take cache points (Bedrock user guide, "Prompt caching")."""


def invalid(message: str) -> ServiceError:
    """The service's answer to a request that can't be right."""
    return ServiceError("ValidationException", message)


def check_model(model_id: str) -> None:
    """Accept what looks like a model, an inference profile or their ARN.

    The laptop has one engine for all of them, so the name only has to be plausible.
    """
    arn = ARN.fullmatch(model_id)
    plain = arn is None and MODEL.fullmatch(model_id)
    profile_id = arn and re.fullmatch(r"[\w.:-]+", arn[1])
    if not (plain or profile_id):
        raise invalid("The provided model identifier is invalid.")


def check_length(model_id: str, tokens: int) -> None:
    """Refuse what a model can't read at once, as those do that answer with an error."""
    limit = next((most for part, most in CONTEXTS if part in model_id), CONTEXT)
    if tokens > limit:
        raise invalid("Input is too long for requested model.")


def check_cache_points(model_id: str, *, given: bool) -> None:
    """Refuse cache points for a model that has no prompt caching."""
    if given and not CACHING.search(model_id) and "application-inference-profile" not in model_id:
        message = (
            "You invoked an unsupported model or your request did not allow prompt caching. "
            "See the documentation for more information."
        )
        raise ServiceError("AccessDeniedException", message, status=403)
