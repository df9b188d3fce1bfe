"""Sentences as one recording: spoken part by part, each part paid once."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
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


@dataclass(frozen=True)
class Take:
    """What one call speaks: its markup, and which sentences' pieces stand where in it."""

    markup: str
    part: Part

    @property
    def characters(self) -> int:
        """Of the text, without markup."""
        return sum(len(piece.text) for piece in self.part.pieces)

    def key(self, choice: VoiceChoice) -> str:
        """Return a digest of what is spoken and of who speaks it."""
        said = "\n".join((*map(str, astuple(choice)), self.markup))
        return hashlib.sha256(said.encode()).hexdigest()


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
    speaker = Speaker(step, voice, until)
    for choice in better:
        try:
            return speaker.record(sentences, choice)
        except ProviderRefusedError:  # such as an engine without marks: the next one
            continue
    return speaker.record(sentences, last)


def paid(characters: int, choice: VoiceChoice) -> Usage:
    """Return what speaking costs at most: sound and marks are paid alike."""
    return Usage(
        service="polly",
        operation="SynthesizeSpeech",
        calls=1,
        units=2 * characters,
        unit=f"{choice.engine} characters",
    )


def takes(sentences: Sequence[SpokenSentence], most: int) -> Iterator[Take]:
    """Yield what each call is to speak, of at most ``most`` billed characters."""
    texts = [sentence.text for sentence in sentences]
    for pieces in ssml.parts(texts, most, [sentence.language for sentence in sentences]):
        titles = [piece for piece in pieces if sentences[piece.index].source is None]
        rest = pieces[len(titles) :]
        markup, places = ssml.speak([group for group in (titles, rest) if group])
        yield Take(markup, Part(pieces, places))


def joined_takes(
    sentences: Sequence[SpokenSentence],
    choice: VoiceChoice,
    most: int,
    speak: Callable[[Take], Spoken],
) -> Recording:
    """Return all takes on one time line."""
    recording = Recording(choice)
    for take in takes(sentences, most):
        spoken = speak(take)
        begin = round(recording.seconds * 1000)
        recording.marks += lay(spoken.marks, take.part, sentences, begin)
        recording.parts.append(spoken.mp3)
        recording.seconds += duration_seconds(spoken.mp3)
        recording.characters += take.characters
    return recording


@dataclass(frozen=True)
class Speaker:
    """Who speaks a step's takes, call by call."""

    step: StepRun
    voice: Voice
    until: float = math.inf

    def record(self, sentences: Sequence[SpokenSentence], choice: VoiceChoice) -> Recording:
        """Speak all sentences by one voice."""
        return joined_takes(
            sentences, choice, ssml.MAX_BILLED, lambda take: self._spoken(take, choice)
        )

    def unpaid(self, sentences: Sequence[SpokenSentence], choice: VoiceChoice) -> int:
        """Return the characters of the takes that nobody has spoken yet."""
        return sum(
            take.characters
            for take in takes(sentences, ssml.MAX_BILLED)
            if self.step.recall(f"spoken/{take.key(choice)}.json", KeptSpeech) is None
        )

    def _spoken(self, take: Take, choice: VoiceChoice) -> Spoken:
        """Return what was spoken of the same text by the same voice before, or speak it.

        Marks come first: an engine that has none refuses before anything is paid. They are kept
        before the sound is asked for, which is paid by itself and may fail.
        """
        step, key = self.step, take.key(choice)
        place, sound = f"spoken/{key}.json", work_key(step.document_id, f"spoken/{key}.mp3")
        kept, mp3 = step.recall(place, KeptSpeech), step.results.read(sound)
        if kept is not None and mp3 is not None:
            step.go_on((), ())
            return Spoken(mp3, tuple(Mark(**mark.model_dump()) for mark in kept.marks))
        if time.monotonic() > self.until:
            raise OutOfTimeError
        if kept is None:
            marks = self.voice.mark(take.markup, choice)
            kept = KeptSpeech(marks=tuple(KeptMark(**asdict(mark)) for mark in marks))
            step.keep(place, kept)
        mp3 = self.voice.speak(take.markup, choice)
        step.results.write(sound, mp3, "audio/mpeg")
        return Spoken(mp3, tuple(Mark(**mark.model_dump()) for mark in kept.marks))
