"""Code and definitions as CloudFormation wants them: objects in S3, named by their content."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "recita-artifacts"
RUNTIME = "provided.al2023"
"""Runs :data:`BOOTSTRAP`. ministack's own Python runtime loses the names of errors."""

BOOTSTRAP = """\
#!/bin/sh
export AWS_SDK_UA_APP_ID="${_HANDLER%%.*}.$$"
cd "$LAMBDA_TASK_ROOT" && exec "$LOCAL_PYTHON" -m awslambdaric "$_HANDLER"
"""
"""Lambda's own Python runtime client, on the interpreter that has the project's dependencies.

Its AWS calls say in their user agent which function they come from, and which process.
"""

_EXECUTABLE, _READABLE = 0o100755, 0o100644
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Equal content gives equal bytes, whenever it is packed."""


def packed(folder: Path) -> bytes:
    """A Lambda zip of a folder and the bootstrap; dependencies come from the interpreter."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
        _add(bundle, "bootstrap", BOOTSTRAP.encode(), _EXECUTABLE)
        for path in _sources(folder):
            name = path.relative_to(folder).as_posix()
            _add(bundle, name, path.read_bytes(), _READABLE)
    return archive.getvalue()


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of what :func:`packed` would take."""
    digest = hashlib.sha256(BOOTSTRAP.encode())
    for path in _sources(folder):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


class ArtifactStore:
    """The bucket that templates point to."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3

    def put(self, content: bytes, suffix: str) -> str:
        """Store bytes under their hash and return the ``s3://`` address."""
        key = hashlib.sha256(content).hexdigest() + suffix
        self._ensure_bucket()
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        return f"s3://{BUCKET}/{key}"

    def _ensure_bucket(self) -> None:
        try:
            self._s3.head_bucket(Bucket=BUCKET)
        except ClientError:
            self._s3.create_bucket(Bucket=BUCKET)


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
            yield path


def _add(bundle: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr = mode << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    bundle.writestr(entry, content)
