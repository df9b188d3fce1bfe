"""``recita invoke``: one handler, one event, no container."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from recita_cli import exits, options
from recita_cli.console import CliError, command, emit, say

if TYPE_CHECKING:
    from recita_cli.functions import Function
    from recita_cli.runtime_api import Reply
    from recita_cli.target import Target

POLL_SECONDS = 0.05
LOG_SECONDS = 1.0
"""How long a child of the function may hold its log open after the function's end."""
STDIN = "-"

Name = Annotated[str, typer.Argument(metavar="FUNCTION", help="read_pages or ReadPagesFunction.")]
Event = Annotated[str, typer.Option("--event", "-e", help="JSON file with the event; - for stdin.")]


@command
def invoke(
    function: Name,
    event: Event,
    *,
    port: options.Port = None,
    as_json: options.Json = False,
) -> None:
    """Run one handler on an event, without a container.

    The real Lambda runtime client calls it, as in AWS.

    The handler gets the environment that the laptop stack's template gives it and reaches AWS at
    the laptop. Its reply goes to standard output, its log to standard error; an error of the
    function ends with exit code 1. --json prints {"reply", "error"} on one line.

    Starts the laptop stack when none runs and leaves it up.

    \b
    recita invoke inspect_document -e events/inspect_document.born-digital-pdf.json
    """  # noqa: D301 - \b keeps the examples' lines apart
    from recita_cli import functions, target  # noqa: PLC0415 - pydantic costs 100 ms

    folder = functions.folder_of(function)
    body = _read(event)
    with target.ensured(None, port) as where:
        reply = call(where, functions.configured(where, folder), body)
    if as_json:
        emit({"reply": reply.payload, "error": reply.error})
    elif not reply.error:
        typer.echo(json.dumps(reply.payload, ensure_ascii=False, indent=2))
    if reply.error:
        raise CliError(_words(folder, reply.error))


def call(target: Target, function: Function, event: bytes) -> Reply:
    """Run the function's handler once, in a process of its own, for at most its timeout."""
    from recita_cli import functions, runtime_api  # noqa: PLC0415

    invocation = runtime_api.Invocation(event, function.arn, function.timeout)
    with runtime_api.RuntimeApi(invocation) as api:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, a handler of this checkout
            [sys.executable, "-m", "awslambdaric", function.handler],
            env=functions.environment(target, function, api.address),
            cwd=functions.source_root(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # Lambda logs what a function prints
            stderr=subprocess.STDOUT,
        )
        log = threading.Thread(target=_copy_log, args=(process.stdout,), daemon=True)
        log.start()
        try:
            return _wait(api, process, function.timeout)
        finally:
            process.kill()
            process.wait()
            log.join(LOG_SECONDS)


def _copy_log(log: IO[bytes]) -> None:
    for line in log:
        # The runtime client writes a traceback as one CloudWatch event, its lines split by \r.
        say(line.decode("utf-8", "replace").replace("\r", "\n").rstrip("\n"))


def _wait(api: Any, process: subprocess.Popen[bytes], timeout: int) -> Reply:
    from recita_cli.runtime_api import Reply  # noqa: PLC0415

    for _ in range(int(timeout / POLL_SECONDS)):
        if api.answered.wait(POLL_SECONDS):
            return Reply(api.reply.payload, api.reply.error)
        if process.poll() is not None and not api.answered.is_set():
            message = f"the function's process ended with exit code {process.returncode}"
            return Reply(error={"errorType": "Runtime.ExitError", "errorMessage": message})
    message = f"no reply within the function's timeout of {timeout} s"
    return Reply(error={"errorType": "Sandbox.Timedout", "errorMessage": message})


def _read(event: str) -> bytes:
    try:
        body = sys.stdin.buffer.read() if event == STDIN else Path(event).read_bytes()
        json.loads(body)
    except OSError as error:
        raise CliError(f"the event can't be read: {error}", "check -e", exits.USAGE) from error
    except ValueError as error:
        raise CliError(f"{event} is not JSON: {error}", "check -e", exits.USAGE) from error
    return body


def _words(folder: str, error: dict[str, Any]) -> str:
    kind = error.get("errorType", "an error without a type")
    return f"{folder} ended with {kind}: {error.get('errorMessage', 'no message')}"
