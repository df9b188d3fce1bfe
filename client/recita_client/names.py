"""Ids, keys and addresses: none may lead anywhere but to the document it names."""

from __future__ import annotations

import re

from recita_client.errors import UnsafeNameError

DOCUMENT_ID = re.compile(r"[0-9a-f]{32}")
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ADDRESS = re.compile(r"s3://([^/]+)/documents/([^/]+)(?:/(?:manifest\.json)?)?")
MANIFEST = "manifest.json"


def check_document_id(document_id: str) -> str:
    """Return a document id; raises UnsafeNameError for anything but 32 hex digits."""
    if not isinstance(document_id, str) or not DOCUMENT_ID.fullmatch(document_id):
        raise UnsafeNameError(
            f"{document_id!r:.80} is no document id, which has 32 digits of 0-9 and a-f",
            "take the id from an event, a manifest or `recita status`",
        )
    return document_id


def check_bucket(bucket: str) -> str:
    """Return a bucket's name; raises UnsafeNameError for what can't be one."""
    if not isinstance(bucket, str) or not BUCKET.fullmatch(bucket):
        fix = "name the bucket as the stack's output ResultsBucketName does"
        raise UnsafeNameError(f"{bucket!r:.80} is no name of a bucket", fix)
    return bucket


def check_key(key: str) -> str:
    """Return a key inside a document's prefix; raises UnsafeNameError for one that leaves it."""
    unsafe = (
        not isinstance(key, str)
        or not key
        or any(part in ("", ".", "..") for part in key.split("/"))
        or not key.isprintable()
        or "\\" in key
        or ":" in key  # a drive, a scheme
    )
    if unsafe:
        raise UnsafeNameError(
            f"{key!r:.80} names nothing inside its document's folder",
            "do not use these results; run the document again",
        )
    return key


def document_key(document_id: str, key: str) -> str:
    """Return the key of a document's file in the results bucket."""
    return f"documents/{check_document_id(document_id)}/{check_key(key)}"


def split_address(address: str) -> tuple[str, str]:
    """Return bucket and document id of ``s3://bucket/documents/<document_id>[/manifest.json]``."""
    found = ADDRESS.fullmatch(address)
    if not found:
        raise UnsafeNameError(
            f"{address!r:.160} is no address of a result",
            "use s3://bucket/documents/<document_id>",
        )
    return check_bucket(found[1]), check_document_id(found[2])
