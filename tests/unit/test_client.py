"""The client: what it reads, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import recita_client
from moto import mock_aws
from recita_client import (
    ContractError,
    Document,
    FolderSource,
    IntegrityError,
    NotFoundError,
    S3Source,
    UnsafeNameError,
    UnsupportedVersionError,
)

pytestmark = pytest.mark.disable_socket

RESULT = Path(__file__).resolve().parents[1] / "golden" / "1.0" / "result"
BUCKET = "recita-results"
ID = json.loads((RESULT / "manifest.json").read_text("utf-8"))["document_id"]
TRICKS = (
    *("../secret", "/etc/passwd", "pages/../../secret", "pages//0001.json", "./text.md", ""),
    *("s3://other/text.md", "C:/secret", "..\\secret", "a\nb", "pages/\0", "pages/"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RESULT, tmp_path / ID))


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The result in a results bucket, beside an object that is none of its business."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="secret", Body=b"of others")
        for path in RESULT.rglob("*.*"):
            key = f"documents/{ID}/{path.relative_to(RESULT).as_posix()}"
            s3.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())
        yield s3


def changed(folder: Path, change: Callable[[Any], Any]) -> Path:
    """The folder with another manifest."""
    place = folder / "manifest.json"
    manifest = json.loads(place.read_text("utf-8"))
    change(manifest)
    place.write_text(json.dumps(manifest), "utf-8")
    return folder


def event(**data: Any) -> dict[str, Any]:
    detail = json.loads((RESULT.parent / "event.completed.json").read_text("utf-8"))
    detail["data"] |= data
    return {"source": "recita.pipeline", "detail": detail}


def test_it_imports_neither_boto3_nor_pydantic() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(Path(recita_client.__file__).parents[1])!r});"
        "import recita_client; print(*sys.modules)"
    )
    found = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(found.stdout.split())
    assert "recita_client.document" in loaded
    assert not loaded & {"boto3", "botocore", "pydantic", "dataclasses", "concurrent.futures"}


def test_a_folder_and_a_bucket_read_alike(folder: Path, bucket: Any) -> None:
    here, there = recita_client.open_document(folder), recita_client.open_document(
        f"s3://{BUCKET}/documents/{ID}/manifest.json", client=bucket
    )  # fmt: skip
    assert here.manifest == there.manifest
    assert repr(here.manifest) == repr(there.manifest)
    assert len({here.manifest.cost, there.manifest.cost}) == 1
    for document in (here, there):
        assert document.manifest.status == "COMPLETED"
        assert document.manifest.run == 1
        assert [(f.name, f.value, f.page) for f in document.manifest.facts] == [
            ("invoice number", "4711", 1),
            ("total", "1,250 euros", 2),
        ]
        assert document.page(1).text.startswith("Invoice 4711")
        assert document.page(1).lines[0].words[1].text == "4711"
        assert [s.pages for s in document.summary().sentences] == [(1,), (2,)]
        assert "biblioteca" in document.summary("es").text
        audio = document.audio("es")
        assert len(audio.mp3()) > 0
        assert audio.captions().startswith("WEBVTT")
        words = [mark.value for mark in audio.marks() if mark.type == "word"]
        assert "biblioteca" in words
        assert list(document.fields()) == []


def test_boto3_finds_the_client_by_itself(bucket: Any) -> None:
    assert bucket is not None
    assert recita_client.open_event(event()).manifest.document_id == ID


def test_artifacts_are_read_when_they_are_asked_for() -> None:
    asked = []

    class Counting(FolderSource):
        def read(self, key: str) -> bytes:
            asked.append(key)
            return super().read(key)

    document = recita_client.open_document(Counting(RESULT))
    pages = document.pages()
    assert asked == ["manifest.json"]
    next(pages)
    assert asked == ["manifest.json", "pages/0001.json"]


@pytest.mark.parametrize("version", ["2.0", "0.9", "10.1"])
def test_another_major_version_is_refused(folder: Path, version: str) -> None:
    changed(folder, lambda m: m.update(schema_version=version))
    with pytest.raises(UnsupportedVersionError) as error:
        recita_client.open_document(folder)
    assert f"schema version {version}" in str(error.value)
    assert "reads 1.x" in error.value.what
    assert error.value.fix == "use the client/ folder of the Recita that wrote it"
    event_2 = event()
    event_2["detail"]["metadata"]["schema_version"] = version
    with pytest.raises(UnsupportedVersionError):
        recita_client.open_event(event_2)


def test_fields_of_a_later_minor_version_are_passed_over(folder: Path) -> None:
    before = recita_client.open_document(folder).manifest

    def later(manifest: Any) -> None:
        manifest |= {"schema_version": "1.9", "of_1_9": {"x": [1]}}
        manifest["pages"][0]["of_1_9"] = True
        manifest["pages"][0]["method"] = "a-new-method"

    after = recita_client.open_document(changed(folder, later)).manifest
    assert after.pages[0].method == "a-new-method"
    assert after.pages[1:] == before.pages[1:]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: m.pop("status"), "manifest has no status"),
        (lambda m: m.update(status="DONE"), "manifest.status is none of COMPLETED, PARTIAL"),
        (lambda m: m.update(pages={}), "manifest.pages is an object, a list is expected"),
        (lambda m: m["pages"].append("x"), "manifest.pages[2] is text, an object is expected"),
        (lambda m: m["pages"][0].update(number=True), "manifest.pages[0].number is true or false"),
        (lambda m: m["cost"].update(estimated="1"), "manifest.cost.estimated is text, a number"),
        (lambda m: m.update(created_at="today"), "manifest.created_at is text, a time"),
        (lambda m: m["cost"].update(estimated=10**400), "manifest.cost.estimated is a number too"),
        (lambda m: m["artifacts"].append(m["artifacts"][0]), "two artifacts by one key"),
        (lambda m: m.update(schema_version=1.0), "the manifest has no schema_version"),
        (lambda m: m.pop("schema_version"), "the manifest has no schema_version"),
    ],
)
def test_what_does_not_follow_the_contract_is_named(
    folder: Path, change: Callable[[Any], Any], told: str
) -> None:
    with pytest.raises(ContractError) as error:
        recita_client.open_document(changed(folder, change))
    assert told in error.value.what
    assert error.value.fix


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_what_is_no_manifest_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(ContractError):
        recita_client.parse_manifest(body)


@pytest.mark.parametrize("key", TRICKS)
def test_keys_that_leave_the_document_are_refused(folder: Path, bucket: Any, key: str) -> None:
    (folder.parent / "secret").write_text("of others", "utf-8")
    for source in (FolderSource(folder), S3Source(BUCKET, ID, bucket)):
        with pytest.raises(UnsafeNameError):
            source.read(key)
    secret = hashlib.sha256(b"of others").hexdigest()

    def naming(manifest: Any) -> None:
        manifest["artifacts"][0] |= {"key": key, "bytes": 9, "sha256": secret}
        manifest["pages"][0]["artifact"] = key

    document = recita_client.open_document(changed(folder, naming))
    with pytest.raises((UnsafeNameError, NotFoundError)):
        document.page(1)
    with pytest.raises(UnsafeNameError):
        document.download(folder.parent / "out")
    assert not (folder.parent / "out" / "manifest.json").exists()


def test_links_out_of_the_folder_are_refused(folder: Path) -> None:
    page = folder / "pages" / "0001.json"
    elsewhere = shutil.move(page, folder.parent / "elsewhere.json")
    page.symlink_to(elsewhere)
    with pytest.raises(UnsafeNameError, match="leads out"):
        recita_client.open_document(folder).page(1)


def test_a_download_writes_through_no_link(folder: Path) -> None:
    out, elsewhere = folder.parent / "out", folder.parent / "elsewhere"
    out.mkdir()
    elsewhere.write_text("of others", "utf-8")
    (out / ".text.md.new").symlink_to(elsewhere)
    recita_client.open_document(folder).download(out)
    assert elsewhere.read_text("utf-8") == "of others"
    assert recita_client.open_document(out).text()
    assert [p.name for p in out.rglob(".*")] == [".text.md.new"]


@pytest.mark.parametrize(
    "address",
    [
        f"s3://{BUCKET}/documents/../{ID}",
        f"s3://{BUCKET}/documents/{ID[:-1]}",
        f"s3://{BUCKET}/documents/{ID.upper()}",
        f"s3://{BUCKET}/documents/{ID}/../{ID}",
        f"s3://{BUCKET}/work/{ID}",
        f"s3://{BUCKET}/documents/{ID}/manifest.json?versionId=1",
        f"s3://../documents/{ID}",
        f"s3:///documents/{ID}",
        f"s3://{BUCKET}",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(UnsafeNameError):
        recita_client.open_document(address, client=object())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"bucket": "other-bucket"}, "another bucket"),
        ({"bucket": "../b"}, "no name of a bucket"),
        ({"manifest_key": f"documents/{'0' * 32}/manifest.json"}, "not of its document"),
        ({"manifest_key": f"documents/{ID}/../x/manifest.json"}, "not of its document"),
    ],
)
def test_forged_events_are_refused(data: dict[str, str], told: str) -> None:
    with pytest.raises(UnsafeNameError, match=told):
        recita_client.open_event(event(**data), bucket=BUCKET, client=object())


@pytest.mark.parametrize("change", [{"source": "aws.s3"}, {"detail": None}, {"detail": {}}])
def test_events_of_others_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ContractError):
        recita_client.parse_event(event() | change)


def test_another_documents_manifest_is_refused(bucket: Any) -> None:
    body = (RESULT / "manifest.json").read_bytes()
    bucket.put_object(Bucket=BUCKET, Key=f"documents/{'0' * 32}/manifest.json", Body=body)
    with pytest.raises(UnsafeNameError, match="another document"):
        recita_client.open_document(f"s3://{BUCKET}/documents/{'0' * 32}", client=bucket)


@pytest.mark.parametrize("body", [b"", b"x" * 10])
def test_a_file_that_is_not_the_one_described_is_refused(folder: Path, body: bytes) -> None:
    place = folder / "text.md"
    place.write_bytes(body or place.read_bytes()[:-1] + b"?")
    with pytest.raises(IntegrityError, match="read the manifest again"):
        recita_client.open_document(folder).text()


def test_what_is_not_there_is_told(folder: Path, bucket: Any) -> None:
    with pytest.raises(NotFoundError, match="recita show"):
        recita_client.open_document(folder / "nowhere")
    with pytest.raises(NotFoundError, match="recita show"):
        recita_client.open_document(f"s3://{BUCKET}/documents/{'1' * 32}", client=bucket)
    with pytest.raises(bucket.exceptions.NoSuchBucket):
        recita_client.open_document(f"s3://no-such-bucket/documents/{ID}", client=bucket)
    (folder / "text.md").unlink()
    document = recita_client.open_document(folder)
    asked: tuple[Callable[[], Any], ...] = (
        document.text,
        lambda: document.page(3),
        lambda: document.summary("xx"),
        lambda: document.audio("xx"),
        lambda: document.translated_text("es"),
        lambda: document.picture("0001"),
        lambda: document.read("other.md"),
    )
    for ask in asked:
        with pytest.raises(NotFoundError):
            ask()


def test_why_a_language_is_missing_is_told() -> None:
    body = (RESULT.parent / "manifest.partial.json").read_bytes()
    document = Document(FolderSource(RESULT), body)
    with pytest.raises(NotFoundError, match="no voice is known for ja") as error:
        document.audio("ja")
    assert error.value.fix == "Name a voice with the Voices parameter, or allow more engines."


def test_a_download_is_a_folder_that_reads(bucket: Any, tmp_path: Path) -> None:
    document = recita_client.open_document(f"s3://{BUCKET}/documents/{ID}", client=bucket)
    folder = document.download(tmp_path / "out")
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert files == {p.relative_to(RESULT).as_posix() for p in RESULT.rglob("*") if p.is_file()}
    assert recita_client.open_document(folder).manifest == document.manifest


def test_lineage_leads_to_other_documents(folder: Path) -> None:
    child = "c" * 32
    shutil.copytree(folder, folder.parent / child)
    changed(folder.parent / child, lambda m: m.update(document_id=child, parent=ID))
    entry = {"document_id": child, "key": "k", "name": "n", "media_type": "m"}
    parent = recita_client.open_document(changed(folder, lambda m: m["children"].append(entry)))
    (found,) = parent.children()
    assert found.manifest.document_id == child
    again = found.parent()
    assert again is not None
    assert again.manifest == parent.manifest
    assert parent.parent() is None
    changed(folder.parent / child, lambda m: m.update(document_id="d" * 32))
    with pytest.raises(UnsafeNameError, match="another document"):
        list(parent.children())
    changed(folder, lambda m: m.update(document_id="e" * 32))
    with pytest.raises(UnsafeNameError, match="another document"):
        found.parent()
    entry["document_id"] = "../../x"
    changed(folder, lambda m: m.update(children=[entry]))
    with pytest.raises(UnsafeNameError):
        list(recita_client.open_document(folder).children())


def test_records_do_not_change(folder: Path) -> None:
    manifest = recita_client.open_document(folder).manifest
    with pytest.raises(AttributeError):
        manifest.status = "FAILED"  # type: ignore[misc]
    with pytest.raises(TypeError):
        type(manifest.cost)(estimated=1.0)  # type: ignore[call-arg]
    assert manifest != manifest.cost
