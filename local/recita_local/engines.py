"""Engines run in processes of their own, so that a busy OCR never stalls the API."""

from __future__ import annotations

import importlib
import multiprocessing as mp
import os
import pickle
import signal
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
    "gguf": "recita_local.services.bedrock.gguf:GgufEngine",
    "translation": "recita_local.services.translate.engine:TranslationEngine",
    "speech": "recita_local.services.polly.engine:SpeechEngine",
}
"""Engine name to the class that its process builds, once, on first use."""

VARIABLE = "RECITA_LOCAL_ENGINES"
STUB = "stub"
"""Value of the variable, and name of the engine in manifests: no document is read, seen or spoken,
and every call is answered at once. For measuring and breaking what is around the engines."""

CRASHED = "the engine's process ended before it answered; the next call starts a new one"


ORPHAN_CHECK_SECONDS = 1.0


class EngineCrashedError(Exception):
    """The engine's process died during a call."""


class EngineError(Exception):
    """What an engine raised or returned cannot cross processes; holds its type and text."""


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

        Raises whatever the method raises, :class:`EngineError` in its place where that cannot be
        pickled, and :class:`EngineCrashedError` when the process dies.
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
        """End the engine's process, if it runs; a call under way fails as crashed."""
        process = self._process
        if process is not None:
            process.kill()  # not under the lock: a call holds it for as long as it computes
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
            self._process.kill()  # an engine keeps nothing that a graceful end would save
            self._process.join(timeout=5)
        self._connection = self._process = None


def _serve(target: str, connection: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started the server
    _leave_with_parent(os.getppid())
    module, name = target.split(":")
    engine: Any = None
    while True:
        try:
            method, args, kwargs = connection.recv()
        except (EOFError, OSError):
            return
        started = time.perf_counter()
        try:
            engine = engine or getattr(importlib.import_module(module), name)()
            reply: tuple[bool, Any] = (True, getattr(engine, method)(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - the caller's process decides what it means
            reply = (False, error)
        connection.send_bytes(_pickled(*reply, time.perf_counter() - started))


def _pickled(succeeded: bool, value: Any, seconds: float) -> bytes:  # noqa: FBT001 - a tuple's field
    """The reply as bytes that are known to unpickle: exceptions of libraries often do not."""
    try:
        reply = pickle.dumps((succeeded, value, seconds))
        if not succeeded:
            pickle.loads(reply)  # noqa: S301 - our own bytes
    except Exception as error:  # noqa: BLE001 - pickling runs code of the value's class
        what = "the engine raised" if not succeeded else f"the result does not pickle ({error}):"
        text = f"{what} {type(value).__name__}: {str(value)[:500]}"
        reply = pickle.dumps((False, EngineError(text), seconds))
    return reply


def _leave_with_parent(parent: int) -> None:
    """End this process soon after the server's, even in the middle of a long call."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(ORPHAN_CHECK_SECONDS)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def stubbed() -> bool:
    """Whether the person asked for engines that only pretend."""
    return os.environ.get(VARIABLE) == STUB


def _target(name: str) -> str:
    return f"recita_local.stubs.{name}:Engine" if stubbed() else TARGETS[name]


_hosts = {name: EngineHost(_target(name)) for name in TARGETS}


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
