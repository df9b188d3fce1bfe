"""Copies of results on the laptop: by the event of a document that has ended."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from recita.models.document import result_key

if TYPE_CHECKING:
    from tests.laptop import DocumentLaptop

pytestmark = pytest.mark.stack

PATIENCE = 180.0
BUCKET, PREFIX = "copies-of-results", "recita/"
TEXT = b"Invoice 4711. The harbour company asks for 300 euros until the first of May. " * 8


@pytest.fixture
def copying(recita: DocumentLaptop) -> Iterator[DocumentLaptop]:
    """The laptop with the rule on, which is off for all other tests."""
    recita.client("s3").create_bucket(Bucket=BUCKET)
    events = recita.client("events")
    (rule,) = events.list_rules(NamePrefix="recita-CopyRule")["Rules"]
    events.enable_rule(Name=rule["Name"])
    yield recita
    events.disable_rule(Name=rule["Name"])


def objects(laptop: DocumentLaptop, bucket: str, prefix: str) -> dict[str, str]:
    """ETags by key, without the prefix."""
    found = laptop.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return {one["Key"].removeprefix(prefix): one["ETag"] for one in found.get("Contents", ())}


def soon(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)


def test_a_result_is_copied_and_what_a_later_run_withdrew_goes(copying: DocumentLaptop) -> None:
    results = copying.stack.outputs["ResultsBucketName"]
    manifest = copying.process(TEXT, "in/copied.txt", languages="none", speak="none")
    place = result_key(manifest.document_id, "")

    def there() -> dict[str, str]:
        return objects(copying, BUCKET, PREFIX + place)

    soon(lambda: "manifest.json" in there())
    assert there() == objects(copying, results, place)

    later = json.loads(copying.read(manifest.document_id, "manifest.json"))
    later |= {"execution": f"{manifest.document_id}.2", "status": "BLOCKED", "artifacts": []}
    tell(copying, later)

    soon(lambda: set(there()) == {"manifest.json"})


def tell(laptop: DocumentLaptop, manifest: dict[str, Any]) -> None:
    """Publish a manifest and its event, as a later run does."""
    document = manifest["document_id"]
    bucket, key = laptop.stack.outputs["ResultsBucketName"], result_key(document, "manifest.json")
    laptop.client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(manifest).encode())
    data = {
        "bucket": bucket,
        "manifest_key": key,
        "status": manifest["status"],
        "source_key": manifest["source"]["key"],
        "languages": [],
        "document_type": None,
    }
    metadata = {"schema_version": "1.0", "event_id": "e", "document_id": document}
    entry = {
        "Source": "recita.pipeline",
        "DetailType": "Recita Document Blocked",
        "Detail": json.dumps({"metadata": metadata, "data": data}),
    }
    assert laptop.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
