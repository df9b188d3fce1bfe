"""The cage: untrusted bytes are decoded in a child process with hard limits.

A 4 KB PDF can take a parser to 3 GB; the child's death costs one document, never the function.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import multiprocessing as mp
import os
import resource
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum, IntEnum
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, ParamSpec, TypeVar

from recita.errors import DocumentRejectedError

P = ParamSpec("P")
T = TypeVar("T")

MEGABYTE = 1024 * 1024
BOMB = "decompression-bomb"


class Sent(Enum):
    """What the child sends: its items, then how it ended."""

    ITEM = "item"
    REJECTION = "rejection"
    END = "end"


class Death(IntEnum):
    """Exit codes of a child that a signal ended; the kernel's memory killer sends SIGKILL."""

    CPU_TIME = -signal.SIGXCPU
    OUT_OF_MEMORY = -signal.SIGKILL
    # C++ libraries end the process themselves when an allocation fails.
    ABORTED = -signal.SIGABRT
    TRAPPED = -signal.SIGTRAP
    ILLEGAL = -signal.SIGILL


@dataclass(frozen=True)
class Limits:
    """What a decoder may use: seconds of clock for each item, and bytes of memory it may add.

    ``cpu_seconds`` for all items together are as many as ``seconds`` unless given.
    """

    seconds: int = 60
    cpu_seconds: int | None = None
    memory: int = 1024 * MEGABYTE


def run(limits: Limits, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``function`` in a child process under ``limits`` and return its (pickled) result.

    Raises DocumentRejectedError: as raised by ``function``; ``timeout`` when the clock or the CPU
    limit ends it; ``decompression-bomb`` when it runs out of memory; ``corrupt`` for any other end,
    since a decoder that fails on a file can't read it.
    """

    def once() -> Iterator[T]:
        yield function(*args, **kwargs)

    with closing(stream(limits, once)) as items:
        return next(items)


def stream(
    limits: Limits, function: Callable[P, Iterable[T]], *args: P.args, **kwargs: P.kwargs
) -> Generator[T]:
    """Run ``function`` in a child process and yield its items one by one, as they are made.

    Neither side ever holds them all. Raises as :func:`run` does, after the items that were made
    before the child's end; the clock begins anew with each item.
    """
    context = mp.get_context("fork")  # spawn would import the decoder anew for each document
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_serve, args=(theirs, limits, function, args, kwargs))
    child.start()
    theirs.close()
    try:
        yield from _received(ours, child, limits)
    finally:
        ours.close()
        child.kill()
        child.join()


def _received(ours: Connection, child: BaseProcess, limits: Limits) -> Iterator[Any]:
    while True:
        if not ours.poll(limits.seconds):
            raise DocumentRejectedError("timeout", f"decoding took more than {limits.seconds} s")
        try:
            kind, value = ours.recv()
        except (EOFError, OSError):
            raise _died(child) from None
        if kind is Sent.END:
            return
        if kind is Sent.REJECTION:
            raise DocumentRejectedError(*value)
        yield value


def _died(child: BaseProcess) -> DocumentRejectedError:
    child.join()
    match child.exitcode:
        case Death.CPU_TIME:
            return DocumentRejectedError("timeout", "decoding used up its CPU time")
        case Death.OUT_OF_MEMORY | Death.ABORTED | Death.TRAPPED | Death.ILLEGAL:
            return DocumentRejectedError(BOMB, "decoding exhausted the memory")
    return DocumentRejectedError("corrupt", "the decoder ended without an answer")


def _serve(
    theirs: Connection,
    limits: Limits,
    function: Callable[..., Iterable[Any]],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    _confine(limits)
    last: tuple[Sent, Any] = (Sent.END, None)
    try:
        for item in function(*args, **kwargs):
            theirs.send((Sent.ITEM, item))
    except DocumentRejectedError as error:
        last = (Sent.REJECTION, (error.code, str(error)))
    except MemoryError:
        last = (Sent.REJECTION, (BOMB, "decoding needs more memory than a document may"))
    except BaseException as error:  # noqa: BLE001 - decoders raise anything on fuzzed input
        # The name only: messages of decoders quote the document.
        last = (Sent.REJECTION, ("corrupt", f"the decoder failed with {type(error).__name__}"))
    theirs.send(last)
    theirs.close()
    os._exit(0)  # no atexit handlers of the parent's copy


def _confine(limits: Limits) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    faulthandler.disable()  # it writes to where the parent's errors go
    seconds = limits.cpu_seconds or limits.seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - proc, not a path
            used = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + limits.memory,) * 2)
    sys.setrecursionlimit(2000)
    _silence()


def _silence() -> None:
    """Decoders print and log what they find: keep it out of the function's logs."""
    logging.disable(logging.CRITICAL)
    with contextlib.suppress(OSError):
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, 1)
        os.dup2(devnull, 2)
        sys.stdout = sys.stderr = os.fdopen(devnull, "w")
