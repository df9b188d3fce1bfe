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
