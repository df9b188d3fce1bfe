"""What the domain needs from Amazon Polly: voices that speak at once, and tasks that speak long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from recita.models.base import Model


@dataclass(frozen=True)
class Mark:
    """One Polly speech mark; ``start`` and ``end`` are byte offsets into the input."""

    time: int
    type: str
    start: int
    end: int
    value: str


@dataclass(frozen=True)
class VoiceChoice:
    """A voice, the engine to ask it with, and the language where it speaks several."""

    id: str
    engine: str
    language_code: str | None = None


@dataclass(frozen=True)
class Spoken:
    """Speech as MP3 and its marks, in milliseconds from the start."""

    mp3: bytes
    marks: tuple[Mark, ...]


class Voice(Protocol):
    """Amazon Polly, at once."""

    def choices(self, language: str) -> Sequence[VoiceChoice]:
        """Return the voices to try, best first; raises VoiceMissingError without any."""

    def mark(self, ssml: str, choice: VoiceChoice) -> tuple[Mark, ...]:
        """Return the times of at most 3,000 billed characters of SSML, in milliseconds.

        Raises ProviderRefusedError when the voice does not speak or mark it.
        """

    def speak(self, ssml: str, choice: VoiceChoice) -> bytes:
        """Return the same SSML as MP3; it is paid once more, as marks are paid like sound."""


@dataclass(frozen=True)
class SpeechOrder:
    """A task to start: the sound or the marks of SSML of at most 100,000 billed characters.

    ``prefix`` is how the output's key in the results bucket begins; no other task has the same.
    """

    ssml: str
    choice: VoiceChoice
    kind: Literal["sound", "marks"]
    prefix: str


class SpeechTask(Model):
    """A task that was started: its id, and the key its output gets."""

    id: str
    output: str


@dataclass(frozen=True)
class TaskState:
    """How a task is; Polly forgets one after three days: then it is ``gone``."""

    status: Literal["running", "completed", "failed", "gone"]
    reason: str = ""


class SpeechTasks(Protocol):
    """Amazon Polly's synthesis tasks, which write into the results bucket."""

    def start(self, order: SpeechOrder) -> SpeechTask:
        """Start a task, which is paid."""

    def find(self, order: SpeechOrder) -> SpeechTask | None:
        """Return the task that was started for an order, if one was, and count what it costs."""

    def state(self, task_id: str) -> TaskState:
        """Return how a task is."""
