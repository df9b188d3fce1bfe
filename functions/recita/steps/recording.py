"""Sentences as one recording: spoken part by part, each part paid once."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field

from recita.errors import ProviderRefusedError
from recita.models.base import Model
from recita.models.document import work_key
from recita.models.record import Usage
from recita.models.summary import SpokenMark
from recita.ports import Mark, Spoken, Voice, VoiceChoice
from recita.steps.interview import OutOfTimeError
from recita.steps.workbench import StepRun
from recita.text import ssml
from recita.text.marks import Part, SpokenSentence, lay
from recita.text.mp3 import duration_seconds, joined


class KeptMark(Model):
    """A mark as Polly gave it."""

    time: int
    type: str
    start: int
    end: int
    value: str


class KeptSpeech(Model):
    """The marks of a part that was paid; its sound lies beside them."""

    marks: tuple[KeptMark, ...]


@dataclass
class Recording:
    """The parts spoken so far; marks are on the time line of the whole."""

    choice: VoiceChoice
    parts: list[bytes] = field(default_factory=list)
    seconds: float = 0
    characters: int = 0
    marks: list[SpokenMark] = field(default_factory=list)

    @property
    def mp3(self) -> bytes:
        """The whole as one file."""
        return joined(self.parts)


def record(
    step: StepRun,
    sentences: Sequence[SpokenSentence],
    language: str,
    voice: Voice,
    until: float = math.inf,
) -> Recording:
    """Speak all sentences by the best voice that speaks and marks them.

    Raises VoiceMissingError when the language has no voice; OutOfTimeError when more is left at
    ``until``, a time of ``time.monotonic``.
    """
    *better, last = voice.choices(language)
    speaker = _Speaker(step, voice, until)
    for choice in better:
        try:
            return _recorded(speaker, sentences, choice)
        except ProviderRefusedError:  # such as an engine without marks: the next one
            continue
    return _recorded(speaker, sentences, last)


def paid(sentences: Sequence[SpokenSentence], choice: VoiceChoice) -> Usage:
    """Return what speaking costs at most: sound and marks are paid alike."""
    units = 2 * sum(len(sentence.text) for sentence in sentences)
    return Usage(
        service="polly",
        operation="SynthesizeSpeech",
        calls=1,
        units=units,
        unit=f"{choice.engine} characters",
    )


@dataclass(frozen=True)
class _Speaker:
    step: StepRun
    voice: Voice
    until: float


def _recorded(
    speaker: _Speaker, sentences: Sequence[SpokenSentence], choice: VoiceChoice
) -> Recording:
    recording = Recording(choice)
    for pieces in ssml.parts([sentence.text for sentence in sentences]):
        titles = [piece.text for piece in pieces if sentences[piece.index].source is None]
        rest = [piece.text for piece in pieces[len(titles) :]]
        markup, places = ssml.speak([texts for texts in (titles, rest) if texts])
        spoken = _spoken(speaker, markup, choice)
        begin = round(recording.seconds * 1000)
        recording.marks += lay(spoken.marks, Part(pieces, places), sentences, begin)
        recording.parts.append(spoken.mp3)
        recording.seconds += duration_seconds(spoken.mp3)
        recording.characters += sum(len(piece.text) for piece in pieces)
    return recording


def _spoken(speaker: _Speaker, markup: str, choice: VoiceChoice) -> Spoken:
    """Return what was spoken of the same text by the same voice before, or speak it."""
    step = speaker.step
    key = hashlib.sha256("\n".join((*map(str, astuple(choice)), markup)).encode()).hexdigest()
    place, sound = f"spoken/{key}.json", work_key(step.document_id, f"spoken/{key}.mp3")
    kept, mp3 = step.recall(place, KeptSpeech), step.results.read(sound)
    if kept is not None and mp3 is not None:
        step.go_on((), ())
        return Spoken(mp3, tuple(Mark(**mark.model_dump()) for mark in kept.marks))
    if time.monotonic() > speaker.until:
        raise OutOfTimeError
    spoken = speaker.voice.speak(markup, choice)
    step.results.write(sound, spoken.mp3, "audio/mpeg")
    step.keep(place, KeptSpeech(marks=tuple(KeptMark(**asdict(mark)) for mark in spoken.marks)))
    return spoken
