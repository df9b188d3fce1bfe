"""Translates the summary into one language."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import LanguageInput, LanguageOutput
from recita.steps import translate_summary
from recita.wiring import wiring


@lambda_step(LanguageInput)
def lambda_handler(given: LanguageInput) -> LanguageOutput:
    """Return SUCCEEDED, or BLOCKED when the guardrail stops the translation."""
    return translate_summary.run(
        given, bench=wiring.bench(), translator=wiring.translator, guardrail=wiring.guardrail
    )
