"""One document: where it stands, what came out, and links to its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from recita.errors import RequestRefusedError
from recita.models.api import ArtifactLink, ArtifactList, DocumentView
from recita.models.base import now
from recita.models.document import result_key, step_key, work_key
from recita.models.index import IndexRow
from recita.models.manifest import Manifest, Step
from recita.models.record import Begun, StepRecord
from recita.ports import Results
from recita.steps.desk import Desk
from recita.steps.workbench import RUN

MANIFEST = "manifest.json"
UNENDED = frozenset({"QUEUED", "PROCESSING"})
LINK_VALID = timedelta(minutes=5)
DOCUMENT_ID = re.compile(r"[0-9a-f]{32}")
GROWING = {"pages", "images", "artifacts", "guardrails", "usage", "engines", "steps"}
"""Fields of a manifest that are left out of a view: they are read from the manifest itself."""


@dataclass(frozen=True)
class Standing:
    """Where a document stands: its row, the steps of its run and, at the end, its manifest."""

    row: IndexRow
    steps: tuple[Step, ...]
    manifest: Manifest | None


def standing(document: str, desk: Desk) -> Standing:
    """Return where a document stands; raises RequestRefusedError."""
    row = _row(document, desk)
    manifest = None if row.status in UNENDED else _manifest(document, desk.results)
    steps = manifest.steps if manifest else tuple(_steps(document, desk.results))
    return Standing(row, steps, manifest)


def view(document: str, desk: Desk) -> DocumentView:
    """Return where a document stands, and its result; raises RequestRefusedError."""
    found = standing(document, desk)
    row, manifest = found.row, found.manifest
    return DocumentView.model_validate(
        {
            **row.model_dump(exclude={"upload", "restarts"}),
            "document_id": document,
            "source_key": row.upload.key,
            "reason": manifest and manifest.reason,
            "steps": found.steps,
            "result": manifest and manifest.model_dump(mode="json", exclude=GROWING),
        }
    )


def artifacts(document: str, desk: Desk) -> ArtifactList:
    """Return the files of a result, the manifest itself left out; raises RequestRefusedError."""
    return ArtifactList(document_id=document, artifacts=ended(document, desk).artifacts)


def link(document: str, name: str, desk: Desk) -> ArtifactLink:
    """Return a link to a file that the manifest names, or to the manifest.

    Raises RequestRefusedError: a name that the manifest has not leads nowhere, whatever it says.
    """
    known = {one.key for one in ended(document, desk).artifacts} | {MANIFEST}
    if name not in known:
        raise RequestRefusedError("artifact-unknown", "the result has no file of that name.")
    found = desk.links.download(result_key(document, name), now() + LINK_VALID)
    return found.model_copy(update={"key": name})


def _row(document: str, desk: Desk) -> IndexRow:
    if not DOCUMENT_ID.fullmatch(document):
        raise RequestRefusedError("id-unusable", "that is no document id.")
    row = desk.documents.find(document)
    if row is None:
        raise RequestRefusedError("document-unknown", "there is no document of this id.")
    if row.status == "ERASED":
        raise RequestRefusedError("document-erased", "the document was erased.")
    return row


def ended(document: str, desk: Desk) -> Manifest:
    """Return the manifest that is in force: of an earlier run while another is on its way.

    Raises RequestRefusedError.
    """
    row = _row(document, desk)
    manifest = _manifest(document, desk.results)
    if manifest is None:
        raise RequestRefusedError("document-unfinished", f"the document is {row.status}.")
    return manifest


def _manifest(document: str, results: Results) -> Manifest | None:
    body = results.read(result_key(document, MANIFEST))
    return None if body is None else Manifest.model_validate_json(body)


def _steps(document: str, results: Results) -> list[Step]:
    """The steps that this run has recorded so far, in the order in which they began."""
    begun = results.read(work_key(document, RUN))
    since = Begun.model_validate_json(begun).at if begun else None
    bodies = (results.read(key) for key in results.names(step_key(document, "")[: -len(".json")]))
    records = (StepRecord.model_validate_json(body) for body in bodies if body)
    steps = [Step.model_validate(one.model_dump()) for one in records if _is_of(one, since)]
    return sorted(steps, key=lambda one: (str(one.started_at), one.name))


def _is_of(record: StepRecord, since: datetime | None) -> bool:
    return since is None or record.ended_at >= since
