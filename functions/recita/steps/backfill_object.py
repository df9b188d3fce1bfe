"""Backfill: an object that was there before becomes an upload like any other."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from recita.models.backfill import BackfillInput, BackfillOutput
from recita.models.document import Upload, document_id
from recita.ports.backfill import Objects, Stored
from recita.steps.admission import Admission
from recita.steps.handover import MAX_BYTES
from recita.steps.wishes import WISHES

FOLDER = "backfill"
KEY_BYTES = 1024
"""Longest object key, in UTF-8 (S3 user guide, "Naming Amazon S3 objects")."""
NAME_BYTES = 200
"""Kept of a name whose key would be too long: its end, which says what kind of file it is."""
TOLD_CHARACTERS = 1000
"""Kept of a source's name in metadata, of which there may be 2 KB."""
SOURCE, ETAG, VERSION = "recita-source", "recita-source-etag", "recita-source-version"
"""User metadata that says where a copy came from."""


def run(given: BackfillInput, *, objects: Objects, admission: Admission) -> BackfillOutput:
    """Copy the object, or admit it where it lies; doing it again changes nothing."""
    if given.key.endswith("/"):
        return BackfillOutput(status="folder")  # what consoles put there to show one
    found = objects.find(given.bucket, given.key)
    if found is None:
        return BackfillOutput(status="gone")
    if found.bytes > MAX_BYTES:
        return BackfillOutput(status="too-large")
    if found.archived:
        return BackfillOutput(status="archived")
    if found.bucket == objects.input_bucket:
        return _admit(found, admission)
    return _copy(found, given.wishes, objects)


def _admit(found: Stored, admission: Admission) -> BackfillOutput:
    version = found.version_id or "null"
    name = document_id(found.bucket, found.key, version)
    if admission.documents.find(name) is not None:
        return BackfillOutput(status="present")
    upload = Upload(document_id=name, bucket=found.bucket, key=found.key, version_id=version)
    admission.enter(upload)
    return BackfillOutput(status="admitted")


def _copy(found: Stored, asked: dict[str, str], objects: Objects) -> BackfillOutput:
    """What is asked for in another way than before is another document."""
    key = copy_key(found.bucket, found.key)
    there = objects.find(objects.input_bucket, key)
    told = {**_wishes(asked), **_origin(found)}
    if there is not None and told.items() <= there.metadata.items():
        return BackfillOutput(status="present")
    objects.copy(found, key, {**_wishes(found.metadata), **told}, there)
    return BackfillOutput(status="copied")


def _wishes(metadata: dict[str, str]) -> dict[str, str]:
    return {name: metadata[name] for name in WISHES if name in metadata}


def copy_key(bucket: str, key: str) -> str:
    """Return the key of a copy: it tells the source, and is the same every time."""
    whole = f"{FOLDER}/{bucket}/{key}"
    if len(whole.encode()) <= KEY_BYTES:
        return whole
    digest = hashlib.sha256(key.encode()).hexdigest()
    name = key.rpartition("/")[2].encode()[-NAME_BYTES:].decode(errors="ignore")
    return f"{FOLDER}/{bucket}/{digest}/{name}"


def _origin(found: Stored) -> dict[str, str]:
    """Return where a copy came from, in ASCII as S3 wants its metadata."""
    source = f"s3://{found.bucket}/{quote(found.key)}"[:TOLD_CHARACTERS]
    told = {SOURCE: source, ETAG: found.etag.strip('"')}
    return told | ({VERSION: found.version_id} if found.version_id else {})
