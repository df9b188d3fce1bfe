"""Buckets, table, state machine and bus in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from recita.errors import DocumentRejectedError
from recita.models.document import Upload, document_id, run_number
from recita.models.event import DocumentEvent
from recita.models.index import IndexRow
from recita.models.manifest import Manifest
from recita.ports import NewUpload, Outcome, UploadedFile
from recita.ports.admission import Uploaded


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


class FakeListing:
    """Everything in an input bucket, in pages of two."""

    def __init__(self) -> None:
        self.uploads: list[Uploaded] = []

    def page(self, place: dict[str, str]) -> tuple[list[Uploaded], dict[str, str]]:
        start = int(place.get("start", 0))
        following = start + 2
        more = following < len(self.uploads)
        return self.uploads[start:following], {"start": str(following)} if more else {}


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

    def names(self, prefix: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))

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

    def erase(self, prefix: str) -> int:
        before = len(self.objects)
        self.remove(prefix)
        return before - len(self.objects)

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


def now() -> datetime:
    """The time of the table, which no clock of a test sets."""
    return datetime.now(UTC)


class FakeDocuments:
    """The table of documents."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def admit(self, upload: Upload) -> IndexRow:
        fresh = {"upload": upload, "status": "QUEUED", "source_key": upload.key, "run": 1}
        self.rows.setdefault(upload.document_id, fresh | {"queued_at": now(), "updated_at": now()})
        return self._row(upload.document_id)

    def find(self, document_id: str) -> IndexRow | None:
        return self._row(document_id) if document_id in self.rows else None

    def waiting(self, most: int) -> list[IndexRow]:
        return self._with("QUEUED")[:most]

    def working(self, most: int) -> list[IndexRow]:
        return self._with("PROCESSING")[:most]

    def erased(self, since: datetime, most: int) -> list[IndexRow]:
        return [row for row in self._with("ERASED") if row.updated_at >= since][:most]

    def started(self, row: IndexRow) -> None:
        self._change(row, "QUEUED", {"status": "PROCESSING"})

    def wait_again(self, row: IndexRow, run: int) -> bool:
        restarts = row.restarts + (run != row.run)
        change = {"status": "QUEUED", "run": run, "restarts": restarts, "queued_at": now()}
        return self._change(row, row.status, change)

    def known(self, document_ids: Iterable[str]) -> frozenset[str]:
        return frozenset(document_ids) & self.rows.keys()

    def record(self, manifest: Manifest, manifest_key: str) -> None:
        run, known = run_number(manifest.execution), self.rows.get(manifest.document_id)
        if known and (known["run"] > run or known["status"] == "ERASED"):
            return
        self.rows[manifest.document_id] = {
            "upload": Upload.model_validate(
                {"document_id": manifest.document_id} | manifest.source.model_dump()
            ),
            "status": manifest.status,
            "source_key": manifest.source.key,
            "manifest_key": manifest_key,
            "run": run,
            "updated_at": now(),
        }

    def _row(self, document_id: str) -> IndexRow:
        return IndexRow.model_validate(self.rows[document_id], from_attributes=True)

    def _with(self, status: str) -> list[IndexRow]:
        found = [self._row(name) for name, row in self.rows.items() if row["status"] == status]
        return sorted(found, key=lambda row: row.updated_at)

    def _change(self, row: IndexRow, was: str, change: dict[str, Any]) -> bool:
        known = self.rows[row.upload.document_id]
        if (known["status"], known["run"]) != (was, row.run):
            return False
        known.update(change, updated_at=now())
        return True


class FakeWorkflow:
    """The state machine: started executions, and tasks that wait for a token."""

    def __init__(self) -> None:
        self.executions: dict[str, Upload] = {}
        self.outcomes: dict[str, Outcome] = {}
        """How executions ended; those that are missing are running."""
        self.waiting: set[str] = set()
        self.resumed: dict[str, dict[str, Any]] = {}

    def start(self, upload: Upload, execution: str) -> bool:
        if execution in self.executions:
            return False
        self.executions[execution] = upload
        return True

    def outcome(self, execution: str) -> Outcome | None:
        return self.outcomes.get(execution, "RUNNING") if execution in self.executions else None

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
