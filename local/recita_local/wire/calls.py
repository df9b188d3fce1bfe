"""What the laptop's AI services were asked: a short memory for people and tests."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

REMEMBERED_CALLS = 1000


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


def answered(service: str, operation: str, engine: str, outcome: tuple[int, float]) -> None:
    """Log a call with its ``(status, seconds)``."""
    status, seconds = outcome
    CALLS.add(AnsweredCall(service, operation, engine, status, round(seconds, 4), time.time()))
