"""How many Lambda functions run at once, and how many stay warm: a laptop has no thousand.

ministack refuses calls above its cap at once, which on AWS happens at 1,000. A machine with a cap
of six would meet throttling in every document; here a call waits instead, and is throttled only
when no slot comes free for a long time. ministack also keeps one process of every function for
ever, 80 MB each; here the least recently used leave when there are many, and all when none works.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc
from ministack.services import stepfunctions as sfn

from recita_local.aws.patching import replaced

LONGEST_WAIT_SECONDS = 300.0
POLL_SECONDS = 0.02

MOST_WARM = 20
"""A little above the pipeline's number of functions: fewer, and each document starts them anew."""

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
    replaced(lambda_svc, "_acquire_execution_slot", _waiting)
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


def _waiting(acquire: Any) -> Any:
    line: deque[object] = deque()  # first come, first served

    def in_line(function: dict[str, Any], config: dict[str, Any]) -> Any:
        ticket = object()
        line.append(ticket)
        try:
            with _QUEUEING.get(None) or Queueing():
                deadline = time.monotonic() + LONGEST_WAIT_SECONDS
                slot, limit = None, "account"
                while slot is None and limit == "account" and time.monotonic() < deadline:
                    if line[0] is ticket:
                        slot, limit = acquire(function, config)
                    if slot is None and limit == "account":
                        time.sleep(POLL_SECONDS)
                return slot, limit
        finally:
            line.remove(ticket)

    return in_line


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
