"""Speaks the summary in one language."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import LanguageInput, LanguageOutput
from recita.steps import speak_summary
from recita.wiring import wiring


@lambda_step(LanguageInput)
def lambda_handler(given: LanguageInput) -> LanguageOutput:
    """Return SUCCEEDED once sound, captions and marks are stored."""
    return speak_summary.run(given, bench=wiring.bench(), voice=wiring.voice)
