"""Amazon Polly's synthesis tasks: long texts, spoken into the results bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from recita.adapters.provider import Provider
from recita.errors import ProviderRefusedError
from recita.meter import Meter
from recita.ports import SpeechOrder, SpeechTask, TaskState
from recita.ports.limits import Pace

OUTPUTS: Mapping[str, dict[str, Any]] = {
    "sound": {"OutputFormat": "mp3"},
    "marks": {"OutputFormat": "json", "SpeechMarkTypes": ["sentence", "word"]},
}
MAX_LISTED = 50
"""Pages of a hundred tasks that are looked through for one whose start was not recorded."""


class PollyTasks:
    """StartSpeechSynthesisTask; bucket and topic are needed only to start tasks."""

    def __init__(
        self, meter: Meter, *, bucket: str = "", topic: str = "", pace: Pace | None = None
    ) -> None:
        self._polly = Provider("polly", meter, read_timeout=30, pace=pace)
        self._bucket = bucket
        self._topic = topic

    def start(self, order: SpeechOrder) -> SpeechTask:
        """Start a task, which is paid."""
        code = order.choice.language_code
        reply = self._polly.call(
            "start_speech_synthesis_task",
            Text=order.ssml,
            TextType="ssml",
            VoiceId=order.choice.id,
            Engine=order.choice.engine,
            OutputS3BucketName=self._bucket,
            OutputS3KeyPrefix=order.prefix,
            SnsTopicArn=self._topic,
            **OUTPUTS[order.kind],
            **({"LanguageCode": code} if code else {}),
        )
        return self._paid(order, reply["SynthesisTask"])

    def find(self, order: SpeechOrder) -> SpeechTask | None:
        """Return the task that was started for an order, if one was, and count what it costs.

        A start has no client token: only the output's key tells whose a task is.
        """
        tasks = (task for task in self._all() if f"/{order.prefix}." in task["OutputUri"])
        found = next(tasks, None)
        return self._paid(order, found) if found else None

    def state(self, task_id: str) -> TaskState:
        """Return how a task is."""
        try:
            reply = self._polly.call("get_speech_synthesis_task", TaskId=task_id)
        except ProviderRefusedError as error:
            if error.code != "SynthesisTaskNotFoundException":
                raise
            return TaskState("gone", str(error))
        task = reply["SynthesisTask"]
        match task["TaskStatus"]:
            case "completed":
                return TaskState("completed")
            case "failed":
                return TaskState("failed", task.get("TaskStatusReason", "no reason is given"))
        return TaskState("running")

    def _all(self) -> Iterator[dict[str, Any]]:
        more: dict[str, str] = {}
        for _ in range(MAX_LISTED):
            reply = self._polly.call("list_speech_synthesis_tasks", MaxResults=100, **more)
            yield from reply["SynthesisTasks"]
            if not reply.get("NextToken"):
                return
            more = {"NextToken": reply["NextToken"]}

    def _paid(self, order: SpeechOrder, task: dict[str, Any]) -> SpeechTask:
        unit = f"{order.choice.engine} characters"
        self._polly.count("StartSpeechSynthesisTask", task["RequestCharacters"], unit)
        # https://s3.<region>.amazonaws.com/<bucket>/<prefix>.<id>.mp3; keys of ours need no quoting
        return SpeechTask(
            id=task["TaskId"], output=task["OutputUri"].partition(f"/{self._bucket}/")[2]
        )
