"""Speaks the summary in one language."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import LanguageOutput, SpeakInput
from recita.settings import required, whole
from recita.steps import speak_summary
from recita.wiring import wiring


@lambda_step(SpeakInput)
def lambda_handler(given: SpeakInput) -> LanguageOutput:
    """Return SUCCEEDED once sound, captions and marks are stored, or what is to be waited for."""
    return speak_summary.run(
        given,
        bench=wiring.bench(),
        voice=wiring.voice,
        tasks=wiring.speech_tasks,
        threshold=whole(required("SPEECH_TASK_CHARACTERS")),
    )
