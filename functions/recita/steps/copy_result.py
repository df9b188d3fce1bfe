"""Copy a result to a consumer's bucket: what the manifest names first, the manifest last."""

from __future__ import annotations

from typing import Literal

from recita.models.document import result_key, run_number
from recita.models.manifest import Manifest
from recita.ports import Results
from recita.ports.copies import Copies
from recita.steps.show_document import DOCUMENT_ID, MANIFEST

Copied = Literal["copied", "present", "superseded", "erased"]
"""``present``: this very result; ``superseded``: that of a later run; ``erased``: no original."""


def run(document: str, *, results: Results, copies: Copies) -> Copied:
    """Copy the result that is in force now, whichever the event told of; again changes nothing.

    A manifest is never there before its files, and files that it does not name any more are
    deleted, such as those of a document that a later run has blocked.
    Raises ValueError for what is no document id: whoever may use the bus can put any event there.
    """
    if not DOCUMENT_ID.fullmatch(document):
        raise ValueError("the event names no document id")
    place = result_key(document, MANIFEST)
    body, there = results.read(place), copies.read(place)
    if body is None:
        return "erased"
    if body == there:
        return "present"
    manifest = Manifest.model_validate_json(body)
    before = Manifest.model_validate_json(there) if there else None
    if before and _run(before) > _run(manifest):
        return "superseded"
    keys = _keys(manifest)
    copies.copy(keys)
    copies.delete(sorted(set(_keys(before)) - set(keys)) if before else ())
    found = copies.publish(place, body, lambda other: not _later(other, manifest))
    return "copied" if found == body else "superseded"


def _later(body: bytes, manifest: Manifest) -> bool:
    return _run(Manifest.model_validate_json(body)) > _run(manifest)


def _run(manifest: Manifest) -> int:
    return run_number(manifest.execution)


def _keys(manifest: Manifest) -> list[str]:
    return [result_key(manifest.document_id, one.key) for one in manifest.artifacts]
