"""The laptop stack as a service: it deploys, remembers, restarts, ends, and says what is wrong."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from recita_local import deploy, stack
from recita_local.clients import client
from recita_local.server_record import identity

from tests.workflow.conftest import Laptop

pytestmark = pytest.mark.stack

APP = Path(__file__).parent / "stack_app"
EVENT_KEY = "pasta/relatório de março #1 + anexo.pdf"


def get(url: str, **headers: str) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request) as reply:  # noqa: S310
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def descendants(pid: int) -> set[int]:
    """Process ids below one, by /proc."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
    found, edge = set(), {pid}
    while edge:
        edge = {child for child, parent in parents.items() if parent in edge}
        found |= edge
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that run; what ended and only waits for its parent to look counts as gone."""
    return {pid for pid in pids if identity(pid) is not None}


@pytest.fixture(autouse=True)
def _unchanged_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever edits the server while tests run does not restart their stacks."""
    monkeypatch.setattr(stack, "_code", lambda: "the code of this test run")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The tests' app where a test may change it."""
    shutil.copytree(APP, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "app" / "template.yaml"


def test_the_state_machine_runs_its_function(laptop: Laptop) -> None:
    machines = laptop.client("stepfunctions")
    started = machines.start_execution(
        stateMachineArn=laptop.outputs["MachineArn"], input=json.dumps({"a": "é"})
    )
    found = laptop.finished(started["executionArn"])
    assert found["status"] == "SUCCEEDED"
    assert json.loads(found["output"]) == {"event": {"a": "é"}, "greeting": "hello"}


def test_an_upload_reaches_its_function_with_key_and_version(laptop: Laptop) -> None:
    bucket = laptop.outputs["InputBucketName"]
    put = laptop.client("s3").put_object(Bucket=bucket, Key=EVENT_KEY, Body=b"12345")
    item = laptop.row(EVENT_KEY)
    assert item, "the event did not arrive, or with another key"
    detail = json.loads(item["detail"]["S"])
    assert detail["bucket"]["name"] == bucket
    assert detail["object"]["key"] == EVENT_KEY
    assert detail["object"]["size"] == 5
    assert detail["object"]["version-id"] == put["VersionId"]


def test_a_function_error_is_caught_by_its_class_name(laptop: Laptop) -> None:
    caught = {"ErrorEquals": ["NamedError"], "Next": "Caught"}
    arguments = {"FunctionName": laptop.outputs["FailFunctionArn"], "Payload": {"why": "so"}}
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": arguments,
        "Catch": [caught],
        "End": True,
    }
    done = {"Type": "Pass", "Output": "caught", "End": True}
    found = laptop.run({"StartAt": "Task", "States": {"Task": task, "Caught": done}})
    assert found.get("output") == '"caught"'


def test_health_names_the_process(laptop: Laptop) -> None:
    status, report = get(f"{laptop.stack.endpoint_url}/_recita/health")
    assert (status, report["pid"]) == (200, laptop.stack.pid)
    assert stack.running(laptop.stack.home) == laptop.stack


def test_usage_counts_the_calls_of_our_services(laptop: Laptop) -> None:
    laptop.client("bedrock").list_guardrails()
    _, report = get(f"{laptop.stack.endpoint_url}/_recita/usage")
    assert report["calls"]["counted"]["bedrock.ListGuardrails"] >= 1
    assert report["calls"]["recent"][-1]["engine"].startswith("recita-guardrails/")
    assert set(report["engines"]) >= {"ocr", "language", "speech"}


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_a_web_page_gets_nothing(laptop: Laptop, headers: dict[str, str]) -> None:
    status, _ = get(f"{laptop.stack.endpoint_url}/_recita/health", **headers)
    assert status == 403


def test_an_engine_that_is_missing_is_an_error_of_the_service(laptop: Laptop) -> None:
    polly = laptop.client("polly")
    with pytest.raises(polly.exceptions.ClientError) as caught:
        polly.delete_lexicon(Name="x")
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"


def test_the_guardrail_answers_whole(laptop: Laptop) -> None:
    found = laptop.client("bedrock").get_guardrail(
        guardrailIdentifier=laptop.outputs["GuardrailArn"],
        guardrailVersion=laptop.outputs["GuardrailVersionNumber"],
    )
    assert found["guardrailId"] == laptop.outputs["GuardrailId"]
    assert found["wordPolicy"] == {"words": [{"text": "forbidden"}]}
    assert found["contextualGroundingPolicy"]["filters"] == [
        {"type": "GROUNDING", "threshold": 0.5}
    ]
    assert found["blockedInputMessaging"] == "blocked on its way in"


def test_work_that_a_crash_interrupted_is_taken_up(tmp_path: Path, unused_port: int) -> None:
    home = tmp_path / "home"
    running = Laptop(stack.start(home, port=unused_port, template=APP / "template.yaml"))
    wait = {"Type": "Wait", "Seconds": 4, "Next": "Say"}
    say = {"Type": "Pass", "Output": "{% $states.input.word %}", "End": True}
    execution = running.start(
        {"StartAt": "Wait", "States": {"Wait": wait, "Say": say}}, {"word": "done"}
    )
    time.sleep(2.6)  # the keeper saves every 2 s
    bucket = running.outputs["InputBucketName"]
    running.client("s3").put_object(Bucket=bucket, Key="unheard", Body=b"1")
    os.kill(running.stack.pid, signal.SIGKILL)
    again = Laptop(stack.start(home, template=APP / "template.yaml"))
    try:
        found = again.finished(execution)
        assert (found["status"], found.get("output")) == ("SUCCEEDED", '"done"')
        assert again.row("unheard")
    finally:
        stack.reset(home)


