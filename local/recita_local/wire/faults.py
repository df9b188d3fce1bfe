"""Faults on request: the next calls of an operation answer as a service might, but rarely does."""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from recita_local.wire.service import ServiceError


@dataclass(frozen=True)
class Fault:
    """One error to answer with, for example ``ThrottlingException`` with status 400, or a reply."""

    code: str = ""
    status: int = 400
    reply: dict[str, Any] | None = None
    message: str = "A fault that was asked for."


class Faults:
    """Faults waiting for calls; each is used up by one call. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str], deque[Fault]] = {}

    def plan(self, service: str, operation: str, fault: Fault, times: int = 1) -> None:
        """Let the next ``times`` calls of an operation fail."""
        with self._lock:
            self._waiting.setdefault((service, operation), deque()).extend([fault] * times)

    def clear(self) -> None:
        """Forget every fault that was not used up."""
        with self._lock:
            self._waiting.clear()

    def due(self, service: str, operation: str) -> dict[str, Any] | None:
        """Return the reply that is due for this call, or raise the ServiceError, if any is."""
        with self._lock:
            waiting = self._waiting.get((service, operation))
            fault = waiting.popleft() if waiting else None
        if fault and fault.reply is None:
            raise ServiceError(fault.code, fault.message, fault.status)
        return fault.reply if fault else None

    def request(self, body: bytes) -> dict[str, Any]:
        """Plan what a JSON request asks for; an empty one clears the plan.

        ``{"service": "translate", "operation": "TranslateText", "code": "ThrottlingException",
        "status": 400, "message": "…", "times": 1}``, or ``"reply"``, as the service words it,
        for ``"code"``.
        """
        if not body:
            self.clear()
            return {"planned": 0}
        asked = json.loads(body)
        times = int(asked.get("times", 1))
        reply = asked.get("reply")
        code = "" if reply is not None else str(asked["code"])
        message = str(asked.get("message", Fault.message))
        fault = Fault(code, int(asked.get("status", 400)), reply, message)
        self.plan(str(asked["service"]), str(asked["operation"]), fault, times)
        return {"planned": times}


FAULTS = Faults()
"""The plan of this process."""
