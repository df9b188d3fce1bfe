"""The cage: untrusted bytes are decoded in a child process with hard limits.

A 4 KB PDF can take a parser to 3 GB; the child's death costs one document, never the function.
"""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

from recita.errors import DocumentRejectedError

P = ParamSpec("P")
T = TypeVar("T")

MEGABYTE = 1024 * 1024


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
        result: T = _receive(ours, child.pid or 0, limits)
        return result
    finally:
        ours.close()
        child.kill()
        child.join()


def _receive(ours: Connection, pid: int, limits: Limits) -> Any:
    if not ours.poll(limits.seconds):
        raise DocumentRejectedError("timeout", f"decoding took more than {limits.seconds} s")
    try:
        succeeded, value = ours.recv()
    except (EOFError, OSError):
        raise _died(pid) from None
    if succeeded:
        return value
    code, message = value
    raise DocumentRejectedError(code, message)


def _died(pid: int) -> DocumentRejectedError:
    with contextlib.suppress(ChildProcessError):
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL):
            return DocumentRejectedError("timeout", "decoding used up its CPU time")
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
    with contextlib.suppress(OSError):
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, 1)  # decoders print what they find: keep it out of the logs
        os.dup2(devnull, 2)
