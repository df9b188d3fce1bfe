"""Sentences that talk to the model instead of the reader."""

from __future__ import annotations

from recita_local.services.bedrock.guard.patterns import confidence_of, plain


def addresses_model(text: str) -> bool:
    """Whether a text tries to steer the model that reads it: never quote it, never obey it."""
    return confidence_of("PROMPT_ATTACK", plain(text)) in {"HIGH", "MEDIUM"}
