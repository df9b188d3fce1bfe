"""Speech: the summary as MP3, with captions and marks that lead back to the pages."""

from __future__ import annotations

import time
from collections.abc import Sequence

from recita.errors import UnderstandingFailedError
from recita.models.document import result_key
from recita.models.steps import LanguageInput, LanguageOutput
from recita.models.summary import Speech, SpokenMark, Summary, Understanding
from recita.ports import Voice
from recita.steps import handover
from recita.steps.evidence import budget
from recita.steps.interview import OutOfTimeError
from recita.steps.recording import Recording, paid, record
from recita.steps.speak_text import publish_text
from recita.steps.workbench import StepRun, Workbench
from recita.text.captions import to_webvtt
from recita.text.marks import spoken_sentences, timed_words
from recita.text.readalong import ReadAlong, read_along
from recita.text.ssml import speakable

BUDGET_SECONDS = 270
"""After which no new part is begun: half of the function's timeout, for one may take minutes."""


def run(given: LanguageInput, *, bench: Workbench, voice: Voice) -> LanguageOutput:
    """Publish sound, captions, marks and read-along page of the summary in one language.

    And the sound of the whole text where that is asked for; CONTINUE when it is longer than one
    invocation has time for.
    """
    document, language = given.document.document_id, given.language
    with bench.step(document, f"speak-summary:{language}", given.attempt) as step:
        body = step.results.read(result_key(document, f"summary/{language}.json"))
        if body is None:
            raise UnderstandingFailedError(f"there is no summary in {language} to speak")
        summary = Summary.model_validate_json(body)
        sentences = spoken_sentences(summary)
        if not any(speakable(sentence.text) for sentence in sentences):
            step.status = "SKIPPED"
            return LanguageOutput(status="SKIPPED", language=language)
        until = time.monotonic() + BUDGET_SECONDS
        allowed = budget(bench, given.document)
        allowed.afford((paid(sentences, voice.choices(language)[0]),))
        recording = record(step, sentences, language, voice)
        speech = _speech(recording, language)
        step.publish(speech.artifact, recording.mp3, "audio/mpeg", "audio", language=language)
        words = timed_words(recording.marks, sentences)
        vtt = to_webvtt(words, speech.duration_seconds, language)
        step.publish(speech.captions, vtt.encode(), "text/vtt", "captions", language=language)
        marks = "".join(mark.model_dump_json() + "\n" for mark in recording.marks)
        step.publish(speech.marks, marks.encode(), "application/jsonl", "marks", language=language)
        _publish_page(step, speech, summary, recording.marks)
        if given.document.speak == "full":
            try:
                text = publish_text(step, language, voice, allowed, until)
            except OutOfTimeError:
                return LanguageOutput(status="CONTINUE", language=language)
            speech = speech.model_copy(update={"text": text})
        step.keep(handover.speech(language), speech)
        return LanguageOutput(status="SUCCEEDED", language=language)


def _speech(recording: Recording, language: str) -> Speech:
    return Speech(
        language=language,
        voice=recording.choice.id,
        engine=recording.choice.engine,
        characters=recording.characters,
        duration_seconds=round(recording.seconds, 3),
        artifact=f"audio/{language}.mp3",
        captions=f"audio/{language}.vtt",
        marks=f"audio/{language}.marks.jsonl",
        read_along=f"audio/{language}.html",
    )


def _publish_page(
    step: StepRun, speech: Speech, summary: Summary, marks: Sequence[SpokenMark]
) -> None:
    understood = step.recall(handover.UNDERSTANDING, Understanding)
    page = read_along(ReadAlong(summary, marks, speech.artifact, understood))
    step.publish(
        f"audio/{summary.language}.html",
        page.encode(),
        "text/html; charset=utf-8",
        "read-along",
        language=summary.language,
    )
