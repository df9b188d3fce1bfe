"""Engines run in processes of their own, so that a busy OCR never stalls the API."""

from __future__ import annotations

import importlib
import multiprocessing as mp
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

TARGETS = {
    "ocr": "recita_local.services.textract.engine:OcrEngine",
    "vision": "recita_local.services.rekognition.engine:VisionEngine",
    "language": "recita_local.services.bedrock.engine:LanguageEngine",
    "translation": "recita_local.services.translate.engine:TranslationEngine",
    "speech": "recita_local.services.polly.engine:SpeechEngine",
}
"""Engine name to the class that its process builds, once, on first use."""

CRASHED = "the engine's process ended before it answered; the next call starts a new one"


class EngineCrashedError(Exception):
    """The engine's process died during a call."""


@dataclass
class Usage:
    """What an engine did since the laptop started; loading counts as busy."""

    calls: int = 0
    busy_seconds: float = 0.0


class EngineHost:
    """One engine in one process; calls are answered one at a time, in order."""

    def __init__(self, target: str) -> None:
        self.usage = Usage()
        self._target = target
        self._lock = threading.Lock()
        self._process: mp.process.BaseProcess | None = None
        self._connection: Connection | None = None

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Run ``method`` of the engine; arguments, result and exceptions are pickled.

        Raises whatever the method raises, and :class:`EngineCrashedError` when the process dies.
        """
        with self._lock:
            connection = self._started()
            try:
                connection.send((method, args, kwargs))
                succeeded, value, seconds = connection.recv()
            except (EOFError, OSError) as error:
                self._stop()
                raise EngineCrashedError(CRASHED) from error
            self.usage.calls += 1
            self.usage.busy_seconds += seconds
        if not succeeded:
            raise value
        return value

    def close(self) -> None:
        """End the engine's process, if it runs."""
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        """Process id while the engine runs."""
        return self._process.pid if self._process else None

    def _started(self) -> Connection:
        if self._connection is not None and self._process and self._process.is_alive():
            return self._connection
        context = mp.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._target, theirs), daemon=True)
        self._process.start()
        theirs.close()  # ours is then the only end: the engine reads EOF and leaves when we die
        return self._connection

    def _stop(self) -> None:
        if self._connection:
            self._connection.close()
        if self._process:
            self._process.terminate()
            self._process.join(timeout=5)
        self._connection = self._process = None


def _serve(target: str, connection: Connection) -> None:
    module, name = target.split(":")
    engine: Any = None
    while True:
        try:
            method, args, kwargs = connection.recv()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        started = time.perf_counter()
        try:
            engine = engine or getattr(importlib.import_module(module), name)()
            reply: tuple[bool, Any] = (True, getattr(engine, method)(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - the caller's process decides what it means
            reply = (False, error)
        connection.send((*reply, time.perf_counter() - started))


_hosts = {name: EngineHost(target) for name, target in TARGETS.items()}


def engine(name: str) -> EngineHost:
    """The host of the named engine."""
    return _hosts[name]


def usage() -> dict[str, Usage]:
    """Calls and busy seconds of every engine."""
    return {name: host.usage for name, host in _hosts.items()}


def close_all() -> None:
    """End every engine's process."""
    for host in _hosts.values():
        host.close()
