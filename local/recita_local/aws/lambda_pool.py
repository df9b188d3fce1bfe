"""How many Lambda functions run at once, and how many stay warm: a laptop has no thousand.

ministack refuses calls above its cap at once, which on AWS happens at 1,000. A machine with a cap
of six would meet throttling in every document; here a call waits instead, and is throttled only
when no slot comes free for a long time. ministack also keeps one process of every function for
ever, 80 MB each; here the least recently used leave when there are many, and all when none works.
"""

from __future__ import annotations

import contextvars
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc
from ministack.services import stepfunctions as sfn

from recita_local.aws.patching import replaced
from recita_local.aws.waiting_line import WaitingLine

MOST_WARM = 20
"""A little above the pipeline's number of functions: fewer, and each document starts them anew."""

START_SECONDS = 1.0
"""What the start of a process takes of a core."""

STARTS = os.cpu_count() or 1
"""Processes that start at a time: more keep each other, and those at work, from the cores."""

LENDING_SECONDS = 30.0
"""How long a process is idle before another function's may take its place."""

IDLE_SECONDS = 600.0
"""After which even the last process of a function leaves."""


CHECK_SECONDS = 1.0
"""How often a task that is over its time is asked whether it only waited."""


class Queueing:
    """How long one task's call has waited for a slot."""

    def __init__(self) -> None:
        self._past = 0.0
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """Up to now."""
        since = self._since
        return self._past + (time.monotonic() - since if since else 0.0)

    def __enter__(self) -> None:
        self._since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._past, self._since = self.seconds, None


_QUEUEING: contextvars.ContextVar[Queueing] = contextvars.ContextVar("queueing")


def apply() -> None:
    """Make calls wait for a slot, and processes leave."""
    line = WaitingLine(lambda_svc._acquire_execution_slot, _has_process)  # noqa: SLF001
    replaced(lambda_svc, "_acquire_execution_slot", lambda _: _queueing(line))
    replaced(lambda_svc, "_release_execution_slot", line.releasing)
    replaced(lambda_svc, "release_worker", _evicting)
    replaced(sfn, "_invoke_resource_with_timeout", _timing_work)


def evict(most: int = MOST_WARM, idle_seconds: float = IDLE_SECONDS) -> int:
    """End idle processes, oldest use first; returns how many."""
    now = time.time()
    with lambda_runtime._lock:  # noqa: SLF001 - the pool has no public interface
        pools = lambda_runtime._workers  # noqa: SLF001 - as above
        idle = sorted(
            ((worker.last_used, key, worker) for key, pool in pools.items() for worker in pool
             if not worker.in_use),
            key=lambda entry: entry[0],
        )  # fmt: skip
        surplus = max(0, sum(map(len, pools.values())) - most)
        doomed = [
            (key, worker)
            for place, (used, key, worker) in enumerate(idle)
            if place < surplus or now - used > idle_seconds
        ]
        for key, worker in doomed:
            pools[key].remove(worker)
    lambda_runtime.kill_workers([worker for _, worker in doomed])
    return len(doomed)


def _queueing(line: WaitingLine) -> Any:
    def acquire(function: dict[str, Any], config: dict[str, Any]) -> Any:
        with _QUEUEING.get(None) or Queueing():
            return line.acquire(function, config)

    return acquire


def _has_process(function: str, waited: float) -> bool:
    """Whether a function has an idle process, or there is room for another.

    As many start at a time as there are cores. The first always has room. Another is worth its
    start when the call has waited for as long as that takes; beyond :data:`MOST_WARM` it takes the
    place of one that has been idle for a while, never of one that is about to be used again.
    """
    with lambda_runtime._lock:  # noqa: SLF001 - the pool has no public interface
        pools = {key: list(pool) for key, pool in lambda_runtime._workers.items()}  # noqa: SLF001
    own = [worker for key, pool in pools.items() if _named(key, function) for worker in pool]
    everyone = [worker for pool in pools.values() for worker in pool]
    if not all(worker.in_use for worker in own):
        return True
    starting = [one for one in everyone if one.in_use and one._cold]  # noqa: SLF001 - as above
    if len(starting) >= STARTS:
        return False
    if not own:
        return True
    limit = time.time() - LENDING_SECONDS
    has_room = len(everyone) < MOST_WARM or any(
        not worker.in_use and worker.last_used < limit for worker in everyone
    )
    return has_room and waited > START_SECONDS


def _named(key: str, function: str) -> bool:
    return key.split(":")[2:3] == [function]


def _timing_work(_: Any) -> Any:
    """A task's ``TimeoutSeconds`` is for its work: on AWS no call waits for a slot."""

    def timed(resource: str, given: Any, timeout: float) -> Any:
        queueing = Queueing()
        context = contextvars.copy_context()
        context.run(_QUEUEING.set, queueing)
        pool = ThreadPoolExecutor(max_workers=1)
        future = pool.submit(context.run, sfn._invoke_resource, resource, given)  # noqa: SLF001
        pool.shutdown(wait=False)
        begun = time.monotonic()
        while (left := timeout + queueing.seconds - (time.monotonic() - begun)) > 0:
            wait([future], timeout=min(left, CHECK_SECONDS))
            if future.done():
                return future.result()
        raise sfn._ExecutionError(  # noqa: SLF001
            "States.Timeout", f"Task timed out after {timeout} seconds"
        )

    return timed


def _evicting(release: Any) -> Any:
    def release_and_evict(worker: Any) -> None:
        release(worker)
        if sum(map(len, list(lambda_runtime._workers.values()))) > MOST_WARM:  # noqa: SLF001
            # Ending a process takes a while, and the caller waits for its reply.
            threading.Thread(target=evict, name="recita-evict", daemon=True).start()

    return release_and_evict
