"""The laptop stack as a service: start, stop, look."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from recita_local import artifacts
from recita_local import deploy as deployer
from recita_local import server_record as server
from recita_local.aws import settings
from recita_local.clients import client
from recita_local.server_record import ServerRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CHECKOUT = Path(__file__).resolve().parents[2]
TEMPLATE = CHECKOUT / "template.yaml"
DEFAULT_PORT = 4599
READY_SECONDS = 60.0
STOP_SECONDS = 15.0
PORT_SECONDS = 2.0
"""A killed server's port is free only when the last of its threads is gone."""
POLL_SECONDS = 0.05
LOG_TAIL = 2000


class StackError(RuntimeError):
    """The laptop stack cannot do what was asked; the message says what to do about it."""


@dataclass(frozen=True)
class Stack:
    """A laptop stack that answers."""

    endpoint_url: str
    pid: int
    outputs: dict[str, str]
    home: Path


def default_home() -> Path:
    """``$RECITA_HOME``, else ``.recita`` in the checkout."""
    return Path(os.environ.get("RECITA_HOME") or CHECKOUT / ".recita").resolve()


def default_port() -> int:
    """``$RECITA_PORT``, else 4599."""
    return int(os.environ.get("RECITA_PORT") or DEFAULT_PORT)


def _port(previous: ServerRecord | None) -> int:
    """A stack stays where it was, unless asked: addresses that people keep hold the port."""
    asked = bool(os.environ.get("RECITA_PORT"))
    return previous.port if previous and not asked else default_port()


def running(home: Path | None = None) -> Stack | None:
    """The stack of this home if it is alive, healthy and ours."""
    home = (home or default_home()).resolve()
    record = server.load(home)
    if record is None or not server.is_alive(record) or not server.is_healthy(record, home):
        return None
    return Stack(record.endpoint, record.pid, record.outputs, home)


def start(
    home: Path | None = None,
    *,
    port: int | None = None,
    parameters: Mapping[str, str] | None = None,
    on_progress: Callable[[str], None] | None = None,
    template: Path = TEMPLATE,
) -> Stack:
    """Start the server unless it runs, and deploy whatever changed since the last time.

    ``parameters`` stay from one start to the next until others are given.
    Raises :class:`StackError` and :class:`~recita_local.deploy.DeployError`.
    """
    home = (home or default_home()).resolve()
    tell = on_progress or (lambda _: None)
    with _one_at_a_time(home):
        record = previous = server.load(home)
        given = parameters if parameters is not None else previous.parameters if previous else {}
        new = record is None or running(home) is None or record.code != _code()
        if record is None or new:
            stop(home)  # old code, or alive without answering: either would keep the port
            tell("starting the laptop's AWS")
            record = _spawn(home, port or _port(previous), previous)
        _deploy(record, home, template, (dict(given), tell))
        _warm(record, template)
        if new:
            _sweep(record)
    return Stack(record.endpoint, record.pid, record.outputs, home)


def stop(home: Path | None = None) -> bool:
    """End the server and everything it started; False when none ran."""
    home = (home or default_home()).resolve()
    record = server.load(home)
    if record is None or not server.is_alive(record):
        return False
    os.kill(record.pid, signal.SIGTERM)
    if not server.ends(record, STOP_SECONDS):
        os.kill(record.pid, signal.SIGKILL)
        server.ends(record, STOP_SECONDS)
    return True


def reset(home: Path | None = None) -> None:
    """Stop the stack and delete everything it kept."""
    home = (home or default_home()).resolve()
    stop(home)
    for name in ("state", "tmp"):
        shutil.rmtree(home / name, ignore_errors=True)
    for name in ("stack.json", "server.log", "start.lock"):
        (home / name).unlink(missing_ok=True)


