"""Saves what ministack holds in memory: it saves by itself only when it ends in peace.

The same thread lets idle Lambda processes go.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ministack import app
from ministack.core.persistence import save_all
from ministack.services import lambda_svc, stepfunctions

from recita_local.aws import lambda_pool, pruning

EVERY_SECONDS = 2.0
"""What a power cut can cost: DynamoDB, SQS and executions of this window. S3 loses nothing."""

REST = 19.0
"""Pauses are this many times as long as the last save computed: a large state costs a twentieth."""

TRIES = 10
"""Of a copy of a service's state, while the service is at work."""

CLOCK_SECONDS = 1.0
"""File systems tell time less exactly than Python does; saves lie farther apart."""

STAMP = "saved-at"
"""File whose time is when the last whole save began: nothing older than that is missing."""


if TYPE_CHECKING:
    from collections.abc import Callable


class Keeper:
    """A thread that saves all services' state at a steady pace while anything happens.

    ``requests`` counts those that reached ministack so far.
    """

    def __init__(self, requests: Callable[[], int], every_seconds: float = EVERY_SECONDS) -> None:
        self._requests = requests
        self._seen = -1
        self._every = every_seconds
        self._home = _inode()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recita-keeper", daemon=True)

    def start(self) -> None:
        """Begin to save."""
        self._thread.start()

    def stop(self) -> None:
        """Save no more; returns when no save is under way."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        _stamp(time.time())  # ministack has saved when its server ended

    def _run(self) -> None:
        pause = self._every
        while not self._stopped.wait(pause):
            if _inode() != self._home:
                # Somebody removed the home. An orderly end would save, and so make it again;
                # engines and Lambda workers leave when they find this process gone.
                os._exit(0)
            lambda_pool.evict()
            pause = self._every
            if self._is_changed():
                pause = max(pause, REST * _save())

    def _is_changed(self) -> bool:
        """State changes by requests, functions and executions; each is followed by a save."""
        requests, seen = self._requests(), self._seen
        is_busy = lambda_svc.executions_in_flight()[0] > 0 or _has_running_execution()
        self._seen = -1 if is_busy else requests
        return is_busy or requests != seen


def _save() -> float:
    """Save everything; returns the seconds of processor time it took."""
    began, used = time.time(), time.thread_time()
    pruning.prune()
    found, due = app._build_persistence_save_dict(), set[str]()  # noqa: SLF001 - what shutdown calls
    save_all({name: partial(_state, name, get, due) for name, get in found.items()})
    if all(_is_written(name, began) for name in due):
        _stamp(began)
    return time.thread_time() - used


def _state(name: str, get: Callable[[], Any], due: set[str]) -> Any:
    """A service's state; None, which leaves its last one alone, when it can't be had.

    ministack copies it while others change it, which Python notices: then it is copied anew.
    ``due`` gets the names of those whose files must be new afterwards.
    """
    due.add(name)
    for _ in range(TRIES):
        with contextlib.suppress(RuntimeError):
            state = get()
            if state is None:
                due.discard(name)
            return state
    return None


def _is_written(name: str, since: float) -> bool:
    """Whether a service's file is new: ministack only logs what it can't write."""
    path = Path(os.environ["STATE_DIR"]) / f"{name}.json"
    return path.exists() and path.stat().st_mtime > since - CLOCK_SECONDS


def _stamp(at: float) -> None:
    path = Path(os.environ["STATE_DIR"]) / STAMP
    path.touch()
    os.utime(path, (at, at))


def _inode() -> int | None:
    """Which folder the home is; saving would make one of the same name again."""
    home = Path(os.environ["RECITA_HOME"])
    return home.stat().st_ino if home.exists() else None


def _has_running_execution() -> bool:
    executions = stepfunctions._executions.all_values()  # noqa: SLF001 - its API is HTTP only
    return any(execution.get("status") == "RUNNING" for execution in list(executions))
