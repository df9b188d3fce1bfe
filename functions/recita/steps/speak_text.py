"""The whole text, spoken page by page into one file of its own."""

from __future__ import annotations

from collections.abc import Iterator

from recita.errors import CostCapReachedError
from recita.models.document import result_key
from recita.models.page import Reading
from recita.models.summary import MissingPage, SpokenText, TranslatedText
from recita.ports import Voice
from recita.steps.budget import Budget
from recita.steps.handover import READING, translated_text
from recita.steps.recording import Recording, paid, record
from recita.steps.workbench import StepRun
from recita.text.captions import to_webvtt
from recita.text.marks import SpokenSentence, timed_words
from recita.text.rewriting import passages
from recita.text.ssml import speakable

MOST = 60_000
"""Characters that are spoken in one language: an hour of speech, some twenty pages."""


def publish_text(
    step: StepRun, language: str, voice: Voice, budget: Budget, until: float
) -> SpokenText:
    """Publish sound, captions and marks of the text; a page that isn't spoken is told.

    ``until`` is when ``time.monotonic`` says that nothing new is begun: OutOfTimeError.
    """
    said: list[SpokenSentence] = []
    missing: list[MissingPage] = []
    room = MOST
    for number, text in _pages(step, language):
        room -= len(text or "")
        if text is None or room < 0:
            why = "not-translated" if text is None else "text-too-long"
            missing.append(MissingPage(page=number, reason=why))
            continue
        spoken = (passage for passage in passages(text).texts if speakable(passage))
        said += (SpokenSentence(passage, len(said), (number,)) for passage in spoken)
    if said:
        try:
            budget.afford((paid(said, voice.choices(language)[0]),))
            recording = record(step, said, language, voice, until)
            return _published(step, language, said, recording, missing)
        except CostCapReachedError:
            pages = dict.fromkeys(page for sentence in said for page in sentence.pages)
            missing += (MissingPage(page=page, reason="cost-cap-reached") for page in pages)
    return SpokenText(missing=tuple(sorted(missing, key=lambda gap: gap.page)))


def _pages(step: StepRun, language: str) -> Iterator[tuple[int, str | None]]:
    """Yield each page that was read, and its text in the language."""
    reading = step.recall(READING, Reading)
    known = step.recall(translated_text(language), TranslatedText)
    gaps = {page.page for page in known.missing} if known else set()
    for page in reading.pages if reading else ():
        if page.number in gaps:  # an earlier run's may still lie there
            yield page.number, None
        elif page.error is None:
            name = f"translations/{language}/pages/{page.number:04d}.md"
            body = step.results.read(result_key(step.document_id, name))
            yield page.number, body.decode() if body is not None else None


def _published(
    step: StepRun,
    language: str,
    said: list[SpokenSentence],
    recording: Recording,
    missing: list[MissingPage],
) -> SpokenText:
    text = SpokenText(
        artifact=f"audio/{language}.text.mp3",
        captions=f"audio/{language}.text.vtt",
        marks=f"audio/{language}.text.marks.jsonl",
        duration_seconds=round(recording.seconds, 3),
        characters=recording.characters,
        missing=tuple(missing),
    )
    sound, captions, marks = text.artifact or "", text.captions or "", text.marks or ""
    vtt = to_webvtt(timed_words(recording.marks, said), text.duration_seconds, language)
    lines = "".join(mark.model_dump_json() + "\n" for mark in recording.marks)
    step.publish(sound, recording.mp3, "audio/mpeg", "audio-text", language=language)
    step.publish(captions, vtt.encode(), "text/vtt", "captions-text", language=language)
    step.publish(marks, lines.encode(), "application/jsonl", "marks-text", language=language)
    return text
