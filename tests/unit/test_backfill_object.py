"""Backfill of one object: copied once, told where it came from, admitted within the bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import ANY, Stubber
from recita.adapters.backfill import S3Objects
from recita.errors import ProviderUnavailableError
from recita.models.backfill import BackfillInput
from recita.models.document import document_id
from recita.steps import backfill_object
from recita.steps.admission import Admission

from tests.fakes import FakeDocuments, FakePlaces, FakeWorkflow
from tests.operated import INPUT

if TYPE_CHECKING:
    from tests.operated import OperatedStack

OLD = "archive"
HOSTILE = "2019/nota nº 7 + 50% (v2)/../ção %2e.txt"


class Backfill:
    """The step on moto's S3 and a table of fakes."""

    def __init__(self, stack: OperatedStack) -> None:
        self.stack = stack
        stack.s3.create_bucket(Bucket=OLD)
        self.objects = S3Objects(INPUT)
        self.documents, self.workflow = FakeDocuments(), FakeWorkflow()
        self.admission = Admission(self.documents, FakePlaces(2), self.workflow)

    def bring(self, key: str, bucket: str = OLD, **wishes: str) -> str:
        asked = {f"recita-{name}": value for name, value in wishes.items()}
        given = BackfillInput(bucket=bucket, key=key, wishes=asked)
        return backfill_object.run(given, objects=self.objects, admission=self.admission).status

    def put(self, key: str, body: bytes = b"old", **more: Any) -> None:
        self.stack.s3.put_object(Bucket=OLD, Key=key, Body=body, **more)

    def copied(self, key: str) -> dict[str, Any]:
        found: Any = self.stack.s3.get_object(Bucket=INPUT, Key=f"backfill/{OLD}/{key}")
        return {**found, "Body": found["Body"].read()}


@pytest.fixture
def backfill(operated: OperatedStack) -> Backfill:
    return Backfill(operated)


def test_a_copy_tells_where_it_came_from_and_keeps_its_wishes(backfill: Backfill) -> None:
    wishes = {"recita-languages": "fr", "recita-parent": "x", "colour": "red"}
    backfill.put(HOSTILE, ContentType="text/plain", Metadata=wishes, Tagging="a=b")

    assert backfill.bring(HOSTILE) == "copied"

    copy = backfill.copied(HOSTILE)
    assert copy["Body"] == b"old"
    assert copy["ContentType"] == "text/plain"
    assert copy.get("TagCount", 0) == 0
    etag = backfill.stack.s3.head_object(Bucket=OLD, Key=HOSTILE)["ETag"].strip('"')
    assert copy["Metadata"] == {
        "recita-languages": "fr",
        "recita-source": "s3://archive/2019/nota%20n%C2%BA%207%20%2B%2050%25%20%28v2%29/"
        "../%C3%A7%C3%A3o%20%252e.txt",
        "recita-source-etag": etag,
    }


def test_what_was_brought_before_is_left_alone(backfill: Backfill) -> None:
    backfill.put("a.txt")
    assert [backfill.bring("a.txt") for _ in range(3)] == ["copied", "present", "present"]
    assert backfill.stack.versions(INPUT) == [f"backfill/{OLD}/a.txt"]


def test_what_has_changed_since_is_another_document(backfill: Backfill) -> None:
    backfill.put("a.txt")
    backfill.bring("a.txt")
    backfill.put("a.txt", b"new")
    assert backfill.bring("a.txt") == "copied"
    assert backfill.copied("a.txt")["Body"] == b"new"
    assert len(backfill.stack.versions(INPUT)) == 2


def test_another_version_with_the_same_bytes_is_another_document(backfill: Backfill) -> None:
    backfill.stack.s3.put_bucket_versioning(
        Bucket=OLD, VersioningConfiguration={"Status": "Enabled"}
    )
    for _ in range(2):
        backfill.put("a.txt")
        assert backfill.bring("a.txt") == "copied"
    assert backfill.bring("a.txt") == "present"


@pytest.mark.parametrize("code", ["PreconditionFailed", "NoSuchKey", "ConditionalRequestConflict"])
def test_what_changes_meanwhile_is_looked_at_again(backfill: Backfill, code: str) -> None:
    backfill.put("a.txt")
    found = backfill.objects.find(OLD, "a.txt")
    assert found is not None
    with Stubber(backfill.objects._s3) as stub:
        expected: dict[str, Any] = dict.fromkeys(("Bucket", "Key", "Metadata", "ContentType"), ANY)
        expected |= {"CopySource": {"Bucket": OLD, "Key": "a.txt"}, "IfNoneMatch": "*"}
        expected |= {"CopySourceIfMatch": found.etag, "TaggingDirective": "REPLACE"}
        expected |= {"MetadataDirective": "REPLACE"}
        stub.add_client_error("copy_object", code, "no", 412, expected_params=expected)
        with pytest.raises(ProviderUnavailableError, match=code):
            backfill.objects.copy(found, "copy.txt", {}, None)


@pytest.mark.parametrize(
    ("key", "more", "status"),
    [
        ("2019/", {}, "folder"),
        ("deep.pdf", {"StorageClass": "DEEP_ARCHIVE"}, "archived"),
        ("large.pdf", {"body": b"12345"}, "too-large"),
    ],
)
def test_what_is_no_document_is_not_copied(
    backfill: Backfill, monkeypatch: Any, key: str, more: dict[str, Any], status: str
) -> None:
    monkeypatch.setattr(backfill_object, "MAX_BYTES", 4)
    backfill.put(key, **more)
    assert backfill.bring(key) == status
    assert backfill.stack.versions(INPUT) == []


def test_what_has_gone_since_it_was_listed_is_told(backfill: Backfill) -> None:
    assert backfill.bring("gone.txt") == "gone"


def test_a_key_that_would_be_too_long_keeps_its_end(backfill: Backfill) -> None:
    key = "ção/" * 160 + "ção" * 60 + ".pdf"
    backfill.put(key)

    assert [backfill.bring(key), backfill.bring(key)] == ["copied", "present"]

    (copy,) = backfill.stack.versions(INPUT)
    assert len(copy.encode()) <= 1024
    assert copy.endswith("ção.pdf")
    assert backfill_object.copy_key(OLD, key) != backfill_object.copy_key(OLD, f"x{key}")


def test_uploads_without_a_row_are_admitted_where_they_lie(backfill: Backfill) -> None:
    for key in ("a.txt", "b.txt", "c.txt"):
        version = backfill.stack.upload(key)
        assert backfill.bring(key, INPUT) == "admitted"
        assert backfill.bring(key, INPUT) == "present"
        assert document_id(INPUT, key, version) in backfill.documents.rows

    assert len(backfill.workflow.executions) == 2  # as many as there are places
    assert backfill.stack.versions(INPUT) == ["a.txt", "b.txt", "c.txt"]


def test_a_list_asks_before_the_object_itself(backfill: Backfill) -> None:
    backfill.put("a.pdf", Metadata={"recita-languages": "fr", "recita-speak": "full"})

    assert backfill.bring("a.pdf", languages="es", colour="red") == "copied"

    kept = backfill.copied("a.pdf")["Metadata"]
    assert (kept["recita-languages"], kept["recita-speak"]) == ("es", "full")
    assert "recita-colour" not in kept
    assert backfill.bring("a.pdf", languages="es") == "present"
    assert backfill.bring("a.pdf") == "present"
    assert backfill.bring("a.pdf", languages="pt") == "copied"
