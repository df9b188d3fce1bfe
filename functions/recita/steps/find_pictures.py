"""Finding pictures: the upload itself, or the pictures inside a document."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from recita import cage
from recita.decoding import pictures
from recita.decoding.pictures import Found
from recita.errors import DocumentRejectedError
from recita.models.document import Document, work_key
from recita.models.page import Reading
from recita.models.picture import Inventory, SkippedPictures, Spotted
from recita.models.steps import PicturesFound, StepInput
from recita.ports import Uploads
from recita.steps.handover import INVENTORY, MAX_BYTES, PENDING, READING, picture_file
from recita.steps.workbench import StepRun, Workbench

SEARCH_SECONDS = 420
"""After which the search ends, and the function still has time to keep what was found."""
LIMITS = cage.Limits(seconds=60, cpu_seconds=SEARCH_SECONDS + 60)
"""Seconds for the way to the next picture, one of 100 megapixels takes ten; the processor's are for
all of them, and never the first to run out."""
BATCH = 10
"""Pictures that one invocation sees: half a minute on AWS."""


@dataclass
class _Found:
    """What was found so far."""

    spotted: dict[str, Spotted] = field(default_factory=dict)
    """By digest."""
    skipped: Counter[str] = field(default_factory=Counter)
    error: str | None = None

    def inventory(self) -> Inventory:
        pictures = tuple(self.spotted.values())
        skipped = tuple(SkippedPictures(reason=r, count=n) for r, n in sorted(self.skipped.items()))
        return Inventory(pictures=pictures, skipped=skipped, error=self.error)


def run(given: StepInput, *, bench: Workbench, uploads: Uploads, most: int) -> PicturesFound:
    """Keep every picture once, upright and without metadata, for the steps that look at it.

    ``most``: pictures of a document that are looked at; the upload itself always is.
    """
    document = given.document
    with bench.step(document.document_id, "find-pictures", given.attempt) as step:
        most = max(most, 1) if document.route == "image" else most
        found = _Found()
        if pictures.may_hold(_holder(document)):
            found = _searched(step, document, uploads, most)
        _warn(step, found, most)
        step.keep(INVENTORY, found.inventory())
        count = len(found.spotted)
        if not count:
            step.status = "SUCCEEDED" if found.error else "SKIPPED"
            return PicturesFound(status="SKIPPED")
        return PicturesFound(status="SUCCEEDED", batches=batches(count))


def _searched(step: StepRun, document: Document, uploads: Uploads, most: int) -> _Found:
    found, started = _Found(), time.monotonic()
    scanned = _scanned(step, document)
    try:
        with uploads.fetch(document, MAX_BYTES) as file:
            search = pictures.search(LIMITS, file.path, _holder(document), scanned, most)
            for picture in search:
                _note(step, found, picture)
                if time.monotonic() - started > SEARCH_SECONDS:
                    found.error = "timeout"
                    break
    except DocumentRejectedError as error:  # what was found before stays
        found.error = error.code
    return found


def batches(pictures: int) -> tuple[int, ...]:
    """Return the numbers of the batches of so many pictures, from 1."""
    return tuple(range(1, -(-pictures // BATCH) + 1))


def batch_of(inventory: Inventory, number: int) -> tuple[Spotted, ...]:
    """Return the pictures of one batch."""
    return inventory.pictures[(number - 1) * BATCH : number * BATCH]


def _holder(document: Document) -> str:
    """Return the type to search: none for a TIFF whose frames are pages."""
    is_scan = document.route == "document" and document.media_type.startswith("image/")
    return "" if is_scan else document.media_type


def _scanned(step: StepRun, document: Document) -> frozenset[int]:
    """Return the pages without text of their own: a picture that fills one is the page itself."""
    if document.route == "image":
        return frozenset()
    reading = step.recall(PENDING, Reading) or step.recall(READING, Reading)
    pages = reading.pages if reading else ()
    return frozenset(page.number for page in pages if page.method == "ocr" or page.error)


def _note(step: StepRun, found: _Found, picture: Found) -> None:
    if picture.skipped == "repeat" and picture.digest in found.spotted:
        first = found.spotted[picture.digest]
        found.spotted[picture.digest] = first.model_copy(update={"repeats": first.repeats + 1})
    elif picture.jpeg is None:
        found.skipped[picture.skipped or "corrupt"] += 1
    else:
        number = f"{len(found.spotted) + 1:04d}"
        key = work_key(step.document_id, picture_file(number))
        step.results.write(key, picture.jpeg, "image/jpeg")
        found.spotted[picture.digest] = Spotted(
            id=number,
            page=picture.page,
            box=picture.box,
            kind=picture.kind,
            width=picture.width,
            height=picture.height,
            alt=picture.alt,
            digest=picture.digest,
        )
        if picture.frames > 1:
            step.warn("first-frame-only", f"The first of {picture.frames} frames was seen.")


def _warn(step: StepRun, found: _Found, most: int) -> None:
    beyond = found.skipped["limit"]
    if beyond:
        step.warn("pictures-limit", f"{most} pictures were looked at; {beyond} more were not.")
