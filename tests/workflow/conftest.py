"""Laptop stacks for tests: each in a folder and on a port of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from recita_local import deploy, stack
from recita_local.aws import settings
from recita_local.clients import client

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = Path(__file__).parent / "stack_app" / "template.yaml"

STOCK = (
    "from recita_local import server; from recita_local.aws import corrections;"
    "corrections.apply = lambda: None; server.main()"
)
"""Our server with ministack as it comes."""


class Laptop:
    """A running stack with the tests' app deployed to it."""

    def __init__(self, running: stack.Stack) -> None:
        self.stack = running
        self.outputs = running.outputs

    def client(self, service: str) -> Any:
        return client(service, self.stack.endpoint_url)

    def start(self, definition: dict[str, Any], given: Any = None) -> str:
        """Start a state machine made of a definition; returns the execution's ARN."""
        machines = self.client("stepfunctions")
        name = f"probe-{time.time_ns()}"
        body = json.dumps({"QueryLanguage": "JSONata", **definition})
        role = "arn:aws:iam::000000000000:role/probe"
        made = machines.create_state_machine(name=name, definition=body, roleArn=role)
        started = machines.start_execution(
            stateMachineArn=made["stateMachineArn"], input=json.dumps(given or {})
        )
        return str(started["executionArn"])

    def finished(self, execution: str, seconds: float = 15.0) -> dict[str, Any]:
        """The execution once it has ended."""
        machines, deadline = self.client("stepfunctions"), time.monotonic() + seconds
        while True:
            found: dict[str, Any] = machines.describe_execution(executionArn=execution)
            if found["status"] != "RUNNING" or time.monotonic() > deadline:
                return found
            time.sleep(0.02)

    def row(self, key: str, seconds: float = 10.0) -> dict[str, Any] | None:
        """What the app recorded of an upload, once it has."""
        table, deadline = self.outputs["TableName"], time.monotonic() + seconds
        item: dict[str, Any] | None = None
        while item is None and time.monotonic() < deadline:
            found = self.client("dynamodb").get_item(TableName=table, Key={"id": {"S": key}})
            item = found.get("Item")
            time.sleep(0.05)
        return item

    def run(self, definition: dict[str, Any], given: Any = None) -> dict[str, Any]:
        return self.finished(self.start(definition, given))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((settings.HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """The stack as people get it."""
    home = tmp_path_factory.mktemp("laptop")
    running = stack.start(home, port=free_port(), template=APP)
    yield Laptop(running)
    stack.stop(home)


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """The same without our corrections."""
    home, port = tmp_path_factory.mktemp("stock"), free_port()
    (home / "tmp").mkdir()
    endpoint = f"http://{settings.HOST}:{port}"
    environment = settings.server_environment(home, port)
    process = subprocess.Popen([sys.executable, "-c", STOCK], env=environment, cwd=home)  # noqa: S603
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((settings.HOST, port)):
            break
        time.sleep(0.05)
    outputs = deploy.deploy(endpoint, APP).outputs
    yield Laptop(stack.Stack(endpoint, process.pid, outputs, home))
    os.kill(process.pid, signal.SIGTERM)
    process.wait(15)


@pytest.fixture
def unused_port() -> int:
    return free_port()
