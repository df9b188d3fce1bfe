"""What ``sam local generate-event`` prints: our events are like it, our handlers take it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from recita.steps.admission import Admission
from recita.wiring import wiring
from samcli.lib.generated_sample_events.events import Events

from tests.fakes import FakeDocuments, FakePlaces, FakeWorkflow, Pipeline
from tests.fakes.deployed import deploy, invoke

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
UPLOAD = "eventbridge.s3-object-created.json"

Event = dict[str, Any]


def generated(service: str, event: str, **chosen: str) -> Event:
    """What ``sam local generate-event`` prints.

    SAM puts texts into its template without escaping them, so they are given escaped.
    """
    library = Events()
    tags = library.event_mapping[service][event]["tags"]
    values = {name: tag["default"] for name, tag in tags.items()}
    escaped = {name: json.dumps(text)[1:-1] for name, text in chosen.items()}
    found: Event = json.loads(library.generate_event(service, event, values | escaped))
    return found


def kept(name: str) -> Event:
    event: Event = json.loads((EVENTS / name).read_text("utf-8"))
    return event


def shape(value: Any, *, opaque: tuple[str, ...] = ()) -> Any:
    """The names in a value; of those that are opaque, not what stands in them."""
    if isinstance(value, dict):
        return {
            name: None if name in opaque else shape(inner, opaque=opaque)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [shape(inner, opaque=opaque) for inner in value[:1]]
    return None


@pytest.mark.parametrize("path", sorted(EVENTS.glob("admit_document.*.json")), ids=lambda p: p.name)
def test_a_message_of_the_queue_has_sams_shape(path: Path) -> None:
    assert shape(kept(path.name)) == shape(generated("sqs", "receive-message"))


@pytest.mark.parametrize("path", sorted(EVENTS.glob("resume_*.json")), ids=lambda p: p.name)
def test_a_notification_of_a_topic_has_sams_shape(path: Path) -> None:
    of_sam = generated("sns", "notification")
    assert shape(kept(path.name), opaque=("MessageAttributes",)) == shape(
        of_sam, opaque=("MessageAttributes",)
    )


@pytest.mark.parametrize("name", [UPLOAD, "finish_document.succeeded.json"])
def test_an_event_of_a_rule_has_sams_envelope(name: str) -> None:
    """SAM's one event of EventBridge is the scheduled one, printed without its version."""
    envelope = set(generated("cloudwatch", "scheduled-event")) | {"version"}
    assert set(kept(name)) == envelope


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    return deploy(monkeypatch, Pipeline("es"))


def test_admission_takes_sams_message_with_an_upload_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = FakeWorkflow()
    admission = Admission(FakeDocuments(), FakePlaces(1), workflow)
    monkeypatch.setitem(wiring.__dict__, "admission", admission)
    body = json.dumps(kept(UPLOAD))

    answer = invoke("admit_document", generated("sqs", "receive-message", body=body))

    assert answer == {"batchItemFailures": []}
    assert len(workflow.executions) == 1


def test_admission_gives_back_what_is_no_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3's own notification among them: uploads come from EventBridge, their keys not encoded."""
    workflow = FakeWorkflow()
    admission = Admission(FakeDocuments(), FakePlaces(1), workflow)
    monkeypatch.setitem(wiring.__dict__, "admission", admission)
    for body in ("Hello from SQS!", json.dumps(generated("s3", "put"))):
        message = generated("sqs", "receive-message", body=body)
        [failed] = invoke("admit_document", message)["batchItemFailures"]
        assert failed["itemIdentifier"] == message["Records"][0]["messageId"]
    assert not workflow.executions


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("function", "answer"), [("resume_ocr", {"resumed": 1}), ("resume_speech", {"looked": 1})]
)
def test_resumers_take_sams_notification(function: str, answer: Event) -> None:
    for path in EVENTS.glob(f"{function}.*.json"):
        message = kept(path.name)["Records"][0]["Sns"]["Message"]
        event = generated("sns", "notification", message=message)
        assert invoke(function, event) == answer


def test_the_commands_of_the_guide_make_an_event_of_an_upload(tmp_path: Path) -> None:
    """docs/how-to/sam-local-invoke.md."""
    page = (ROOT / "docs/how-to/sam-local-invoke.md").read_text("utf-8")
    (block,) = re.findall(r"^```sh\n(.*?generate-event.*?)^```$", page, re.MULTILINE | re.DOTALL)
    shutil.copytree(EVENTS, tmp_path / "events")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    quiet = {"SAM_CLI_TELEMETRY": "0", "HTTPS_PROXY": "http://127.0.0.1:9"}  # nor ask for news
    environment = {**os.environ, "PATH": path, **quiet}
    subprocess.run(["bash", "-ec", block], cwd=tmp_path, env=environment, check=True)  # noqa: S603, S607

    (record,) = json.loads((tmp_path / "event.json").read_text("utf-8"))["Records"]
    assert json.loads(record["body"]) == kept(UPLOAD)
