"""Calls of functions that wait for a slot: woken, not polling, and led to processes that are warm.

A hundred documents in flight have a hundred calls waiting; were each to look every few
milliseconds, looking would cost more than the functions. And were they served in the order they
came, all documents would be in the same step at a time, its function's processes taking the place
of the next one's: so the document that began first goes first, and others are elsewhere meanwhile.
"""

from __future__ import annotations

import contextvars
import threading
import time
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LONGEST_WAIT_SECONDS = 300.0
"""After which a call is throttled."""

LOOK_SECONDS = 0.5
"""How often a call that nobody woke looks for itself."""

Slot = tuple[Any, Any]
"""A slot and None, or None and the limit that was met: ``account`` or ``function``."""


BEGUN: contextvars.ContextVar[float] = contextvars.ContextVar("begun", default=0.0)
"""When the execution began that this thread works for; what works for none goes first."""


@dataclass(eq=False)
class _Ticket:
    function: dict[str, Any]
    config: dict[str, Any]
    since: float = field(default_factory=time.monotonic)
    begun: float = field(default_factory=BEGUN.get)
    called: threading.Event = field(default_factory=threading.Event)
    slot: Slot = (None, "account")


class WaitingLine:
    """Those who wait for one of the account's slots; safe to use from any thread.

    ``take`` returns a slot or the limit that was met, at once; ``has_process`` says whether a
    function has an idle process, or may have another for a call that waited so many seconds.
    """

    def __init__(
        self, take: Callable[..., Slot], has_process: Callable[[str, float], bool]
    ) -> None:
        self._take = take
        self._has_process = has_process
        self._lock = threading.Lock()
        self._tickets: list[_Ticket] = []

    def acquire(self, function: dict[str, Any], config: dict[str, Any]) -> Slot:
        """Return a slot as soon as one is free for this call, or the limit that stays met."""
        ticket = _Ticket(function, config)
        with self._lock:
            insort(self._tickets, ticket, key=lambda one: (one.begun, one.since))
            self._call_next()
        while not ticket.called.wait(min(LOOK_SECONDS, LONGEST_WAIT_SECONDS)):
            if time.monotonic() - ticket.since > LONGEST_WAIT_SECONDS:
                break
            with self._lock:
                self._call_next()
        with self._lock:
            if ticket in self._tickets:
                self._tickets.remove(ticket)
        return ticket.slot

    def releasing(self, release: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return ``release`` with the next in line called after it."""

        def released(slot: Any) -> None:
            release(slot)
            with self._lock:
                self._call_next()

        return released

    def _call_next(self) -> None:
        while ticket := self._next():
            ticket.slot = self._take(ticket.function, ticket.config)
            if ticket.slot == (None, "account"):
                return
            self._tickets.remove(ticket)
            ticket.called.set()

    def _next(self) -> _Ticket | None:
        ready: dict[str, bool] = {}
        for ticket in self._tickets:
            name = str(ticket.config.get("FunctionName"))
            if name not in ready:
                ready[name] = self._has_process(name, time.monotonic() - ticket.since)
            if ready[name]:
                return ticket
        return None
