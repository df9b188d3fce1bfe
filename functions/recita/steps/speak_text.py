"""The whole text, spoken page by page into one file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from recita.errors import CostCapReachedError
from recita.models.document import result_key
from recita.models.page import Reading
from recita.models.steps import SpeechProgress
from recita.models.summary import MissingPage, SpokenText, TranslatedText
from recita.ports import SpeechTasks, VoiceChoice
from recita.steps import speech_tasks
from recita.steps.budget import Budget
from recita.steps.handover import READING, translated_text
from recita.steps.recording import Recording, Speaker, joined_takes, paid, takes
from recita.steps.speech_tasks import Outcome
from recita.steps.workbench import StepRun
from recita.text import ssml
from recita.text.captions import to_webvtt
from recita.text.identify import foreign_speech
from recita.text.marks import SpokenSentence, timed_words
from recita.text.rewriting import passages
from recita.text.ssml import speakable

MOST = 200_000
"""Characters that are spoken in one language: some three and a half hours of speech."""
MAX_CHECKS = 40
"""Looks at tasks that do not end: five minutes apart by default, more than three hours."""


@dataclass(frozen=True)
class LongSpeech:
    """What speaks texts above ``threshold`` characters, and how far it has come."""

    tasks: SpeechTasks
    threshold: int
    progress: SpeechProgress


@dataclass(frozen=True)
class TextSpeech:
    """The text of one language on its way; ``speaker`` speaks what is short, at once."""

    speaker: Speaker
    language: str
    choice: VoiceChoice
    budget: Budget
    long: LongSpeech
    said: list[SpokenSentence] = field(default_factory=list)
    missing: list[MissingPage] = field(default_factory=list)

    def publish(self) -> SpokenText | Outcome:
        """Publish sound, captions and marks of the text; a page that isn't spoken is told.

        Or say what its tasks still need. OutOfTimeError when short parts are left over.
        """
        self._gather()
        if sum(len(sentence.text) for sentence in self.said) > self.long.threshold:
            return self._by_tasks()
        if self.said and self._affordable(self.speaker.unpaid(self.said, self.choice)):
            return self._published(self.speaker.record(self.said, self.choice))
        return self._told()

    def _gather(self) -> None:
        room = MOST
        for number, text in _pages(self.speaker.step, self.language):
            room -= len(text or "")
            if text is None or room < 0:
                why = "not-translated" if text is None else "text-too-long"
                self.missing.append(MissingPage(page=number, reason=why))
                continue
            for passage in passages(text).texts:
                if speakable(passage):
                    other = foreign_speech(passage, self.language)
                    self.said.append(SpokenSentence(passage, len(self.said), (number,), other))

    def _affordable(self, characters: int) -> bool:
        try:
            self.budget.afford((paid(characters, self.choice),))
        except CostCapReachedError:
            self._lose("cost-cap-reached")
            return False
        return True

    def _lose(self, why: str) -> None:
        pages = dict.fromkeys(page for sentence in self.said for page in sentence.pages)
        self.missing.extend(MissingPage(page=page, reason=why) for page in pages)

    def _by_tasks(self) -> SpokenText | Outcome:
        step, progress = self.speaker.step, self.long.progress
        wanted = list(takes(self.said, ssml.MAX_TASK))
        plan = speech_tasks.plan(step, wanted, self.language, self.choice)
        found = speech_tasks.outcome(step, self.long.tasks, plan, first=progress.checks == 0)
        if found.status == "SUCCEEDED":
            step.go_on((), ())  # the tasks are on the bill already
            return self._published(
                joined_takes(
                    self.said,
                    self.choice,
                    ssml.MAX_TASK,
                    lambda take: speech_tasks.spoken(step, take, self.choice),
                )
            )
        unstarted = speech_tasks.unstarted(step, wanted, self.choice)
        if found.status == "START_TASKS" and not self._affordable(unstarted):
            return self._told()
        late = "they did not end in time" if progress.checks >= MAX_CHECKS else ""
        why = progress.given_up or late or found.reason
        if not why:
            return found
        step.warn("speech-task-failed", f"The tasks that were to speak the text: {why}")
        self._lose("speech-failed")
        return self._told()

    def _told(self) -> SpokenText:
        return SpokenText(missing=tuple(sorted(self.missing, key=lambda gap: gap.page)))

    def _published(self, recording: Recording) -> SpokenText:
        language, step = self.language, self.speaker.step
        text = SpokenText(
            artifact=f"audio/{language}.text.mp3",
            captions=f"audio/{language}.text.vtt",
            marks=f"audio/{language}.text.marks.jsonl",
            duration_seconds=round(recording.seconds, 3),
            characters=recording.characters,
            missing=tuple(self.missing),
        )
        sound, captions, marks = text.artifact or "", text.captions or "", text.marks or ""
        words = timed_words(recording.marks, self.said)
        vtt = to_webvtt(words, text.duration_seconds, language)
        lines = "".join(mark.model_dump_json() + "\n" for mark in recording.marks)
        step.publish(sound, recording.mp3, "audio/mpeg", "audio-text", language=language)
        step.publish(captions, vtt.encode(), "text/vtt", "captions-text", language=language)
        step.publish(marks, lines.encode(), "application/jsonl", "marks-text", language=language)
        return text


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
