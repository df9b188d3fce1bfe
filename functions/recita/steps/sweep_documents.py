"""The sweep: finds what was lost between two writes, two services or two events.

It believes no counter and no event: it asks Step Functions for executions, S3 for uploads and
manifests, and brings the index and the places in flight in line with them. Every finding is
handled by itself; one that can't be is told, and found again by the next sweep.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from recita.measures import IN_FLIGHT, LONGEST_WAIT, SWEPT, WAITING
from recita.models.base import Model, now
from recita.models.document import Upload, result_key, work_key
from recita.models.index import IndexRow
from recita.models.manifest import Manifest
from recita.models.row import table_key
from recita.ports.admission import Listing
from recita.ports.limits import Bookmark, Places
from recita.steps import finish_document
from recita.steps.admission import Admission
from recita.steps.settle_document import Settlement

MOST_WORKING = 1000
"""Documents whose execution is asked for in one sweep; ten times what is in flight by default."""

LATE_WRITES = timedelta(hours=1)
"""How long after erasing a function may still write: four times the longest timeout on Lambda."""

T = TypeVar("T")


class SweepReport(Model):
    """What a sweep found and did."""

    in_flight: int = 0
    """Places held when it began."""
    freed: int = 0
    """Places given back: their execution had ended, or had never begun."""
    settled: int = 0
    """Documents without an ending whose execution had ended."""
    admitted: int = 0
    """Uploads that no event had told of."""
    recorded: int = 0
    """Finished documents that the index had forgotten."""
    erased: int = 0
    """Versions of objects that a function still at work had written of an erased document."""
    started: int = 0
    """Documents that had waited although a place was free."""
    waiting: int = 0
    """Documents that waited when it began, or 1,000 where there are more."""
    waiting_seconds: float = 0
    """How long the document that waits longest has waited."""
    failed: tuple[str, ...] = ()
    """What could not be handled: a document id or a part of the sweep, and the error's name."""


@dataclass
class Sweep:
    """One sweep."""

    admission: Admission
    settlement: Settlement
    listing: Listing
    bookmark: Bookmark
    until: float
    """Time of ``time.monotonic`` after which no further page of uploads is looked at."""
    grace: timedelta
    """How long an event, or the function that works on it, may be on its way."""
    jobs: Places | None = None
    """Places of open Textract jobs, where they are bounded."""
    done: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def run(self) -> SweepReport:
        """Bring everything in line."""
        held = self.admission.places.holders()
        self._each(held, str, self._free)
        self._each(self.jobs.holders() if self.jobs else (), str, self._free_job)
        late = (row for row in self.admission.documents.working(MOST_WORKING) if self._late(row))
        self._each(late, _document, self._settle)
        gone = self.admission.documents.erased(now() - LATE_WRITES, MOST_WORKING)
        self._each(gone, _document, self._erase)
        self._each(["uploads"], str, self._walk)
        waiting = self.admission.documents.waiting(MOST_WORKING)
        self._each(["waiting"], str, self._start)
        report = SweepReport(
            in_flight=len(held),
            waiting=len(waiting),
            waiting_seconds=_waited(waiting[0] if waiting else None),
            failed=tuple(self.failed),
            **self.done,
        )
        self._measure(report)
        return report

    def _measure(self, report: SweepReport) -> None:
        meter = self.settlement.bench.meter
        meter.measure(IN_FLIGHT, report.in_flight)
        meter.measure(WAITING, report.waiting)
        meter.measure(LONGEST_WAIT, report.waiting_seconds)
        for found, number in {**self.done, "failed": len(report.failed)}.items():
            if number:
                meter.measure(SWEPT, number, found)

    def _each(
        self, found: Iterable[T], name: Callable[[T], str], handle: Callable[[T], None]
    ) -> None:
        for one in found:
            try:
                handle(one)
            except Exception as error:  # noqa: BLE001 - one must not stop the others
                self.failed.append(f"{name(one)}: {type(error).__name__}")

    def _free(self, execution: str) -> None:
        outcome = self.admission.workflow.outcome(execution)
        if outcome == "RUNNING" or (outcome is None and self._begins(execution)):
            return
        finish_document.ending(execution, admission=self.admission, settlement=self.settlement)
        self.admission.places.give_back(execution)
        self.done["freed"] += 1

    def _free_job(self, document_id: str) -> None:
        """Give back the place of a Textract job whose document has its ending."""
        row = self.admission.documents.find(document_id)
        if self.jobs and (row is None or row.status not in ("QUEUED", "PROCESSING")):
            self.jobs.give_back(document_id)
            self.done["freed"] += 1

    def _begins(self, execution: str) -> bool:
        """Start what took a place and came no further, or is on its way to its start."""
        document_id, _, _ = execution.partition(".")
        row = self.admission.documents.find(document_id)
        if row is None or row.status != "QUEUED" or row.execution != execution:
            return False
        return self.admission.start(row)

    def _settle(self, row: IndexRow) -> None:
        self.done["settled"] += self.settlement.settle(row) != "running"

    def _erase(self, row: IndexRow) -> None:
        """Delete what came after a document was erased: stopping it stops no function at work."""
        results, name = self.settlement.bench.results, row.upload.document_id
        for prefix in (result_key(name, ""), work_key(name, ""), table_key(name)):
            self.done["erased"] += results.erase(prefix)

    def _start(self, _: str) -> None:
        self.done["started"] += len(self.admission.start_waiting())

    def _walk(self, _: str) -> None:
        """Go on through the uploads from where the last sweep stopped."""
        place = self.bookmark.read()
        while time.monotonic() < self.until:
            uploads, place = self.listing.page(place)
            old = [one.upload for one in uploads if one.at < now() - self.grace]
            known = self.admission.documents.known(upload.document_id for upload in old)
            unknown = (upload for upload in old if upload.document_id not in known)
            self._each(unknown, lambda upload: upload.document_id, self._take_in)
            self.bookmark.write(place)
            if not place:
                return

    def _take_in(self, upload: Upload) -> None:
        """Record an upload's manifest, or admit the upload: no event has done either."""
        key = result_key(upload.document_id, "manifest.json")
        body = self.settlement.bench.results.read(key)
        if body is None:
            self.admission.enter(upload)
            self.done["admitted"] += 1
        else:
            self.admission.documents.record(Manifest.model_validate_json(body), key)
            self.done["recorded"] += 1

    def _late(self, row: IndexRow) -> bool:
        return row.updated_at < now() - self.grace


def _document(row: IndexRow) -> str:
    return row.upload.document_id


def _waited(row: IndexRow | None) -> float:
    return (now() - row.queued_at).total_seconds() if row and row.queued_at else 0.0
