"""Buckets, table, state machine and bus in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from recita.errors import DocumentRejectedError
from recita.models.document import Upload, document_id
from recita.models.event import DocumentEvent
from recita.models.manifest import Manifest
from recita.ports import NewUpload, UploadedFile


class FakeUploads:
    """The input bucket: every version of every object."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str, str], tuple[bytes, dict[str, str]]] = {}
        self.fetched: list[str] = []
        self.attached: list[Upload] = []

    def put(self, upload: Upload, body: bytes, metadata: dict[str, str] | None = None) -> None:
        name = (upload.bucket, upload.key, upload.version_id)
        self.files[name] = body, metadata or {}

    @contextmanager
    def fetch(self, upload: Upload, limit: int) -> Iterator[UploadedFile]:
        self.fetched.append(upload.key)
        file = self.files.get((upload.bucket, upload.key, upload.version_id))
        if file is None:
            raise DocumentRejectedError("empty", "the upload was deleted again")
        body, metadata = file
        if len(body) > limit:
            raise DocumentRejectedError("too-large", f"{len(body)} bytes")
        with TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            path.write_bytes(body)
            yield UploadedFile(path, metadata)

    def attach(self, parent: Upload, attachment: NewUpload) -> Upload:
        known = [n for n in self.files if n[:2] == (parent.bucket, attachment.key)]
        version = known[-1][2] if known else "v1"
        upload = Upload(
            document_id=document_id(parent.bucket, attachment.key, version),
            bucket=parent.bucket,
            key=attachment.key,
            version_id=version,
        )
        if not known:
            self.put(upload, attachment.body, attachment.metadata)
            self.attached.append(upload)
        return upload


class FakeResults:
    """The results bucket; ``log`` tells in which order keys were written."""

    def __init__(self, bucket: str = "recita-results") -> None:
        self.bucket = bucket
        self.objects: dict[str, bytes] = {}
        self.log: list[str] = []
        self.rival: Callable[[], None] | None = None
        """Runs once between the read and the write of the next :meth:`publish`."""

    def read(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def write(self, key: str, body: bytes, media_type: str) -> None:
        assert media_type
        self.objects[key] = body
        self.log.append(key)

    def upload(self, key: str, path: Path, media_type: str) -> None:
        self.write(key, path.read_bytes(), media_type)

    def download(self, key: str, path: Path) -> bool:
        body = self.objects.get(key)
        if body is not None:
            path.write_bytes(body)
        return body is not None

    def remove(self, prefix: str, keep: str = "") -> None:
        for key in [key for key in self.objects if key.startswith(prefix) and key != keep]:
            del self.objects[key]

    def publish(self, key: str, body: bytes, accept: Callable[[bytes], bool]) -> bytes:
        current = self.objects.get(key)
        if current is not None and not accept(current):
            return current
        rival, self.rival = self.rival, None
        if rival:
            rival()
        if self.objects.get(key) is not current:  # the write's condition no longer holds
            return self.publish(key, body, accept)
        self.write(key, body, "application/json")
        return body


class FakeDocuments:
    """The table of documents."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def admit(self, upload: Upload) -> None:
        self.rows.setdefault(upload.document_id, {"status": "PROCESSING", "source_key": upload.key})

    def record(self, manifest: Manifest, manifest_key: str) -> None:
        self.rows[manifest.document_id] = {
            "status": manifest.status,
            "source_key": manifest.source.key,
            "manifest_key": manifest_key,
        }


class FakeWorkflow:
    """The state machine: started executions, and tasks that wait for a token."""

    def __init__(self) -> None:
        self.executions: dict[str, Upload] = {}
        self.waiting: set[str] = set()
        self.resumed: dict[str, dict[str, Any]] = {}

    def start(self, upload: Upload) -> bool:
        if upload.document_id in self.executions:
            return False
        self.executions[upload.document_id] = upload
        return True

    def resume(self, token: str, output: dict[str, Any]) -> None:
        if token in self.waiting:
            self.waiting.discard(token)
            self.resumed[token] = output


class FakeBus:
    """The event bus."""

    def __init__(self) -> None:
        self.events: list[DocumentEvent] = []

    def publish(self, event: DocumentEvent) -> None:
        self.events.append(event)
