"""Inspection: the type from the bytes, the route, or a rejection with a stable code."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recita import cage
from recita.decoding import image, native, pdf, sniff
from recita.errors import ConfigurationError, DocumentRejectedError
from recita.models.document import Document
from recita.models.reasons import reason
from recita.models.record import Begun
from recita.models.steps import InspectInput
from recita.ports import UploadedFile, Uploads
from recita.steps.handover import DEPTH, DOCUMENT, MAX_BYTES, PARENT
from recita.steps.wishes import WISHES
from recita.steps.workbench import RUN, StepRun, Workbench

LIMITS = cage.Limits(seconds=60)
DOCUMENT_ID = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Defaults:
    """What the deployment asks for, as its parameters say it; an upload may ask otherwise."""

    languages: str
    speak: str
    ocr_features: str
    describe_images: str = "always"
    redact_text: str = "off"
    translate: str = "summary"


def run(given: InspectInput, *, bench: Workbench, uploads: Uploads, defaults: Defaults) -> Document:
    """Return the document with its route; a rejection is an outcome, not an error."""
    upload = given.upload
    with bench.step(upload.document_id, "inspect-document", given.attempt) as step:
        step.keep(RUN, Begun(at=step.started_at))
        document = Document(**upload.model_dump(), **_defaults(defaults))
        try:
            with uploads.fetch(upload, MAX_BYTES) as file:
                document = _inspected(document, file, step)
        except DocumentRejectedError as error:
            document = document.model_copy(update={"reason": reason(error.code, str(error))})
        step.keep(DOCUMENT, document)
        return document


def _defaults(defaults: Defaults) -> dict[str, Any]:
    """Return what the deployment asks for; raises ConfigurationError naming what can't be read."""
    wishes: dict[str, Any] = {}
    for wish, parse in WISHES.values():
        try:
            wishes[wish] = parse(getattr(defaults, wish))
        except ValueError as error:
            raise ConfigurationError(f"{wish}: {error}") from error
    return wishes


def _inspected(document: Document, file: UploadedFile, step: StepRun) -> Document:
    with file.path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    known = document.model_copy(update={"bytes": file.size, "sha256": digest})
    try:
        media = cage.run(LIMITS, sniff.media_type, file.path, document.key)
        known = known.model_copy(update={"media_type": media})
        pages, route = _pages(file.path, media), sniff.route(media)
    except DocumentRejectedError as error:
        return known.model_copy(update={"reason": reason(error.code, str(error))})
    if media == "image/tiff" and pages > 1:
        route = "document"
    wishes = _wishes(file.metadata, step)
    return known.model_copy(update={"route": route, "pages": pages, **wishes})


def _pages(path: Path, media: str) -> int:
    if media == sniff.PDF:
        return cage.run(LIMITS, pdf.measure, path)
    if media in sniff.NATIVE:
        return cage.run(LIMITS, native.measure, native.reader(media), path)
    return cage.run(LIMITS, image.measure, path)


def _wishes(metadata: dict[str, str], step: StepRun) -> dict[str, Any]:
    """Return what the uploader asked for in user metadata; a wrong wish falls to the default."""
    wishes: dict[str, Any] = {}
    for name, (wish, parse) in WISHES.items():
        if name in metadata:
            with _ignored_if_wrong(step):
                wishes[wish] = parse(metadata[name])
    if PARENT in metadata:
        with _ignored_if_wrong(step):
            wishes |= _origin(metadata)
    return wishes


def _origin(metadata: dict[str, str]) -> dict[str, str | int]:
    parent, depth = metadata[PARENT], metadata.get(DEPTH, "1")
    if not DOCUMENT_ID.fullmatch(parent) or depth not in ("1", "2", "3"):
        raise ValueError("the parent is not a document id, or its depth not 1 to 3")
    return {"parent": parent, "depth": int(depth)}


@contextmanager
def _ignored_if_wrong(step: StepRun) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        step.warn("metadata-ignored", f"The object's metadata: {error}.")
