"""Settling: a document whose execution has ended gets an ending of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from recita.models.document import Document, result_key, run_number
from recita.models.index import IndexRow
from recita.models.manifest import Manifest
from recita.models.steps import Failure, PublishInput
from recita.ports import Documents, EventBus, Outcome, Workflow
from recita.steps import publish_result
from recita.steps.workbench import Workbench

MOST_RESTARTS = 2
"""Runs that begin by themselves because the one before ended without a manifest."""

Settled = Literal["running", "recorded", "restarted", "closed"]


@dataclass(frozen=True)
class Settlement:
    """Compares what the index says of documents with their executions and manifests."""

    bench: Workbench
    documents: Documents
    workflow: Workflow
    bus: EventBus

    def settle(self, row: IndexRow) -> Settled:
        """Record the manifest of a run that has ended, or run it again, or close it as FAILED.

        What a person has stopped is not run again.
        """
        outcome = self.workflow.outcome(row.execution)
        if outcome == "RUNNING":
            return "running"
        manifest = self._manifest(row)
        if manifest is not None:
            results = self.bench.results
            publish_result.announce(manifest, results, documents=self.documents, bus=self.bus)
            return "recorded"
        if outcome == "ABORTED" or row.restarts >= MOST_RESTARTS:
            return self._close(row, outcome)
        # Without any execution the name is still free: nothing of this run has happened.
        self.documents.wait_again(row, row.run if outcome is None else row.run + 1)
        return "restarted"

    def _manifest(self, row: IndexRow) -> Manifest | None:
        """Return the manifest if it is of the row's run, or of a later one."""
        body = self.bench.results.read(result_key(row.upload.document_id, "manifest.json"))
        manifest = Manifest.model_validate_json(body) if body is not None else None
        return manifest if manifest and run_number(manifest.execution) >= row.run else None

    def _close(self, row: IndexRow, outcome: Outcome | None) -> Settled:
        failure = Failure(
            step="state-machine",
            error=f"Execution{(outcome or 'missing').title().replace('_', '')}",
            cause="the execution ended before it could publish a result",
        )
        given = PublishInput(
            document=Document(**row.upload.model_dump()),
            execution=row.execution,
            failures=(failure,),
        )
        publish_result.run(given, bench=self.bench, documents=self.documents, bus=self.bus)
        return "closed"
