"""`recita invoke`: a handler under the real Lambda runtime client."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from recita_cli import functions, target
from recita_cli.console import CliError
from recita_cli.functions import Function, folder_of, logical_id
from recita_cli.invoke import call
from recita_cli.main import app
from recita_cli.runtime_api import Reply
from typer.testing import CliRunner

ARN = "arn:aws:lambda:eu-west-1:000000000000:function:echo"
LAPTOP = target.Target(
    outputs={"StateMachineArn": "arn:aws:states:eu-west-1:0:stateMachine:x"},
    endpoint_url="http://127.0.0.1:1",
)
HANDLER = """
import os, sys, time

class TooHotError(Exception):
    pass

def lambda_handler(event, context):
    print("log line")
    if event.get("do") == "raise":
        raise TooHotError("42 degrees")
    if event.get("do") == "exit":
        os._exit(3)
    if event.get("do") == "sleep":
        time.sleep(30)
    return {"event": event, "id": context.aws_request_id, "arn": context.invoked_function_arn,
            "left": context.get_remaining_time_in_millis(), "env": dict(os.environ)}
"""


@pytest.fixture
def echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Function:
    (tmp_path / "echo").mkdir()
    (tmp_path / "echo" / "app.py").write_text(HANDLER)
    monkeypatch.setattr(functions, "source_root", lambda: tmp_path)
    return Function("echo", ARN, timeout=20, variables={"TABLE_NAME": "documents"})


def invoke(function: Function, event: dict[str, Any]) -> Reply:
    return call(LAPTOP, function, json.dumps(event).encode())


def test_the_handler_gets_event_and_context(echo: Function) -> None:
    reply = invoke(echo, {"name": "ção"})

    assert reply.error is None
    assert reply.payload["event"] == {"name": "ção"}
    assert reply.payload["arn"] == ARN
    assert 15_000 < reply.payload["left"] <= 20_000


def test_the_handler_sees_the_stacks_environment_and_no_secrets_of_this_machine(
    echo: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the real one")
    monkeypatch.setenv("MY_TOKEN", "secret")

    seen = invoke(echo, {}).payload["env"]

    assert seen["TABLE_NAME"] == "documents"
    assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert seen["AWS_REGION"] == "eu-west-1"
    assert seen["AWS_SECRET_ACCESS_KEY"] == "local"
    assert "MY_TOKEN" not in seen


def test_an_exception_keeps_its_class_name(echo: Function) -> None:
    reply = invoke(echo, {"do": "raise"})

    assert reply.error is not None
    assert reply.error["errorType"] == "TooHotError"
    assert reply.error["errorMessage"] == "42 degrees"


def test_an_error_while_importing_is_reported(echo: Function, tmp_path: Path) -> None:
    (tmp_path / "echo" / "app.py").write_text("import no_such_module_anywhere")

    reply = invoke(echo, {})

    assert reply.error is not None
    assert reply.error["errorType"] == "Runtime.ImportModuleError"


def test_a_process_that_dies_is_reported(echo: Function) -> None:
    assert (invoke(echo, {"do": "exit"}).error or {})["errorType"] == "Runtime.ExitError"


def test_a_handler_is_stopped_at_its_timeout(echo: Function) -> None:
    hasty = replace(echo, timeout=1)
    started = time.monotonic()

    reply = invoke(hasty, {"do": "sleep"})

    assert (reply.error or {})["errorType"] == "Sandbox.Timedout"
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("name", ["read_pages", "read-pages", "ReadPagesFunction", "ReadPages"])
def test_a_function_answers_to_folder_and_logical_id(name: str) -> None:
    assert folder_of(name) == "read_pages"
    assert logical_id("read_pages") == "ReadPagesFunction"


def test_an_unknown_function_names_the_known_ones() -> None:
    with pytest.raises(CliError, match="no function 'paint_house'") as caught:
        folder_of("paint_house")
    assert "read_pages" in caught.value.fix
    assert caught.value.code == 2


@pytest.mark.parametrize("content", [None, "not json"])
def test_an_event_that_cannot_be_read_is_a_usage_error(tmp_path: Path, content: str | None) -> None:
    event = tmp_path / "event.json"
    if content:
        event.write_text(content)

    result = CliRunner().invoke(app, ["invoke", "read_pages", "-e", str(event)])

    assert result.exit_code == 2


def test_reply_on_stdout_and_log_on_stderr(echo: Function, tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from recita_cli import functions, target
from recita_cli.functions import Function
from recita_cli.invoke import invoke
import contextlib
functions.source_root = lambda: Path({str(tmp_path)!r})
functions.configured = lambda where, folder: Function(folder, {ARN!r}, timeout=20)
target.ensured = lambda stack_name, port: contextlib.nullcontext(
    target.Target({dict(LAPTOP.outputs)!r}, "http://127.0.0.1:1"))
import typer
app = typer.Typer()
app.command()(invoke)
app()
"""
    assert echo.folder == "echo"
    answers = {
        do: subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-c", script, "echo", "-e", "-", "--json"],
            input=json.dumps({"do": do}).encode(),
            capture_output=True,
            check=False,
        )
        for do in ("return", "raise")
    }

    assert json.loads(answers["return"].stdout)["reply"]["event"] == {"do": "return"}
    assert answers["return"].returncode == 0
    assert b"log line" in answers["return"].stderr
    assert json.loads(answers["raise"].stdout)["error"]["errorType"] == "TooHotError"
    assert answers["raise"].returncode == 1
    assert b"TooHotError: 42 degrees" in answers["raise"].stderr
    assert b"\r" not in answers["raise"].stderr
