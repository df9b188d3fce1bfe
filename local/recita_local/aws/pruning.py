# ruff: noqa: SLF001 - ministack has no public interface to what it remembers
"""Lets go of what ministack would remember for ever: a laptop that works all day must not grow.

AWS keeps an execution's history for 90 days and logs for as long as their group says. Here the
newest of both stay, which is what people look at; names, inputs, outputs and statuses of all
executions stay, because a name may be used only once.
"""

from __future__ import annotations

from typing import Any

from ministack.services import cloudwatch_logs, eventbridge
from ministack.services import stepfunctions as sfn

MOST_HISTORIES = 300
"""Ended executions that can still be looked at state by state; each takes 12 KB."""

MOST_STREAMS = 2000
"""Log streams of a group; every invocation of a function has one of its own, 1 KB each."""

MOST_EVENTS = 1000
"""Events of all buses that ministack lists for its own tests."""


def prune(histories: int = MOST_HISTORIES, streams: int = MOST_STREAMS) -> None:
    """Forget the oldest of each kind."""
    _forget_histories(histories)
    for group in list(cloudwatch_logs._log_groups.all_values()):
        _forget_streams(group["streams"], streams)
    for events in list(eventbridge._events_log.all_values()):
        del events[:-MOST_EVENTS]


def _forget_histories(most: int) -> None:
    kept = [
        execution
        for execution in list(sfn._executions.all_values())
        if execution.get("status") != "RUNNING" and len(execution.get("events", ())) > 1
    ]
    for execution in kept[: max(0, len(kept) - most)]:
        execution["events"] = execution["events"][:1]


def _forget_streams(found: dict[str, Any], most: int) -> None:
    for name in list(found)[: max(0, len(found) - most)]:
        found.pop(name, None)
