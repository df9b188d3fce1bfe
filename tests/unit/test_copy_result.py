"""Copies of results in a consumer's bucket: whole, the manifest last, never an older one."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from copy_result.app import lambda_handler
from moto import mock_aws
from recita.adapters import copies as adapter
from recita.adapters.copies import S3Copies
from recita.adapters.s3 import S3Results
from recita.errors import ProviderUnavailableError
from recita.models.document import result_key
from recita.steps import copy_result
from recita.wiring import wiring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.disable_socket

RESULTS, COPIES, PREFIX = "recita-results", "theirs", "from/recita/"


class Copying:
    """Both buckets on moto, with one result in the first."""

    def __init__(self, folder: Path) -> None:
        self.s3 = boto3.client("s3")
        for bucket in (RESULTS, COPIES):
            self.s3.create_bucket(Bucket=bucket)
        self.results = S3Results(RESULTS)
        self.copies = S3Copies(RESULTS, COPIES, PREFIX)
        self.first = (folder / "manifest.json").read_bytes()
        self.document: str = json.loads(self.first)["document_id"]
        self.names = sorted(
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        )
        for name in self.names:
            self.put(name, (folder / name).read_bytes())

    def key(self, name: str) -> str:
        return result_key(self.document, name)

    def put(self, name: str, body: bytes) -> None:
        kind = "audio/mpeg" if name.endswith(".mp3") else "text/markdown"
        self.s3.put_object(Bucket=RESULTS, Key=self.key(name), Body=body, ContentType=kind)

    def run_again(self, run: int, *without: str, **changed: Any) -> bytes:
        """Publish another run's manifest, without some of the files."""
        manifest = json.loads(self.first)
        manifest |= {"execution": f"{self.document}.{run}", **changed}
        kept = [one for one in manifest["artifacts"] if one["key"] not in without]
        body = json.dumps(manifest | {"artifacts": kept}).encode()
        self.put("manifest.json", body)
        return body

    def copy(self) -> str:
        return copy_result.run(self.document, results=self.results, copies=self.copies)

    def there(self) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=COPIES).get("Contents", [])
        return sorted(one["Key"].removeprefix(PREFIX + self.key("")) for one in found)

    def read(self, name: str) -> bytes:
        found = self.s3.get_object(Bucket=COPIES, Key=PREFIX + self.key(name))
        body: bytes = found["Body"].read()
        return body


@pytest.fixture
def copying(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Copying]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield Copying(root / "tests/golden/1.0/result")


def test_a_copy_is_whole(copying: Copying) -> None:
    assert copying.copy() == "copied"

    assert copying.there() == copying.names
    assert copying.read("manifest.json") == copying.first
    key = PREFIX + copying.key("audio/es.mp3")
    assert copying.s3.head_object(Bucket=COPIES, Key=key)["ContentType"] == "audio/mpeg"


def test_again_copies_nothing(copying: Copying, monkeypatch: pytest.MonkeyPatch) -> None:
    copying.copy()
    monkeypatch.setattr(adapter.S3Copies, "copy", None)

    assert copying.copy() == "present"


def test_there_is_no_manifest_before_the_last_file(copying: Copying) -> None:
    copying.s3.delete_object(Bucket=RESULTS, Key=copying.key("text.md"))

    with pytest.raises(ProviderUnavailableError):
        copying.copy()

    assert "manifest.json" not in copying.there()
    assert "audio/es.mp3" in copying.there()


def test_what_a_later_run_withdrew_is_withdrawn(copying: Copying) -> None:
    copying.copy()
    body = copying.run_again(2, "text.md", "audio/es.mp3", status="PARTIAL")

    assert copying.copy() == "copied"

    assert copying.read("manifest.json") == body
    assert set(copying.names) - set(copying.there()) == {"text.md", "audio/es.mp3"}


def test_a_later_run_is_not_overwritten(copying: Copying) -> None:
    """An event that comes late meets what another has copied meanwhile."""
    body = copying.run_again(3)
    copying.copy()
    copying.put("manifest.json", copying.first)  # as a reader saw it a moment ago

    assert copying.copy() == "superseded"
    assert copying.read("manifest.json") == body


def test_of_two_at_once_the_later_run_wins(copying: Copying) -> None:
    later = copying.run_again(2)
    copying.put("manifest.json", copying.first)

    class Overtaken(S3Copies):
        def copy(self, keys: Any) -> None:
            super().copy(keys)
            copying.s3.put_object(
                Bucket=COPIES, Key=PREFIX + copying.key("manifest.json"), Body=later
            )

    copying.copies = Overtaken(RESULTS, COPIES, PREFIX)

    assert copying.copy() == "superseded"
    assert copying.read("manifest.json") == later


def test_what_was_erased_is_not_copied(copying: Copying) -> None:
    copying.s3.delete_object(Bucket=RESULTS, Key=copying.key("manifest.json"))

    assert copying.copy() == "erased"
    assert copying.there() == []


@pytest.mark.parametrize("document", ["../../other", "A" * 32, "a" * 31, ""])
def test_an_event_of_no_document_leads_nowhere(copying: Copying, document: str) -> None:
    copying.document = document

    with pytest.raises(ValueError, match="no document id"):
        copying.copy()


def test_the_function_takes_the_event_of_its_rule(
    copying: Copying,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    log: io.StringIO,
) -> None:
    event = json.loads((root / "events/copy_result.completed.json").read_text("utf-8"))
    event["detail"]["metadata"]["document_id"] = copying.document
    event["detail"]["data"]["bucket"] = "another"  # whoever puts it on the bus may say so
    monkeypatch.setitem(wiring.__dict__, "results", copying.results)
    monkeypatch.setitem(wiring.__dict__, "copies", copying.copies)

    assert lambda_handler(event, LambdaContext()) == {"copy": "copied"}

    assert copying.there() == copying.names
    (line,) = [one for one in map(json.loads, log.getvalue().splitlines()) if "step" in one]
    told = (line["step"], line["document_id"], line["copy"])
    assert told == ("copy-result", copying.document, "copied")
