"""Speech: the summary as MP3, with captions and marks that lead back to the pages."""

from __future__ import annotations

import time
from collections.abc import Sequence

from recita.errors import UnderstandingFailedError
from recita.models.document import result_key
from recita.models.steps import LanguageOutput, SpeakInput, SpeechProgress
from recita.models.summary import Speech, SpokenMark, Summary, Understanding
from recita.ports import SpeechTasks, Voice, VoiceChoice
from recita.steps import handover
from recita.steps.budget import Budget
from recita.steps.evidence import budget
from recita.steps.interview import OutOfTimeError
from recita.steps.recording import Recording, Speaker, paid, record
from recita.steps.speak_text import LongSpeech, TextSpeech
from recita.steps.speech_tasks import Outcome
from recita.steps.workbench import StepRun, Workbench
from recita.text.captions import to_webvtt
from recita.text.marks import spoken_sentences, timed_words
from recita.text.readalong import ReadAlong, read_along
from recita.text.ssml import speakable

BUDGET_SECONDS = 270
"""After which no new part is begun: half of the function's timeout, for one may take minutes."""


def run(
    given: SpeakInput, *, bench: Workbench, voice: Voice, tasks: SpeechTasks, threshold: int
) -> LanguageOutput:
    """Publish sound, captions, marks and read-along page of the summary in one language.

    And the sound of the whole text where that is asked for; CONTINUE when it is longer than one
    invocation has time for. Tasks speak a text of more than ``threshold`` characters: START_TASKS
    says that they are to be started, where they are not, and waited for.
    """
    document, language = given.document.document_id, given.language
    with bench.step(document, f"speak-summary:{language}", given.attempt) as step:
        body = step.results.read(result_key(document, f"summary/{language}.json"))
        if body is None:
            raise UnderstandingFailedError(f"there is no summary in {language} to speak")
        summary = Summary.model_validate_json(body)
        if not any(speakable(sentence.text) for sentence in spoken_sentences(summary)):
            step.status = "SKIPPED"
            return LanguageOutput(status="SKIPPED", language=language)
        speaker = Speaker(step, voice, time.monotonic() + BUDGET_SECONDS)
        allowed = budget(bench, given.document)
        speech, choice = _summary(speaker, summary, allowed)
        if given.document.speak == "full":
            long = LongSpeech(tasks, threshold, given.speech)
            try:
                text = TextSpeech(speaker, language, choice, allowed, long).publish()
            except OutOfTimeError:
                return LanguageOutput(status="CONTINUE", language=language)
            if isinstance(text, Outcome):
                return _pending(given)
            speech = speech.model_copy(update={"text": text})
        step.keep(handover.speech(language), speech)
        return LanguageOutput(status="SUCCEEDED", language=language)


def _pending(given: SpeakInput) -> LanguageOutput:
    looked = SpeechProgress(checks=given.speech.checks + 1)
    return LanguageOutput(
        status="START_TASKS",
        language=given.language,
        speech=looked,
    )


def _summary(speaker: Speaker, summary: Summary, allowed: Budget) -> tuple[Speech, VoiceChoice]:
    """Publish what is heard and seen of the summary; return it, and who speaks."""
    step, language = speaker.step, summary.language
    sentences = spoken_sentences(summary)
    best = speaker.voice.choices(language)[0]
    allowed.afford((paid(speaker.unpaid(sentences, best), best),))
    recording = record(step, sentences, language, speaker.voice)
    speech = _speech(recording, language)
    step.publish(speech.artifact, recording.mp3, "audio/mpeg", "audio", language=language)
    words = timed_words(recording.marks, sentences)
    vtt = to_webvtt(words, speech.duration_seconds, language)
    step.publish(speech.captions, vtt.encode(), "text/vtt", "captions", language=language)
    marks = "".join(mark.model_dump_json() + "\n" for mark in recording.marks)
    step.publish(speech.marks, marks.encode(), "application/jsonl", "marks", language=language)
    _publish_page(step, speech, summary, recording.marks)
    return speech, recording.choice


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
