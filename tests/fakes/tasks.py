"""Polly's synthesis tasks, in memory."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

from recita.meter import Meter
from recita.ports import Results, SpeechOrder, SpeechTask, TaskState

from tests.fakes.services import SILENCE, WORD_FRAMES, marks_of

SUFFIXES = {"sound": "mp3", "marks": "marks"}


class FakeSpeechTasks:
    """Tasks that end when they were looked at ``looks`` times, and speak as FakeVoice does."""

    def __init__(self, meter: Meter, results: Results) -> None:
        self.meter = meter
        self.results = results
        self.orders: dict[str, SpeechOrder] = {}
        self.looks = 0
        """Looks of any task that find it running."""
        self.failing = ""
        """Why tasks end without a result; tasks that ended before are not asked again."""
        self.forgotten: set[str] = set()
        self.error: Exception | None = None
        self.crash: Exception | None = None
        """Raised after a task was started, before anybody knows its id; once."""

    def start(self, order: SpeechOrder) -> SpeechTask:
        if self.error:
            raise self.error
        assert order.prefix not in {known.prefix for known in self.orders.values()}
        assert re.fullmatch(r"[0-9a-zA-Z/!\-_.*'()]{0,800}", order.prefix)  # Polly's own pattern
        ET.fromstring(order.ssml)  # noqa: S314 - our own SSML; Polly refuses what is not well-formed
        name = f"task-{len(self.orders) + 1}"
        self.orders[name] = order
        if self.crash:
            crash, self.crash = self.crash, None
            raise crash
        return self._paid(name)

    def find(self, order: SpeechOrder) -> SpeechTask | None:
        found = [name for name, known in self.orders.items() if known.prefix == order.prefix]
        return self._paid(found[0]) if found else None

    def state(self, task_id: str) -> TaskState:
        if self.error:
            raise self.error
        if task_id in self.forgotten:
            return TaskState("gone", f"there is no task {task_id}")
        if self.looks:
            self.looks -= 1
            return TaskState("running")
        if self.failing:
            return TaskState("failed", self.failing)
        self._end(task_id)
        return TaskState("completed")

    def _end(self, name: str) -> None:
        order = self.orders[name]
        marks = marks_of(order.ssml)
        body = "".join(f"{line}\n" for line in map(_line, marks)).encode()
        if order.kind == "sound":
            words = sum(mark.type == "word" for mark in marks)
            body = SILENCE * WORD_FRAMES * words
        self.results.write(_output(name, order), body, "application/octet-stream")

    def _paid(self, name: str) -> SpeechTask:
        order = self.orders[name]
        self.meter.answered("polly", "aws")
        billed, unit = len(re.sub(r"<[^>]*>", "", order.ssml)), f"{order.choice.engine} characters"
        self.meter.count("polly", "StartSpeechSynthesisTask", units=billed, unit=unit)
        return SpeechTask(id=name, output=_output(name, order))


def _output(name: str, order: SpeechOrder) -> str:
    return f"{order.prefix}.{name}.{SUFFIXES[order.kind]}"


def _line(mark: object) -> str:
    return json.dumps(vars(mark))
