"""Admission: every upload waits in the index until one of the places in flight is free.

The row comes first, then the place, the execution, and the row again. Each may happen twice and
any may be the last that happens: whoever comes next goes on from what it finds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from recita.measures import QUEUE_WAIT
from recita.meter import Meter
from recita.models.base import now
from recita.models.document import Upload
from recita.models.index import IndexRow
from recita.ports import Documents, Workflow
from recita.ports.limits import Places

ENOUGH = 20
"""Waiting documents looked at in one go: more places than these are never free at once for long."""


@dataclass(frozen=True)
class Admission:
    """The way from an upload to its execution."""

    documents: Documents
    places: Places
    workflow: Workflow
    meter: Meter = field(default_factory=Meter)

    def enter(self, upload: Upload) -> bool:
        """Record an upload, once, and start it if a place is free; else it waits in the index."""
        row = self.documents.admit(upload)
        return row.status == "QUEUED" and self.start(row)

    def leave(self, execution: str) -> list[str]:
        """Give back the place of an execution that has ended; return what was started instead."""
        self.places.give_back(execution)
        return self.start_waiting()

    def start_waiting(self) -> list[str]:
        """Start the documents that wait longest while places are free; return their executions."""
        started = []
        for row in self.documents.waiting(ENOUGH):
            if not self.start(row):
                break
            started.append(row.execution)
        return started

    def start(self, row: IndexRow) -> bool:
        """Start the row's run; False when no place is free."""
        if not self.places.take(row.execution):
            return False
        begun = self.workflow.start(row.upload, row.execution)
        self.documents.started(row)
        if begun and row.queued_at:
            self.meter.measure(QUEUE_WAIT, (now() - row.queued_at).total_seconds())
        if not begun and self.workflow.outcome(row.execution) != "RUNNING":
            self.places.give_back(row.execution)  # it ended before: nobody else would
        return True
