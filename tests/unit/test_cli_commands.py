"""`recita status, show, up, down, reset, schema`: what they say about a stack."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws
from recita.models.manifest import Cost, Ledger, Manifest, Source, Step
from recita.models.record import StepRecord
from recita_cli import schema, target
from recita_cli.main import app
from recita_cli.status import age, shortened
from typer.testing import CliRunner

from tests import tables

OUTPUTS = {
    "InputBucketName": "in",
    "ResultsBucketName": "res",
    "TableName": "documents",
    "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:recita-X",
}
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
OLD, NEW, MOVING = "a" * 32, "ab" + "b" * 30, "c" * 32


class Laptop:
    """Stands in for recita_local.stack."""

    def __init__(self) -> None:
        self.stack: Any = None
        self.calls: list[tuple[str, Any]] = []

    def running(self) -> Any:
        return self.stack

    def start(self, **arguments: Any) -> Any:
        self.calls.append(("start", arguments.get("parameters")))
        self.stack = SimpleNamespace(endpoint_url="http://127.0.0.1:1", outputs=OUTPUTS, pid=7)
        return self.stack

    def stop(self) -> None:
        self.calls.append(("stop", None))
        self.stack = None

    def reset(self) -> None:
        self.calls.append(("reset", None))
        self.stack = None


@pytest.fixture
def laptop(monkeypatch: pytest.MonkeyPatch) -> Laptop:
    fake = Laptop()
    monkeypatch.setattr(target, "laptop_stack", lambda: fake)
    return fake


@pytest.fixture
def stack(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A running stack that holds two finished documents and one on its way."""
    monkeypatch.setattr(target.Target, "_laptop_arguments", lambda _: {})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        laptop.start()
        _fill()
        yield


def _fill() -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="res")
    for identity, status in ((OLD, "COMPLETED"), (NEW, "REJECTED")):
        body = _manifest(identity, status).model_dump_json().encode()
        s3.put_object(Bucket="res", Key=f"documents/{identity}/manifest.json", Body=body)
    record = StepRecord(
        name="inspect-document", status="SUCCEEDED", started_at=NOW, ended_at=NOW
    ).model_dump_json()
    s3.put_object(
        Bucket="res", Key=f"work/{MOVING}/steps/inspect-document.json", Body=record.encode()
    )
    table = tables.create("DocumentsTable", "documents")
    for number, (identity, status) in enumerate(
        ((OLD, "COMPLETED"), (NEW, "REJECTED"), (MOVING, "PROCESSING"))
    ):
        table.put_item(
            Item={
                "document_id": identity,
                "status": status,
                "updated_at": (NOW + timedelta(minutes=number)).isoformat(),
                "source_key": f"{status.lower()}.pdf\x07",
                "pages": 3,
            }
        )


def _manifest(identity: str, status: str) -> Manifest:
    return Manifest(
        document_id=identity,
        execution=identity,
        created_at=NOW,
        status=status,  # type: ignore[arg-type]
        reason=None,
        source=Source(
            bucket="in", key="k.pdf", version_id="v", bytes=1, sha256="0", media_type="text/plain"
        ),
        route=None,
        ledger=Ledger(),
        cost=Cost(estimated=0.25, price_table="2026-11"),
        steps=(
            Step(
                name="inspect-document",
                status="SUCCEEDED",
                started_at=NOW,
                ended_at=NOW + timedelta(seconds=2.5),
                attempts=2,
            ),
        ),
    )


def recita(*arguments: str, stdin: str | None = None) -> Any:
    return CliRunner().invoke(app, list(arguments), input=stdin)


@pytest.mark.usefixtures("laptop")
def test_status_without_a_stack_says_how_to_get_one() -> None:
    result = recita("status")
    assert result.exit_code == 0
    assert "recita up" in result.stderr
    assert json.loads(recita("status", "--json").stdout)["running"] is False


@pytest.mark.usefixtures("stack")
def test_status_lists_documents_newest_first() -> None:
    answer = json.loads(recita("status", "--json").stdout)

    assert answer["running"] is True
    assert answer["outputs"] == OUTPUTS
    assert [row["document_id"] for row in answer["documents"]] == [MOVING, NEW, OLD]
    assert len(json.loads(recita("status", "--json", "-n", "1").stdout)["documents"]) == 1


@pytest.mark.usefixtures("stack")
def test_a_hostile_file_name_does_not_reach_the_terminal() -> None:
    result = recita("status")
    assert "processing.pdf" in result.stdout
    assert "\x07" not in result.stdout


@pytest.mark.usefixtures("stack")
def test_show_takes_the_beginning_of_an_id_and_the_newest_by_default() -> None:
    assert json.loads(recita("show", "aa", "--json").stdout)["document_id"] == OLD
    newest = json.loads(recita("show", "--json").stdout)
    assert newest == {
        "document_id": MOVING,
        "status": "PROCESSING",
        "steps": [
            StepRecord(
                name="inspect-document", status="SUCCEEDED", started_at=NOW, ended_at=NOW
            ).model_dump(mode="json")
        ],
    }


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(
    ("start", "code", "words"),
    [("a", 1, "more than one"), ("f", 1, "no document's id"), ("../x", 2, "begins no document id")],
)
def test_show_says_what_is_wrong_with_an_id(start: str, code: int, words: str) -> None:
    result = recita("show", start)
    assert result.exit_code == code
    assert words in result.stderr