def credentials_environment(stack: Stack) -> dict[str, str]:
    """Variables with which any AWS SDK or tool talks to the laptop; the keys are dummies."""
    return {
        "AWS_ENDPOINT_URL": stack.endpoint_url,
        "AWS_DEFAULT_REGION": settings.REGION,
        "AWS_REGION": settings.REGION,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }


@contextlib.contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """Two commands given at once start one stack."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _deploy(
    record: ServerRecord,
    home: Path,
    template: Path,
    how: tuple[dict[str, str], Callable[[str], None]],
) -> None:
    parameters, tell = how
    digest = deployer.source_digest(template, parameters)
    if digest == record.digest:
        return
    tell(f"deploying {template.name}")
    record.outputs = deployer.deploy(record.endpoint, template, parameters).outputs
    record.digest, record.parameters = digest, parameters
    server.save(home, record)


def _warm(record: ServerRecord, template: Path) -> None:
    """Let functions start in the background; those that run already are left alone."""
    names = deployer.functions(record.endpoint, template)
    body = json.dumps({"functions": names}).encode()
    with urllib.request.urlopen(f"{record.endpoint}/_recita/warm", body, timeout=5):  # noqa: S310
        return


def _sweep(record: ServerRecord) -> None:
    """Let the application look for what the last server lost, without waiting for its schedule."""
    name = record.outputs.get("SweepFunctionName")
    if name:
        client("lambda", record.endpoint).invoke(
            FunctionName=name, InvocationType="Event", Payload=b'{"grace_seconds": 0}'
        )


def _spawn(home: Path, port: int, previous: ServerRecord | None) -> ServerRecord:
    _refuse_taken(port)
    shutil.rmtree(home / "tmp", ignore_errors=True)
    (home / "tmp").mkdir(parents=True)
    (home / "state").mkdir(exist_ok=True)
    if previous is not None and previous.port != port:
        previous = _moved(home, previous, port)
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "recita_local.server"],
            env=settings.server_environment(home, port),
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    record = ServerRecord(process.pid, server.identity(process.pid) or "", port, _code())
    if previous is not None:  # the state on disk is what was deployed to it
        record.digest, record.outputs = previous.digest, previous.outputs
        record.parameters = previous.parameters
    server.save(home, record)
    _await_health(process, record, home)
    return record


def _moved(home: Path, previous: ServerRecord, port: int) -> ServerRecord:
    """Give what was saved its new address: queues are known by their URL, which holds the port."""
    there, here = (f"//{settings.HOST}:{number}/" for number in (previous.port, port))
    for file in (home / "state").glob("*.json"):
        saved = file.read_bytes()
        if there.encode() in saved:
            file.write_bytes(saved.replace(there.encode(), here.encode()))
    outputs = {name: text.replace(there, here) for name, text in previous.outputs.items()}
    return replace(previous, port=port, outputs=outputs)


def _await_health(process: subprocess.Popen[bytes], record: ServerRecord, home: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not server.is_healthy(record, home):
        late = time.monotonic() > deadline
        if process.poll() is None and not late:
            time.sleep(POLL_SECONDS)
            continue
        if late:
            process.kill()
        log = home / "server.log"
        tail = log.read_text("utf-8", "replace")[-LOG_TAIL:].strip()
        what = f"is not ready after {READY_SECONDS:.0f} s" if late else "ended while starting"
        raise StackError(f"The laptop's server {what}. The end of {log}:\n{tail}")


def _code() -> str:
    """Changes when the server's source does: whoever edits an engine gets the edited one."""
    return artifacts.folder_digest(Path(__file__).parent)


def _refuse_taken(port: int) -> None:
    deadline = time.monotonic() + PORT_SECONDS
    while not _is_free(port):
        if time.monotonic() > deadline:
            raise StackError(
                f"Port {port} on {settings.HOST} belongs to another program. "
                "Stop it, or choose another port: RECITA_PORT=4600."
            )
        time.sleep(POLL_SECONDS)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, port))
        except OSError:
            return False
    return True
