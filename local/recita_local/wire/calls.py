"""What the laptop's AI services were asked: a short memory for people and tests."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recita_local.wire.plan import Asked
    from recita_local.wire.service import RequestContext

REMEMBERED_CALLS = 1000

VARIABLE = "RECITA_LOCAL_CALL_LOG"
"""File to which every call is appended as a line of JSON; it outlives the laptop."""


@dataclass(frozen=True)
class AnsweredCall:
    """One answered request to a service of ours."""

    service: str
    operation: str
    engine: str
    status: int
    seconds: float
    at: float
    """Unix time at which it was answered."""


class CallLog:
    """The last calls in full and all calls counted; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recent: deque[AnsweredCall] = deque(maxlen=REMEMBERED_CALLS)
        self._counted: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    def add(self, call: AnsweredCall) -> None:
        """Remember one call."""
        name = f"{call.service}.{call.operation}"
        with self._lock:
            self._recent.append(call)
            self._counted[name] += 1
            if call.status >= 400:
                self._failed[name] += 1

    @property
    def kept(self) -> bool:
        """Whether there is a file of calls."""
        return bool(os.environ.get(VARIABLE))

    def write(self, line: dict[str, Any]) -> None:
        """Append a line to the file of calls, if there is one."""
        path = os.environ.get(VARIABLE)
        if path:
            text = json.dumps({"at": round(time.time(), 3), **line}) + "\n"
            with self._lock, Path(path).open("a", encoding="utf-8") as file:
                file.write(text)

    def injected(self, kind: str, asked: Asked) -> None:
        """Note a fault of the lab."""
        self.write({"fault": kind, **asdict(asked)})

    def summary(self) -> dict[str, Any]:
        """Counts by ``service.operation`` and the remembered calls, oldest first."""
        with self._lock:
            return {
                "counted": dict(self._counted),
                "failed": dict(self._failed),
                "recent": [asdict(call) for call in self._recent],
            }


CALLS = CallLog()
"""The log of this process."""


def answered(context: RequestContext, status: int, seconds: float) -> None:
    """Log a call that was answered with an HTTP status."""
    CALLS.add(
        AnsweredCall(
            context.service,
            context.operation,
            context.engine,
            status,
            round(seconds, 4),
            time.time(),
        )
    )
    asked = context.asked
    CALLS.write(
        {
            "service": context.service,
            "operation": context.operation,
            "function": asked.function if asked else "",
            "process": asked.process if asked else "",
            "document": asked.document if asked else "",
            "key": asked.key if asked else "",
            "status": status,
            "lost": context.lost,
            "units": context.units if status < 400 else 0,
        }
    )
