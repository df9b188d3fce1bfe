"""Publishing: the manifest by one conditional write, then the rows and the event."""

from __future__ import annotations

from collections import Counter

from recita.measures import DOCUMENTS, PAGES, REASONS, TIME_TO_FINISH
from recita.meter import Meter
from recita.models.document import result_key, run_number
from recita.models.event import DocumentEvent, EventData, EventMetadata
from recita.models.manifest import Manifest
from recita.models.steps import PublishInput, PublishOutput
from recita.ports import Documents, EventBus, Results
from recita.steps.assembly import assemble
from recita.steps.evidence import gather
from recita.steps.query_rows import write_row
from recita.steps.workbench import Workbench, to_json


def run(
    given: PublishInput, *, bench: Workbench, documents: Documents, bus: EventBus
) -> PublishOutput:
    """Publish the outcome, whatever it is; running again publishes nothing twice."""
    document = given.document
    with bench.step(document.document_id, "publish-result", given.attempt):
        manifest = assemble(given, gather(bench.results, document))
        key = result_key(document.document_id, "manifest.json")
        body = to_json(manifest)
        kept = bench.results.publish(key, body, lambda body: _older(body, given.execution))
        if kept == body:  # written by this very call
            _measure(manifest, bench.meter)
        manifest = Manifest.model_validate_json(kept)
        if manifest.status == "BLOCKED":  # nothing of it stays for readers but why
            bench.results.remove(result_key(document.document_id, ""), keep=key)
        announce(manifest, bench.results, documents=documents, bus=bus)
    return PublishOutput(document_id=document.document_id, status=manifest.status, manifest_key=key)


def announce(manifest: Manifest, results: Results, *, documents: Documents, bus: EventBus) -> None:
    """Tell table, index and bus of a manifest; whoever is told twice is told the same."""
    key = result_key(manifest.document_id, "manifest.json")
    write_row(manifest, results)
    documents.record(manifest, key)
    bus.publish(_event(manifest, results.bucket, key))


def _measure(manifest: Manifest, meter: Meter) -> None:
    meter.measure(DOCUMENTS, 1, manifest.status)
    if manifest.reason:
        meter.measure(REASONS, 1, manifest.reason.code)
    for method, pages in Counter(page.method for page in manifest.pages).items():
        meter.measure(PAGES, pages, method)
    begun = min((step.started_at for step in manifest.steps if step.started_at), default=None)
    if begun:
        meter.measure(TIME_TO_FINISH, (manifest.created_at - begun).total_seconds())


def _older(body: bytes, execution: str) -> bool:
    """Whether a published manifest may be replaced: only by a later, deliberate run."""
    return run_number(Manifest.model_validate_json(body).execution) < run_number(execution)


def _event(manifest: Manifest, bucket: str, key: str) -> DocumentEvent:
    return DocumentEvent(
        metadata=EventMetadata(
            event_id=f"{manifest.execution}:{manifest.status}", document_id=manifest.document_id
        ),
        data=EventData(
            bucket=bucket,
            manifest_key=key,
            status=manifest.status,
            source_key=manifest.source.key,
            languages=manifest.ledger.languages.translated,
            document_type=manifest.classification.type if manifest.classification else None,
        ),
    )
