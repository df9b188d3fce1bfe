"""Bringing a document's results home: every artifact that the manifest names, then the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from recita.models.document import result_key
from recita.models.manifest import Manifest
from recita.models.record import Artifact

from recita_cli.console import CliError
from recita_cli.target import Target

THREADS = 8


def parse(body: bytes) -> Manifest:
    """The manifest as a model; fields that a later 1.x version adds are ignored."""
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        return Manifest.model_validate_json(body)
    except ValidationError as error:
        message = f"the manifest does not follow the contract: {error}"
        raise CliError(message, "use the recita that belongs to this stack") from error


def local_path(directory: Path, key: str) -> Path:
    """Where an artifact goes; raises CliError for a key that would leave ``directory``.

    Keys are relative and use ``/``. A manifest is data from elsewhere: it gets no say in where
    files are written, not even through a link that lies in the directory already.
    """
    parts = PurePosixPath(key).parts
    unsafe = not parts or key.startswith("/") or ".." in parts or "\\" in key or "\0" in key
    place = directory.joinpath(*parts) if not unsafe else directory
    if unsafe or not place.resolve().is_relative_to(directory.resolve()):
        fix = "do not use these results; run the document again"
        raise CliError(f"the manifest names an artifact outside its folder: {key!r}", fix)
    return place


def fetch(target: Target, manifest: Manifest, body: bytes, out: Path) -> Path:
    """Write everything into ``out/<document_id>`` and return that directory.

    Each file is checked against the size and SHA-256 in the manifest; ``manifest.json`` comes
    last, so a directory that has one is complete.
    """
    directory = out / manifest.document_id
    directory.mkdir(parents=True, exist_ok=True)
    places = [(artifact, local_path(directory, artifact.key)) for artifact in manifest.artifacts]
    read = _reader(target, manifest.document_id)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda pair: _save(pair[0], pair[1], read), places))
    _write(local_path(directory, "manifest.json"), body)
    return directory


def fetch_one(target: Target, manifest: Manifest, key: str, directory: Path) -> Path:
    """Write one artifact, checked as above, into a directory and return its place."""
    artifact = next(found for found in manifest.artifacts if found.key == key)
    place = local_path(directory, key)
    _save(artifact, place, _reader(target, manifest.document_id))
    return place


def _reader(target: Target, document: str) -> Callable[[str], bytes]:
    bucket = target.outputs["ResultsBucketName"]

    def read(key: str) -> bytes:
        answer = target.s3.get_object(Bucket=bucket, Key=result_key(document, key))
        body: bytes = answer["Body"].read()
        return body

    return read


def _save(artifact: Artifact, place: Path, read: Callable[[str], bytes]) -> None:
    body = read(artifact.key)
    if hashlib.sha256(body).hexdigest() != artifact.sha256:
        message = f"{artifact.key} is not what the manifest describes ({len(body)} bytes came)"
        raise CliError(message, "run the command again: the document may just have been re-run")
    _write(place, body)


def _write(place: Path, body: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_name(f".{place.name}.new")
    half.write_bytes(body)
    half.replace(place)  # nobody ever reads half a file
