"""Buckets in a folder of this machine, for steps that run before anything is uploaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

from recita.errors import DocumentRejectedError
from recita.models.document import Upload, document_id
from recita.ports import NewUpload, UploadedFile

INPUT = "this-machine"


@dataclass
class ScratchResults:
    """A results bucket; ``fork`` makes another that begins with the same objects."""

    folder: Path
    bucket: str = "scratch"
    objects: dict[str, Path] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0
    """Requests so far: S3 is paid by them."""

    def fork(self) -> ScratchResults:
        """Return a bucket of its own with what lies here; files are never written twice."""
        return ScratchResults(self.folder, self.bucket, dict(self.objects), self.reads, self.writes)

    def read(self, key: str) -> bytes | None:
        """Return the object, or None when there is none."""
        self.reads += 1
        return self.objects[key].read_bytes() if key in self.objects else None

    def names(self, prefix: str) -> list[str]:
        """Return the keys that begin with ``prefix``, in order."""
        self.writes += 1  # a listing is paid like a write
        return sorted(key for key in self.objects if key.startswith(prefix))

    def write(self, key: str, body: bytes, media_type: str) -> None:  # noqa: ARG002 - as the port
        """Create or replace the object."""
        self._place(key).write_bytes(body)

    def upload(self, key: str, path: Path, media_type: str) -> None:  # noqa: ARG002 - as the port
        """Create or replace the object by a file."""
        copyfile(path, self._place(key))

    def download(self, key: str, path: Path) -> bool:
        """Write the object to a file; False without one."""
        body = self.read(key)
        if body is not None:
            path.write_bytes(body)
        return body is not None

    def remove(self, prefix: str, keep: str = "") -> None:
        """Remove every object whose key begins with ``prefix``, but the one named ``keep``."""
        for key in self.names(prefix):
            if key != keep:
                del self.objects[key]

    def erase(self, prefix: str) -> int:
        """Delete what lies under ``prefix``; return how many there were."""
        before = len(self.objects)
        self.remove(prefix)
        return before - len(self.objects)

    def publish(self, key: str, body: bytes, accept: Callable[[bytes], bool]) -> bytes:
        """Write ``key`` where ``accept`` lets what is there be replaced; return what it holds."""
        before = self.read(key)
        if before is not None and not accept(before):
            return before
        self.write(key, body, "")
        return body

    def _place(self, key: str) -> Path:
        self.writes += 1
        self.objects[key] = self.folder / uuid4().hex
        return self.objects[key]


@dataclass
class ScratchUploads:
    """An input bucket: files of this machine, and what is found attached to them."""

    folder: Path
    files: dict[str, UploadedFile] = field(default_factory=dict)
    """By document id."""

    def put(self, key: str, file: UploadedFile) -> Upload:
        """Take a file for an upload of that name."""
        upload = Upload(
            document_id=document_id(INPUT, key, "1"), bucket=INPUT, key=key, version_id="1"
        )
        self.files[upload.document_id] = file
        return upload

    @contextmanager
    def fetch(self, upload: Upload, limit: int) -> Iterator[UploadedFile]:
        """Lend the file itself, which nobody writes to."""
        file = self.files[upload.document_id]
        if file.size > limit:
            raise DocumentRejectedError("too-large", f"{file.size:,} bytes")
        yield file

    def attach(self, parent: Upload, attachment: NewUpload) -> Upload:  # noqa: ARG002 - the port
        """Keep what came with a mail as an upload of its own."""
        path = self.folder / uuid4().hex
        path.write_bytes(attachment.body)
        return self.put(attachment.key, UploadedFile(path, dict(attachment.metadata)))
