"""The cage: untrusted bytes are decoded in a child process with hard limits.

A 4 KB PDF can take a parser to 3 GB; the child's death costs one document, never the function.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing as mp
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, ParamSpec, TypeVar

from recita.errors import DocumentRejectedError

P = ParamSpec("P")
T = TypeVar("T")

MEGABYTE = 1024 * 1024


class Death(IntEnum):
    """Exit codes of a child that a signal ended; the kernel's memory killer sends SIGKILL."""

    CPU_TIME = -signal.SIGXCPU
    OUT_OF_MEMORY = -signal.SIGKILL


@dataclass(frozen=True)
class Limits:
    """What a decoder may use: seconds of clock and CPU, and bytes of address space it may add."""

    seconds: int = 60
    memory: int = 1024 * MEGABYTE


def run(limits: Limits, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``function`` in a child process under ``limits`` and return its (pickled) result.

    Raises DocumentRejectedError: as raised by ``function``; ``timeout`` when the clock or the CPU
    limit ends it; ``decompression-bomb`` when it runs out of memory; ``corrupt`` for any other end,
    since a decoder that fails on a file can't read it.
    """
    context = mp.get_context("fork")  # spawn would import the decoder anew for each document
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_serve, args=(theirs, limits, function, args, kwargs))
    child.start()
    theirs.close()
    try:
        result: T = _receive(ours, child, limits)
        return result
    finally:
        ours.close()
        child.kill()
        child.join()


def _receive(ours: Connection, child: BaseProcess, limits: Limits) -> Any:
    if not ours.poll(limits.seconds):
        raise DocumentRejectedError("timeout", f"decoding took more than {limits.seconds} s")
    try:
        succeeded, value = ours.recv()
    except (EOFError, OSError):
        raise _died(child) from None
    if succeeded:
        return value
    code, message = value
    raise DocumentRejectedError(code, message)


def _died(child: BaseProcess) -> DocumentRejectedError:
    child.join()
    match child.exitcode:
        case Death.CPU_TIME:
            return DocumentRejectedError("timeout", "decoding used up its CPU time")
        case Death.OUT_OF_MEMORY:
            return DocumentRejectedError("decompression-bomb", "decoding exhausted the memory")
    return DocumentRejectedError("corrupt", "the decoder ended without an answer")


def _serve(
    theirs: Connection,
    limits: Limits,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    _confine(limits)
    reply: tuple[bool, Any]
    try:
        reply = (True, function(*args, **kwargs))
    except DocumentRejectedError as error:
        reply = (False, (error.code, str(error)))
    except MemoryError:
        reply = (False, ("decompression-bomb", "decoding needs more memory than a document may"))
    except BaseException as error:  # noqa: BLE001 - decoders raise anything on fuzzed input
        # The name only: messages of decoders quote the document.
        reply = (False, ("corrupt", f"the decoder failed with {type(error).__name__}"))
    theirs.send(reply)
    theirs.close()
    os._exit(0)  # no atexit handlers of the parent's copy


def _confine(limits: Limits) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
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
