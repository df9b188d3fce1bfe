"""Asynchronous jobs: accepted at once, read by two background threads, never left hanging.

Jobs live in memory: after a restart their JobIds are unknown, as they are on AWS after seven days.
"""

from __future__ import annotations

import json
import logging
import queue
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_hex
from typing import IO, Any

from recita_local.wire.service import Params, RequestContext, ServiceError

LOG = logging.getLogger(__name__)

WORKERS = 2
"""One downloads and writes while the other reads: the engine takes one page at a time."""
OPEN_JOBS = 600
"""Textract's largest quota of open jobs."""
KEPT_SECONDS = 7 * 24 * 3600
"""A JobId is valid for seven days."""
IN_MEMORY = 4 * 1024 * 1024
"""Bytes of blocks; what is larger lies in a temporary file."""

IN_PROGRESS, SUCCEEDED, FAILED, PARTIAL_SUCCESS = (
    "IN_PROGRESS",
    "SUCCEEDED",
    "FAILED",
    "PARTIAL_SUCCESS",
)


class BlockFile:
    """The blocks of a job, one JSON line each; 3,000 pages would fill gigabytes of memory."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._offsets: list[int] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._offsets)

    def extend(self, blocks: list[dict[str, Any]]) -> None:
        """Append blocks; they are on disk once there are many."""
        with self._lock:
            for block in blocks:
                self._offsets.append(self._file.tell())
                self._file.write(json.dumps(block).encode() + b"\n")

    def read(self, start: int, count: int) -> list[dict[str, Any]]:
        """At most ``count`` blocks from number ``start``."""
        with self._lock:
            wanted = self._offsets[start : start + count]
            if not wanted:
                return []
            self._file.seek(wanted[0])
            return [json.loads(self._file.readline()) for _ in wanted]


@dataclass
class Job:
    """One job and what became of it; ``api`` is the operation that started it."""

    api: str
    params: Params
    context: RequestContext
    id: str = field(default_factory=lambda: token_hex(32))
    started: float = field(default_factory=time.time)
    status: str = IN_PROGRESS
    message: str = ""
    pages: int = 0
    warnings: list[dict[str, Any]] = field(default_factory=list)
    blocks: BlockFile = field(default_factory=BlockFile)


Work = Callable[[Job], None]
"""Reads a job's document, fills its blocks and sets its status; whatever it raises is FAILED."""


class Jobs:
    """The jobs of one laptop."""

    def __init__(self, accept: Work, work: Work, finished: Work) -> None:
        """``accept`` may refuse a job before it begins, by raising what the service raises."""
        self._accept = accept
        self._work = work
        self._finished = finished
        self._jobs: dict[str, Job] = {}
        self._tokens: dict[tuple[str, str], str] = {}
        self._queue: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._workers: list[threading.Thread] = []

    def start(self, api: str, params: Params, context: RequestContext) -> Job:
        """A new job, or the one that the same ClientRequestToken started before."""
        with self._lock:
            self._forget_old()
            token = (api, params.get("ClientRequestToken", ""))
            if token[1] and token in self._tokens:
                return self._same(self._jobs[self._tokens[token]], params)
            if sum(job.status == IN_PROGRESS for job in self._jobs.values()) >= OPEN_JOBS:
                message = f"{OPEN_JOBS} jobs are open; wait until some have finished"
                raise ServiceError("LimitExceededException", message)
            job = Job(api, params, context)
            self._jobs[job.id] = job
            self._tokens[token] = job.id
            self._start_workers()
        try:
            self._accept(job)
        except ServiceError:
            with self._lock:
                self._forget({job.id})
            raise
        self._queue.put(job)
        return job

    def get(self, api: str, job_id: str) -> Job:
        """The job; one of another API has no such id here, nor has one of last week."""
        job = self._jobs.get(job_id)
        if job is None or job.api != api or job.started < _oldest():
            raise ServiceError("InvalidJobIdException", "Request has invalid Job Id")
        return job

    @staticmethod
    def _same(job: Job, params: Params) -> Job:
        if job.params != params:
            message = "A ClientRequestToken input parameter was reused with another request"
            raise ServiceError("IdempotentParameterMismatchException", message)
        return job

    def _forget_old(self) -> None:
        self._forget({job.id for job in self._jobs.values() if job.started < _oldest()})

    def _forget(self, old: set[str]) -> None:
        self._jobs = {key: job for key, job in self._jobs.items() if key not in old}
        self._tokens = {token: key for token, key in self._tokens.items() if key not in old}

    def _start_workers(self) -> None:
        while len(self._workers) < WORKERS:
            worker = threading.Thread(target=self._run, name="textract-job", daemon=True)
            self._workers.append(worker)
            worker.start()

    def _run(self) -> None:
        while True:
            job = self._queue.get()
            self._attempt(job)

    def _attempt(self, job: Job) -> None:
        try:
            self._work(job)
        except ServiceError as error:
            _fail(job, _status_message(error.code))
        except Exception:
            LOG.exception("job %s failed", job.id)
            _fail(job, "INTERNAL_ERROR")
        try:
            self._finished(job)
        except Exception:
            LOG.exception("job %s is %s, but nobody could be told", job.id, job.status)


def _oldest() -> float:
    """When the oldest job that is still known may have started."""
    return time.time() - KEPT_SECONDS


def _fail(job: Job, message: str) -> None:
    job.message = message
    job.status = FAILED  # last: readers look at it first


def _status_message(code: str) -> str:
    """``BadDocumentException`` as the service writes it in a StatusMessage: ``BAD_DOCUMENT``."""
    name = code.removesuffix("Exception")
    return "".join(
        f"_{letter}" if number and letter.isupper() else letter
        for number, letter in enumerate(name)
    ).upper()
