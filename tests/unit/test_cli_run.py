"""`recita run`: what it uploads, waits for, fetches, prints and returns."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from recita.models.manifest import Cost, Ledger, Manifest, Source
from recita.models.record import Artifact, StepRecord
from recita_cli import following, target
from recita_cli.main import app
from typer.testing import CliRunner

ARN = "arn:aws:states:eu-west-1:000000000000:stateMachine:recita-X"
OUTPUTS = {
    "InputBucketName": "in",
    "ResultsBucketName": "res",
    "StateMachineArn": ARN,
    "TableName": "documents",
}
START = datetime(2026, 5, 1, tzinfo=UTC)


class NoSuchKeyError(ClientError):
    def __init__(self, key: str) -> None:
        super().__init__({"Error": {"Code": "NoSuchKey", "Message": key}}, "GetObject")


class ExecutionDoesNotExistError(Exception):
    pass


class FakeS3:
    """Buckets in memory; an upload is processed at once by ``pipeline``."""

    exceptions = SimpleNamespace(NoSuchKey=NoSuchKeyError)

    def __init__(self, pipeline: Callable[[FakeS3, str, str], None]) -> None:
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[str, str]] = {}
        self.pipeline = pipeline

    def put_object(self, *, Bucket: str, Key: str, Body: Any, Metadata: Any) -> dict[str, str]:  # noqa: N803
        assert Bucket == "in"
        self.uploads[Key] = Metadata
        version = f"v{len(self.uploads)}"
        identity = hashlib.sha256(f"in\n{Key}\n{version}".encode()).hexdigest()[:32]
        Body.read()
        self.pipeline(self, Key, identity)
        return {"VersionId": version}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "res"
        if Key not in self.objects:
            raise NoSuchKeyError(Key)
        return {"Body": io.BytesIO(self.objects[Key])}

    def list_objects_v2(self, *, Bucket: str, Prefix: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "res"
        found = [key for key in self.objects if key.startswith(Prefix)]
        return {"Contents": [{"Key": key, "LastModified": START} for key in found]}


class FakeWorkflow:
    exceptions = SimpleNamespace(ExecutionDoesNotExist=ExecutionDoesNotExistError)

    def __init__(self, status: str = "RUNNING") -> None:
        self.status = status
        self.asked: list[str] = []
        self.row: dict[str, Any] | None = {"status": {"S": "PROCESSING"}, "run": {"N": "1"}}

    def get_item(self, *, TableName: str, Key: Any, ConsistentRead: bool) -> dict[str, Any]:  # noqa: N803
        """The row of a document, as the table tells it."""
        assert TableName
        assert Key["document_id"]["S"]
        assert ConsistentRead
        return {"Item": self.row} if self.row else {}

    def describe_execution(self, *, executionArn: str) -> dict[str, str]:  # noqa: N803
        self.asked.append(executionArn)
        return {"status": self.status, "error": "States.Runtime", "cause": "the door was locked"}


def manifest(identity: str, status: str = "COMPLETED", key: str = "text.md") -> Manifest:
    body = b"hello"
    return Manifest(
        document_id=identity,
        execution=identity,
        created_at=START,
        status=status,  # type: ignore[arg-type]
        reason=None,
        source=Source(
            bucket="in", key="k", version_id="v", bytes=1, sha256="0", media_type="application/pdf"
        ),
        route="document",
        ledger=Ledger(),
        cost=Cost(estimated=0.0, price_table="2026-11"),
        artifacts=(
            Artifact(
                key=key,
                media_type="text/markdown",
                bytes=len(body),
                sha256=hashlib.sha256(body).hexdigest(),
                kind="text",
            ),
        ),
    )


def publish(s3: FakeS3, made: Manifest) -> None:
    record = StepRecord(
        name="publish-result",
        status="SUCCEEDED",
        started_at=START,
        ended_at=START + timedelta(seconds=1.5),
    )
    identity = made.document_id
    s3.objects[f"work/{identity}/steps/publish-result.json"] = record.model_dump_json().encode()
    for artifact in made.artifacts:
        s3.objects[f"documents/{identity}/{artifact.key}"] = b"hello"
    s3.objects[f"documents/{identity}/manifest.json"] = made.model_dump_json().encode()


def completes(s3: FakeS3, key: str, identity: str) -> None:
    publish(s3, manifest(identity, "REJECTED" if key.startswith("broken") else "COMPLETED"))


class Laptop:
    """Stands in for recita_local.stack, and remembers what was asked of it."""

    def __init__(self, *, up: bool) -> None:
        self.up = up
        self.calls: list[str] = []
        self.stack = SimpleNamespace(endpoint_url="http://127.0.0.1:1", outputs=OUTPUTS, pid=7)

    def running(self) -> Any:
        return self.stack if self.up else None

    def start(self, **_: Any) -> Any:
        self.calls.append("start")
        self.up = True
        return self.stack

    def stop(self) -> bool:
        self.calls.append("stop")
        self.up = False
        return True


@pytest.fixture
def laptop(monkeypatch: pytest.MonkeyPatch) -> Laptop:
    fake = Laptop(up=False)
    monkeypatch.setattr(target, "laptop_stack", lambda: fake)
    monkeypatch.setattr(following, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(following, "LONGEST_POLL_SECONDS", 0.001)
    return fake


@pytest.fixture
def workflow() -> FakeWorkflow:
    return FakeWorkflow()


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, laptop: Laptop, workflow: FakeWorkflow) -> FakeS3:
    assert laptop is not None
    store = FakeS3(completes)
    clients = {"s3": store, "stepfunctions": workflow, "dynamodb": workflow}
    monkeypatch.setattr(target.Target, "client", lambda _, service: clients[service])
    return store


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a.pdf", "b.pdf", "broken.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-")
    return tmp_path


def recita(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["run", *arguments])


@pytest.mark.usefixtures("s3", "files")
def test_results_lie_in_a_folder_named_after_the_document() -> None:
    result = recita("a.pdf", "--json")

    line = json.loads(result.stdout)
    folder = Path(line["directory"])
    assert result.exit_code == 0
    assert line["file"] == "a.pdf"
    assert folder == Path("out") / line["manifest"]["document_id"]
    assert (folder / "text.md").read_bytes() == b"hello"
    assert json.loads((folder / "manifest.json").read_text()) == line["manifest"]


@pytest.mark.usefixtures("s3", "files")
def test_talk_and_progress_go_to_standard_error_only() -> None:
    result = recita("a.pdf", "--json")

    assert len(result.stdout.splitlines()) == 1
    assert "a.pdf: publish-result 1.5 s" in result.stderr
    assert "a.pdf: COMPLETED" in result.stderr


@pytest.mark.usefixtures("s3", "files")
def test_quiet_says_nothing() -> None:
    assert recita("a.pdf", "--json", "--quiet").stderr == ""


@pytest.mark.usefixtures("s3", "files")
def test_one_document_that_is_not_completed_makes_exit_code_3() -> None:
    result = recita("a.pdf", "broken.pdf", "b.pdf", "--json")

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 3
    assert [line["file"] for line in lines] == ["a.pdf", "broken.pdf", "b.pdf"]
    assert [line["manifest"]["status"] for line in lines] == ["COMPLETED", "REJECTED", "COMPLETED"]


@pytest.mark.usefixtures("s3", "files")
def test_a_missing_file_costs_only_itself_and_makes_exit_code_1() -> None:
    result = recita("nowhere.pdf", "a.pdf", "--json")

    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 1
    assert first["manifest"] is None
    assert first["directory"] is None
    assert "no such file" in first["error"]["message"]
    assert "no such file" in result.stderr
    assert second["manifest"]["status"] == "COMPLETED"


@pytest.mark.usefixtures("files")
def test_wishes_travel_as_object_metadata(s3: FakeS3) -> None:
    recita("a.pdf", "--languages", "es, fr", "--speak", "none", "--key", "in/ção.pdf")
    recita("a.pdf", "--languages", "none")
    recita("b.pdf")

    assert s3.uploads["a.pdf"] == {"recita-languages": "none"}
    assert s3.uploads["in/ção.pdf"] == {"recita-languages": "es,fr", "recita-speak": "none"}
    assert s3.uploads["b.pdf"] == {}


@pytest.mark.usefixtures("s3", "files")
@pytest.mark.parametrize(
    "arguments",
    [
        ("a.pdf", "b.pdf", "--key", "x"),
        ("a.pdf", "--key", ""),
        ("a.pdf", "--languages", "spanish!"),
        ("a.pdf", "--languages", ""),
        ("a.pdf", "--speak", "full-volume"),
        (),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_before_anything_starts(
    laptop: Laptop, arguments: tuple[str, ...]
) -> None:
    assert recita(*arguments).exit_code == 2
    assert laptop.calls == []


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "key", ["../../evil.txt", "/etc/evil", "a/../../../evil", "a/../evil", "a\\..\\evil", ""]
)
def test_a_manifest_cannot_write_outside_its_folder(s3: FakeS3, key: str, files: Path) -> None:
    s3.pipeline = lambda store, _, identity: publish(store, manifest(identity, key=key))

    result = recita("a.pdf", "--out", "deep/down/out")

    assert result.exit_code == 1
    assert "names nothing inside its document's folder" in result.stderr
    assert not [path for path in files.rglob("*") if "evil" in path.name]


@pytest.mark.usefixtures("files")
def test_a_link_in_the_folder_leads_nowhere(s3: FakeS3, files: Path) -> None:
    s3.pipeline = lambda store, _, identity: publish(store, manifest(identity, key="audio/x.mp3"))
    first = json.loads(recita("a.pdf", "--json").stdout)
    folder = files / first["directory"]
    shutil.rmtree(folder / "audio")
    (folder / "audio").symlink_to(files)
    s3.uploads.clear()  # the same version again, so the same folder

    result = recita("a.pdf")

    assert result.exit_code == 1
    assert "leads out of" in result.stderr
    assert not (files / "x.mp3").exists()


@pytest.mark.usefixtures("files")
def test_an_artifact_that_is_not_what_the_manifest_says_is_no_result(s3: FakeS3) -> None:
    def tampered(store: FakeS3, _: str, identity: str) -> None:
        publish(store, manifest(identity))
        store.objects[f"documents/{identity}/text.md"] = b"hello, changed"

    s3.pipeline = tampered

    result = recita("a.pdf")

    assert result.exit_code == 1
    assert "text.md is not what the manifest describes" in result.stderr
    assert not list(Path("out").rglob("manifest.json"))


@pytest.mark.usefixtures("files")
def test_a_manifest_of_a_later_major_version_costs_its_file_only(s3: FakeS3) -> None:
    def later(store: FakeS3, key: str, identity: str) -> None:
        completes(store, key, identity)
        if key == "b.pdf":
            place = f"documents/{identity}/manifest.json"
            store.objects[place] = store.objects[place].replace(b'"1.0"', b'"2.0"', 1)

    s3.pipeline = later

    result = recita("a.pdf", "b.pdf", "--json")

    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 1
    assert first["manifest"]["status"] == "COMPLETED"
    assert second["manifest"] is None
    assert "has schema version 2.0" in second["error"]["message"]
    assert "use the client" in second["error"]["fix"]


@pytest.mark.usefixtures("files")
def test_an_execution_that_dies_without_a_manifest_is_an_error(
    s3: FakeS3, workflow: FakeWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.pipeline = lambda _, __, ___: None
    workflow.status = "FAILED"
    monkeypatch.setattr(following, "EXECUTION_SECONDS", 0.0)
    monkeypatch.setattr(following, "SETTLING_SECONDS", 0.0)

    result = recita("a.pdf", "--json")

    line = json.loads(result.stdout)
    assert result.exit_code == 1
    assert "States.Runtime: the door was locked" in line["error"]["message"]
    assert workflow.asked[0].startswith(ARN.replace(":stateMachine:", ":execution:") + ":")


@pytest.mark.usefixtures("files")
def test_an_upload_that_is_never_admitted_is_an_error(
    s3: FakeS3, workflow: FakeWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.pipeline = lambda _, __, ___: None
    workflow.row = None
    monkeypatch.setattr(following, "EXECUTION_SECONDS", 0.0)
    monkeypatch.setattr(following, "ADMISSION_SECONDS", 0.0)

    result = recita("a.pdf")

    assert result.exit_code == 1
    assert "not admitted" in result.stderr


@pytest.mark.usefixtures("files")
def test_a_document_that_is_run_again_is_waited_for(
    s3: FakeS3, workflow: FakeWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first execution dies, it waits for a place, and the second publishes."""
    seen: list[str] = []

    def row(**asked: Any) -> dict[str, Any]:
        identity = asked["Key"]["document_id"]["S"]
        seen.append(workflow.status)
        if len(seen) == 2:
            return {"Item": {"status": {"S": "QUEUED"}, "run": {"N": "2"}}}
        if len(seen) == 3:
            publish(s3, manifest(identity))
        return {"Item": {"status": {"S": "PROCESSING"}, "run": {"N": "1"}}}

    s3.pipeline = lambda _, __, ___: None
    workflow.status = "FAILED"
    monkeypatch.setattr(workflow, "get_item", row)
    monkeypatch.setattr(following, "EXECUTION_SECONDS", 0.0)

    assert recita("a.pdf").exit_code == 0
    assert len(seen) == 3


@pytest.mark.usefixtures("s3", "files")
def test_a_stack_that_run_started_stays_for_the_next_run(laptop: Laptop) -> None:
    recita("a.pdf")
    assert laptop.up
    assert "stop" not in laptop.calls


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("was_up", [False, True])
def test_ctrl_c_stops_only_a_stack_that_this_run_started(
    s3: FakeS3, laptop: Laptop, monkeypatch: pytest.MonkeyPatch, *, was_up: bool
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    s3.pipeline = lambda _, __, ___: None
    laptop.up = was_up
    monkeypatch.setattr("time.sleep", interrupt)

    result = recita("a.pdf")

    assert result.exit_code == 130
    assert laptop.up is was_up


@pytest.mark.usefixtures("s3", "files")
def test_the_readable_result_names_status_and_place() -> None:
    result = recita("a.pdf")

    assert "a.pdf: COMPLETED (application/pdf)" in result.stdout
    assert "results    out/" in result.stdout
