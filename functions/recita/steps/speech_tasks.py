"""A long text spoken by Polly's tasks, whose end resumes the execution.

A notification only says that it is time to look. Whether a task has ended, and how, is asked of
Polly itself, so one that is lost, late, early or doubled costs some waiting. A task's id is kept
under a digest of what it speaks: the same text is never paid twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from recita.errors import ProviderError, ProviderUnavailableError
from recita.models.base import Model
from recita.models.document import work_key
from recita.models.steps import LanguageOutput, StartSpeechInput, WaitingTask
from recita.ports import (
    Results,
    SpeechOrder,
    SpeechTasks,
    Spoken,
    TaskState,
    VoiceChoice,
    Workflow,
)
from recita.steps.handover import speech_plan, speech_token
from recita.steps.recording import Take
from recita.steps.workbench import StepRun, Workbench
from recita.text.marks import parsed

M = TypeVar("M", bound=Model)

KINDS: tuple[Literal["sound", "marks"], ...] = ("sound", "marks")
MOST_TRIES = 3
"""Tasks that are started for one take: Polly may fail, and forgets tasks after three days."""
OUTPUT = re.compile(r"/work/([0-9a-f]{32})/spoken/([A-Za-z-]+)/")


class Wanted(Model):
    """One output that a text needs: the sound or the marks of a take."""

    key: str
    """Digest of what is spoken and of who speaks it."""
    kind: Literal["sound", "marks"]

    @property
    def record(self) -> str:
        """Name of the record of its task."""
        return f"spoken/{self.key}.{self.kind}.json"

    @property
    def markup(self) -> str:
        """Name of what is to be spoken."""
        return f"spoken/{self.key}.xml"


class SpeechPlan(Model):
    """All that one language's text needs, and who speaks it."""

    voice: str
    engine: str
    language_code: str | None = None
    wanted: tuple[Wanted, ...]

    @property
    def choice(self) -> VoiceChoice:
        """Who speaks."""
        return VoiceChoice(self.voice, self.engine, self.language_code)


class KeptTask(Model):
    """The task for one output; without an id, one that may have been started."""

    id: str = ""
    output: str = ""
    tries: int = 0
    """Tasks before this one."""
    error: str = ""
    """Why it has failed; the next one is another task."""


def plan(step: StepRun, takes: Sequence[Take], language: str, choice: VoiceChoice) -> SpeechPlan:
    """Keep what is to be spoken, for whoever starts the tasks."""
    for take in takes:
        name = f"spoken/{take.key(choice)}.xml"
        place = work_key(step.document_id, name)
        step.results.write(place, take.markup.encode(), "application/ssml+xml")
    found = SpeechPlan(
        voice=choice.id,
        engine=choice.engine,
        language_code=choice.language_code,
        wanted=tuple(Wanted(key=t.key(choice), kind=kind) for t in takes for kind in KINDS),
    )
    step.keep(speech_plan(language), found)
    return found


def start(
    given: StartSpeechInput, *, bench: Workbench, tasks: SpeechTasks, workflow: Workflow
) -> LanguageOutput:
    """Start the tasks of a text that nobody has started.

    The token is stored first, for a task may end at any time. Where all have ended already, their
    notifications have been used up.
    """
    document, language = given.document.document_id, given.language
    # It is the same step: what is paid here goes on the bill that speaking the summary began.
    with bench.step(document, f"speak-summary:{language}", given.attempt) as step:
        step.go_on((), ())
        step.keep(speech_token(language), WaitingTask(task_token=given.task_token))
        known = step.recall(speech_plan(language), SpeechPlan)
        starting = _Starting(step, tasks, known.choice, language) if known else None
        begun = [starting.begun(one) for one in known.wanted] if known and starting else []
        if not any(_running(tasks, task.id) for task in begun):
            workflow.resume(given.task_token, {})
        return LanguageOutput(status="SUCCEEDED", language=language)


@dataclass(frozen=True)
class _Starting:
    step: StepRun
    tasks: SpeechTasks
    choice: VoiceChoice
    language: str

    def begun(self, wanted: Wanted) -> KeptTask:
        """Return the task for an output; it is started unless one was that may still succeed."""
        known = self.step.recall(wanted.record, KeptTask)
        if known and known.id and not known.error:
            return known
        tries = known.tries + bool(known.error) if known else 0
        order = self._order(wanted, tries)
        # A start has no token that makes it idempotent. The record without an id says that one
        # was about to be made: then Polly is asked first whether it was.
        half = known is not None and not known.error
        if not half:
            self.step.keep(wanted.record, KeptTask(tries=tries))
        task = (self.tasks.find(order) if half else None) or self.tasks.start(order)
        kept = KeptTask(id=task.id, output=task.output, tries=tries)
        self.step.keep(wanted.record, kept)
        return kept

    def _order(self, wanted: Wanted, tries: int) -> SpeechOrder:
        document = self.step.document_id
        markup = self.step.results.read(work_key(document, wanted.markup)) or b""
        name = f"spoken/{self.language}/{wanted.key}.{wanted.kind}.{tries}"
        return SpeechOrder(markup.decode(), self.choice, wanted.kind, work_key(document, name))