class TestLife:
    """One stack through a working day."""

    def test_deploying_twice_changes_nothing(self, laptop: Laptop) -> None:
        again = deploy.deploy(laptop.stack.endpoint_url, APP / "template.yaml")
        assert not again.changed
        assert again.outputs == laptop.outputs

    def test_a_change_is_deployed_and_all_survives_restarts(
        self, app: Path, tmp_path: Path, unused_port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = tmp_path / "home"
        first = stack.start(home, port=unused_port, template=app)
        s3 = client("s3", first.endpoint_url)
        s3.put_object(Bucket=first.outputs["InputBucketName"], Key="kept", Body=b"1")
        assert stack.start(home, template=app) == first
        with monkeypatch.context() as patch:
            patch.setattr(stack, "_code", lambda: "edited code")
            edited = stack.start(home, template=app)
        assert (edited.endpoint_url, edited.pid != first.pid) == (first.endpoint_url, True)
        first = stack.start(home, template=app)
        source = app.parent / "functions" / "app.py"
        source.write_text(source.read_text().replace('"greeting"', '"salute"'))
        changed = stack.start(home, parameters={"BlockedWord": "other"}, template=app)
        assert (changed.pid, changed.outputs["GuardrailVersionNumber"]) == (first.pid, "2")
        time.sleep(2.5)  # the keeper saves every 2 s
        os.kill(first.pid, signal.SIGKILL)
        second = stack.start(home, port=unused_port, template=app)
        try:
            assert second.pid != first.pid
            assert second.outputs == changed.outputs
            functions = client("lambda", second.endpoint_url)
            reply = functions.invoke(FunctionName=second.outputs["EchoFunctionArn"], Payload=b"{}")
            assert json.load(reply["Payload"]) == {"event": {}, "salute": "hello"}
            s3 = client("s3", second.endpoint_url)
            assert s3.get_object(Bucket=second.outputs["InputBucketName"], Key="kept")
            below = descendants(second.pid)
            assert below, "the Lambda worker"
        finally:
            assert stack.stop(home)
        assert not alive(below | {second.pid})
        assert stack.running(home) is None
        assert not stack.stop(home)
        stack.reset(home)
        assert not (home / "state").exists()

    def test_uploads_arrive_after_a_move_to_another_port(
        self, tmp_path: Path, unused_port: int
    ) -> None:
        home, template = tmp_path / "home", APP / "template.yaml"
        first = stack.start(home, port=unused_port, template=template)
        time.sleep(2.5)  # the keeper saves every 2 s
        assert stack.stop(home)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            other = probe.getsockname()[1]
        moved = Laptop(stack.start(home, port=other, template=template))
        try:
            told = json.dumps(moved.outputs).replace(f":{other}/", f":{unused_port}/")
            assert json.loads(told) == first.outputs
            bucket = moved.outputs["InputBucketName"]
            moved.client("s3").put_object(Bucket=bucket, Key="late", Body=b"1")
            assert moved.row("late"), "the queue is still known by its old address"
        finally:
            stack.stop(home)

    def test_a_failing_resource_is_named(self, laptop: Laptop, app: Path) -> None:
        text = app.read_text().replace("Threshold: 0.5", "Threshold: -1")
        app.write_text(text)
        with pytest.raises(deploy.DeployError, match=r"Guardrail .*threshold.*greater than"):
            deploy.deploy(laptop.stack.endpoint_url, app, stack_name="broken")

    @pytest.mark.parametrize(
        ("text", "message"),
        [("a: [", "not YAML"), ("Resources: 3", "no Resources"), ("", "no Resources")],
    )
    def test_what_is_no_template_is_said(self, tmp_path: Path, text: str, message: str) -> None:
        (tmp_path / "template.yaml").write_text(text)
        with pytest.raises(deploy.DeployError, match=message):
            deploy.source_digest(tmp_path / "template.yaml", {})

    def test_a_missing_definition_is_named(self, app: Path) -> None:
        (app.parent / "machine.asl.json").unlink()
        with pytest.raises(deploy.DeployError, match=r"machine\.asl\.json"):
            deploy.source_digest(app, {})

    def test_an_unknown_parameter_is_named(self, laptop: Laptop) -> None:
        with pytest.raises(deploy.DeployError, match=r"no parameter Blocked\..*BlockedWord"):
            deploy.deploy(laptop.stack.endpoint_url, APP / "template.yaml", {"Blocked": "x"})

    def test_a_taken_port_says_how_to_choose_another(self, tmp_path: Path) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            with pytest.raises(stack.StackError, match="RECITA_PORT"):
                stack.start(tmp_path, port=other.getsockname()[1], template=APP / "template.yaml")


def test_functions_are_warm_before_they_are_called(laptop: Laptop) -> None:
    deadline = time.monotonic() + 20
    while len(descendants(laptop.stack.pid)) < 5 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(descendants(laptop.stack.pid)) >= 5, "one process per function of the app"


def test_a_server_whose_home_is_removed_leaves(tmp_path: Path, unused_port: int) -> None:
    home = tmp_path / "home"
    running = stack.start(home, port=unused_port, template=APP / "template.yaml")
    home.rename(tmp_path / "removed")
    deadline = time.monotonic() + 20
    while Path(f"/proc/{running.pid}").exists() and time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(running.pid, os.WNOHANG)
        time.sleep(0.1)
    assert not Path(f"/proc/{running.pid}").exists()
    assert not (home / "state").exists()
