"""Synthesis tasks: accepted at once, spoken one after the other, written to S3, announced by SNS.

Tasks live in memory: after a restart they are not found, as they are on AWS after three days.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from recita_local.wire.service import Params, RequestContext, ServiceError

LOG = logging.getLogger(__name__)

SUFFIXES = {"json": "marks", "ogg_opus": "ogg", "ogg_vorbis": "ogg"}
TOLD = (
    "Engine", "SnsTopicArn", "LexiconNames", "OutputFormat", "SampleRate", "SpeechMarkTypes",
    "TextType", "VoiceId", "LanguageCode",
)  # fmt: skip
"""What a task repeats of its request."""
Work = Callable[[], bytes]


@dataclass
class Task:
    """One task; ``status`` is scheduled, inProgress, completed or failed."""

    params: Params
    context: RequestContext
    characters: int
    work: Work
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: str = "scheduled"
    reason: str = ""

    @property
    def key(self) -> str:
        """Where in the bucket the output goes."""
        prefix = self.params.get("OutputS3KeyPrefix")
        form = self.params["OutputFormat"]
        return f"{prefix + '.' if prefix else ''}{self.id}.{SUFFIXES.get(form, form)}"

    @property
    def uri(self) -> str:
        """The output's address as Polly writes it."""
        bucket = self.params["OutputS3BucketName"]
        return f"https://s3.{self.context.region}.amazonaws.com/{bucket}/{self.key}"

    def described(self) -> dict[str, Any]:
        """Return the task as the API gives it."""
        told = {name: self.params[name] for name in TOLD if name in self.params}
        return {
            **told,
            "TaskId": self.id,
            "TaskStatus": self.status,
            **({"TaskStatusReason": self.reason} if self.reason else {}),
            "OutputUri": self.uri,
            "CreationTime": self.created,
            "RequestCharacters": self.characters,
        }


class Tasks:
    """The tasks of one laptop."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._queue: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None

    def start(self, task: Task) -> Task:
        """Accept a task; raises ServiceError when its bucket or topic is not there."""
        _check(task)
        with self._lock:
            self._tasks[task.id] = task
            if self._worker is None:
                self._worker = threading.Thread(target=self._run, name="polly-task", daemon=True)
                self._worker.start()
        self._queue.put(task)
        return task

    def get(self, identifier: str) -> Task:
        """Return a task; raises ServiceError for one that is not known."""
        if identifier not in self._tasks:
            message = f"There is no synthesis task {identifier}"
            raise ServiceError("SynthesisTaskNotFoundException", message)
        return self._tasks[identifier]

    def all(self, status: str | None) -> list[Task]:
        """Return tasks, newest first."""
        found = [task for task in self._tasks.values() if status in (None, task.status)]
        return sorted(found, key=lambda task: task.created, reverse=True)

    def _run(self) -> None:
        while True:
            task = self._queue.get()
            task.status = "inProgress"
            try:
                body = task.work()
                bucket = task.params["OutputS3BucketName"]
                task.context.client("s3").put_object(Bucket=bucket, Key=task.key, Body=body)
            except (ServiceError, ClientError, BotoCoreError) as error:
                task.reason, task.status = str(error), "failed"
            except Exception:
                LOG.exception("synthesis task %s failed", task.id)
                task.reason, task.status = "Error occurred while synthesizing", "failed"
            else:
                task.status = "completed"
            _announce(task)


def _check(task: Task) -> None:
    bucket, topic = task.params["OutputS3BucketName"], task.params.get("SnsTopicArn")
    try:
        task.context.client("s3").head_bucket(Bucket=bucket)
    except ClientError as error:
        message = f"The bucket {bucket} can't be written to: {error}"
        raise ServiceError("InvalidS3BucketException", message) from error
    if topic:
        try:
            task.context.client("sns").get_topic_attributes(TopicArn=topic)
        except ClientError as error:
            message = f"There is no topic {topic}"
            raise ServiceError("InvalidSnsTopicArnException", message) from error


def _announce(task: Task) -> None:
    topic = task.params.get("SnsTopicArn")
    if not topic:
        return
    told = {
        "taskId": task.id,
        "taskStatus": task.status.upper(),
        "outputUri": task.uri,
        "creationTime": task.created.isoformat(),
        "requestCharacters": task.characters,
        "snsTopicArn": topic,
        "outputFormat": task.params["OutputFormat"],
        "voiceId": task.params["VoiceId"],
    }
    try:
        task.context.client("sns").publish(TopicArn=topic, Message=json.dumps(told))
    except (ClientError, BotoCoreError):
        LOG.exception("synthesis task %s is %s, but nobody could be told", task.id, task.status)


TASKS = Tasks()
"""Those of this process."""
