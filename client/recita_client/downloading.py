"""Artifacts, checked against what the manifest says of them, and written to a folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from recita_client.errors import IntegrityError
from recita_client.manifest import Artifact, Manifest
from recita_client.names import MANIFEST, check_key
from recita_client.sources import Source, inside

THREADS = 8


def checked(artifact: Artifact, source: Source) -> bytes:
    """Return an artifact's bytes; raises IntegrityError when they are not what is described."""
    body = source.read(check_key(artifact.key))
    if len(body) != artifact.bytes or hashlib.sha256(body).hexdigest() != artifact.sha256:
        raise IntegrityError(
            f"{artifact.key} is not what the manifest describes: {len(body)} bytes came from "
            f"{source.name}, {artifact.bytes} are told",
            "read the manifest again: the document may just have been run again",
        )
    return body


def download(source: Source, manifest: Manifest, body: bytes, folder: Path) -> Path:
    """Write everything into a folder, the manifest last; every place is checked before."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - 10 ms for few

    folder.mkdir(parents=True, exist_ok=True)
    places = [(artifact, inside(folder, artifact.key)) for artifact in manifest.artifacts]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda pair: _write(pair[1], checked(pair[0], source)), places))
    _write(inside(folder, MANIFEST), body)
    return folder


def _write(place: Path, body: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_name(f".{place.name}.{os.urandom(8).hex()}")
    try:
        with half.open("xb") as file:  # never through a link that somebody has laid
            file.write(body)
        half.replace(place)  # nobody ever reads half a file
    finally:
        half.unlink(missing_ok=True)
