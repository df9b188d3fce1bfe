"""Starts the tasks that speak a long text; their end resumes the execution."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import LanguageOutput, StartSpeechInput
from recita.steps import speech_tasks
from recita.wiring import wiring


@lambda_step(StartSpeechInput)
def lambda_handler(given: StartSpeechInput) -> LanguageOutput:
    """Return SUCCEEDED; the state machine waits for the token, not for this reply."""
    return speech_tasks.start(
        given, bench=wiring.bench(), tasks=wiring.speech_orders, workflow=wiring.workflow
    )