@pytest.mark.usefixtures("stack")
def test_show_prints_every_section_that_has_something() -> None:
    text = recita("show", OLD).stdout

    assert "k.pdf: COMPLETED" in text
    assert "inspect-document  SUCCEEDED  2.50 s  2 attempts" in text
    assert "Ledger" in text
    assert "Warnings" not in text
    assert "USD 0.2500" in text


@pytest.mark.usefixtures("stack")
def test_show_follows_a_document_on_its_way() -> None:
    text = recita("show", "c").stdout
    assert "on its way" in text
    assert "inspect-document" in text


@pytest.mark.usefixtures("laptop")
def test_show_without_a_stack_fails_with_a_way_out() -> None:
    result = recita("show")
    assert result.exit_code == 1
    assert "next:" in result.stderr


def test_up_prints_the_one_variable_and_nothing_else_on_stdout(laptop: Laptop) -> None:
    result = recita("up", "-p", "SpeakMode=none", "-p", "TargetLanguages=en,fr")

    assert result.stdout == "export AWS_ENDPOINT_URL=http://127.0.0.1:1\n"
    assert laptop.calls == [("start", {"SpeakMode": "none", "TargetLanguages": "en,fr"})]
    assert "already running" in recita("up").stderr


def test_up_refuses_what_is_no_parameter(laptop: Laptop) -> None:
    assert recita("up", "-p", "SpeakMode").exit_code == 2
    assert laptop.calls == []


@pytest.mark.usefixtures("stack")
def test_down_stops_and_says_so(laptop: Laptop) -> None:
    assert json.loads(recita("down", "--json").stdout) == {"stopped": True}
    assert json.loads(recita("down", "--json").stdout) == {"stopped": False}
    assert ("stop", None) in laptop.calls


@pytest.mark.parametrize(
    ("arguments", "stdin", "deleted"),
    [(("--yes",), None, True), ((), "y\n", True), ((), "n\n", False), ((), "", False)],
)
def test_reset_asks_first(
    laptop: Laptop, arguments: tuple[str, ...], stdin: str | None, *, deleted: bool
) -> None:
    result = recita("reset", *arguments, stdin=stdin)

    assert (("reset", None) in laptop.calls) is deleted
    assert (result.exit_code == 0) is deleted


def _described(outputs: dict[str, str]) -> dict[str, Any]:
    return {
        "Stacks": [
            {
                "StackName": "prod",
                "CreationTime": NOW,
                "StackStatus": "CREATE_COMPLETE",
                "Outputs": [
                    {"OutputKey": key, "OutputValue": value} for key, value in outputs.items()
                ],
            }
        ]
    }


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client(
        "cloudformation",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    monkeypatch.setattr(boto3, "client", lambda _: client)
    with Stubber(client) as stubber:
        yield stubber


def test_a_deployed_stack_is_found_by_its_outputs(cloudformation: Stubber) -> None:
    asked = {"StackName": "prod"}
    cloudformation.add_response("describe_stacks", _described(OUTPUTS), asked)

    found = target.running("prod")

    assert found is not None
    assert found.outputs == OUTPUTS
    assert not found.is_laptop
    assert found.region == "us-east-1"


def test_a_stack_that_is_not_ours_is_refused(cloudformation: Stubber) -> None:
    cloudformation.add_response("describe_stacks", _described({"TableName": "documents"}))
    result = recita("status", "--stack-name", "other")
    assert result.exit_code == 1
    assert "not a Recita stack" in result.stderr


def test_a_stack_that_does_not_exist_is_an_error_with_a_way_out(cloudformation: Stubber) -> None:
    cloudformation.add_client_error("describe_stacks", "ValidationError", "does not exist")
    result = recita("status", "--stack-name", "nowhere")
    assert result.exit_code == 1
    assert "does not exist" in result.stderr
    assert "next:" in result.stderr


def test_schema_lists_and_prints(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "manifest.schema.json").write_text('{\n  "title": "Manifest"\n}\n')
    monkeypatch.setattr(schema, "CONTRACTS", tmp_path)

    assert recita("schema").stdout == "manifest\n"
    assert recita("schema", "manifest", "--json").stdout == '{"title": "Manifest"}\n'
    assert json.loads(recita("schema", "manifest").stdout) == {"title": "Manifest"}
    assert recita("schema", "nothing").exit_code == 2


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (7200, "2 h"), (900_000, "10 d")],
)
def test_age(seconds: int, words: str) -> None:
    assert age(timedelta(seconds=seconds)) == words


def test_help_needs_none_of_the_heavy_libraries() -> None:
    heavy = {"boto3", "botocore", "rich", "pydantic", "ministack"}
    script = f"import recita_cli.main, sys; print(sorted({heavy!r} & set(sys.modules)))"
    answer = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_a_long_key_keeps_its_end() -> None:
    assert shortened("a" * 60) == "a" * 60
    assert shortened("a" * 1000 + "/name.pdf").endswith("a/name.pdf")
    assert len(shortened("a" * 1000)) == 60