def _running(tasks: SpeechTasks, task_id: str) -> bool:
    try:
        return tasks.state(task_id).status == "running"
    except ProviderError:  # its notification, or the end of the wait, will tell
        return True


def resume(message: str, *, results: Results, tasks: SpeechTasks, workflow: Workflow) -> str:
    """Hand Polly's notification (the SNS message) to the task that waits, if it was the last.

    Returns the document's id, empty where it tells none.
    It may come twice, or for a document that was given up: neither is an error.
    """
    notice: dict[str, Any] = json.loads(message)
    found = OUTPUT.search(notice.get("outputUri") or "")
    if found is None:
        return ""
    document, language = found.groups()
    token = _read(results, document, speech_token(language), WaitingTask)
    wanted = _read(results, document, speech_plan(language), SpeechPlan)
    kept = (
        _read(results, document, one.record, KeptTask) or KeptTask()
        for one in (wanted.wanted if wanted else ())
    )
    if token and all(_over(tasks, task, notice.get("taskId")) for task in kept):
        workflow.resume(token.task_token, {})
    return document


def _over(tasks: SpeechTasks, task: KeptTask, told: str | None) -> bool:
    """Whether a task has ended, one that tells so itself among them."""
    return bool(task.error) or task.id == told or bool(task.id and not _running(tasks, task.id))


def _read(results: Results, document: str, name: str, kind: type[M]) -> M | None:
    body = results.read(work_key(document, name))
    return kind.model_validate_json(body) if body else None


class Outcome(Model):
    """How the tasks of a text are, all together."""

    status: Literal["START_TASKS", "WAIT", "SUCCEEDED", "FAILED"]
    reason: str = ""


def outcome(step: StepRun, tasks: SpeechTasks, wanted: SpeechPlan, *, first: bool) -> Outcome:
    """Look at all tasks: one that failed fails the text, in this run.

    ``first``: the run has started none yet, so what failed in an earlier one is started again.
    """
    states = list(_states(step, tasks, wanted.wanted, first=first))
    failed = next((state for state in states if state.status == "failed"), None)
    if failed:
        return Outcome(status="FAILED", reason=failed.reason)
    if any(state.status == "gone" for state in states):
        return Outcome(status="START_TASKS")
    running = any(state.status == "running" for state in states)
    return Outcome(status="WAIT" if running else "SUCCEEDED")


def _states(
    step: StepRun, tasks: SpeechTasks, wanted: Iterable[Wanted], *, first: bool
) -> Iterator[TaskState]:
    for one in wanted:
        kept = step.recall(one.record, KeptTask)
        if kept is None or not kept.id:
            yield TaskState("gone")
        elif kept.error:
            yield TaskState("gone" if first else "failed", kept.error)
        else:
            yield _state(step, tasks, one, kept)


def _state(step: StepRun, tasks: SpeechTasks, wanted: Wanted, kept: KeptTask) -> TaskState:
    """Ask how a task is; one that won't succeed is noted, for the next to be another."""
    state = tasks.state(kept.id)
    if state.status == "gone" and step.results.read(kept.output) is not None:
        return TaskState("completed")
    if state.status in ("gone", "failed"):
        step.keep(wanted.record, kept.model_copy(update={"error": state.reason}))
        if kept.tries + 1 >= MOST_TRIES:
            return TaskState("failed", state.reason)
    return state


def spoken(step: StepRun, take: Take, choice: VoiceChoice) -> Spoken:
    """Return what completed tasks have made of a take."""
    sound, marks = (
        step.recall(Wanted(key=take.key(choice), kind=kind).record, KeptTask) or KeptTask()
        for kind in KINDS
    )
    step.go_on((), ())  # its tasks are on the bill already
    mp3, lines = step.results.read(sound.output), step.results.read(marks.output)
    if mp3 is None or lines is None:
        operation, missing = (
            "get_speech_synthesis_task",
            sound.output if mp3 is None else marks.output,
        )
        raise ProviderUnavailableError("polly", operation, "NoOutput", f"nothing is at {missing}")
    return Spoken(mp3, parsed(lines))


def unstarted(step: StepRun, takes: Iterable[Take], choice: VoiceChoice) -> int:
    """Return the characters of the takes for which no task was started yet."""
    sounds = ((take, Wanted(key=take.key(choice), kind="sound").record) for take in takes)
    return sum(take.characters for take, name in sounds if step.recall(name, KeptTask) is None)
