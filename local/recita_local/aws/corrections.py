"""Where ministack 1.5.33 differs from AWS in ways that matter here, and how it is put right.

Each correction names what is wrong without it; ``tests/workflow/test_corrections.py`` holds the
behaviour. A correction whose target has moved stops the server rather than being skipped.
"""

from __future__ import annotations

import json
import socketserver
import time
import types
from functools import lru_cache
from typing import Any, TextIO

from ministack.core import lambda_runtime, persistence
from ministack.services import dynamodb, stepfunctions

from recita_local.aws import (
    api_destinations,
    distributed_map,
    events,
    lambda_pool,
    notices,
    state_machines,
)
from recita_local.aws.patching import CorrectionError, replaced

EXECUTION_PAUSE_SECONDS = 0.15
"""ministack waits this long before the first state of every execution."""

LOG_WAIT_SECONDS = (0.008, 0.005, 0.25)
"""For a first log line, for quiet after it, and at most; the first is 50 ms in ministack."""


def apply() -> None:
    """Install every correction, once, before the first request."""
    _answer_at_once()
    _start_executions_at_once()
    _do_not_wait_for_logs()
    _save_at_full_speed()
    _read_conditions_once()
    lambda_pool.apply()
    events.apply()
    api_destinations.apply()
    notices.apply()
    state_machines.apply()
    distributed_map.apply()


def _answer_at_once() -> None:
    """Nagle's algorithm held back every reply of the Lambda runtime API by 40 ms."""
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True
    socketserver.StreamRequestHandler.wbufsize = -1


def _start_executions_at_once() -> None:
    def sleep(seconds: float) -> None:
        if seconds != EXECUTION_PAUSE_SECONDS:
            time.sleep(seconds)

    clock = types.SimpleNamespace(**{**vars(time), "sleep": sleep})
    replaced(stepfunctions, "time", lambda _: clock)


def _do_not_wait_for_logs() -> None:
    """Functions that log nothing waited 50 ms for a line that never came."""
    drain: Any = lambda_runtime.Worker._drain_stderr_bounded  # noqa: SLF001 - no public setting
    if len(drain.__defaults__ or ()) != len(LOG_WAIT_SECONDS):
        raise CorrectionError("Worker._drain_stderr_bounded has other parameters than it had")
    drain.__defaults__ = LOG_WAIT_SECONDS


def _save_at_full_speed() -> None:
    """``json.dump`` encodes in Python; ``json.dumps``, in C, takes a third of its time here."""

    def dump(state: Any, file: TextIO, **options: Any) -> None:
        file.write(json.dumps(state, **options))

    fast = types.SimpleNamespace(**{**vars(json), "dump": dump})
    replaced(persistence, "json", lambda _: fast)


def _read_conditions_once() -> None:
    """A query parsed its condition again for every row that it looked at: 0.1 ms each."""

    def tokenize(read: Any) -> Any:
        known = lru_cache(maxsize=512)(lambda text: tuple(read(text)))
        return lambda text: list(known(text))

    replaced(dynamodb, "_tokenize", tokenize)
    replaced(dynamodb, "_condition_syntax_error", lru_cache(maxsize=512))
