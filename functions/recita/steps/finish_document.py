"""Finishing: an execution has ended, so its place is free and its document must have an ending."""

from __future__ import annotations

from recita.steps.admission import Admission
from recita.steps.settle_document import Settlement


def run(execution: str, *, admission: Admission, settlement: Settlement) -> list[str]:
    """Settle the document and start those that wait; return the executions that were started.

    Step Functions tells of an ended execution at least once, and in any order.
    """
    try:
        ending(execution, admission=admission, settlement=settlement)
    finally:  # what can't be settled now is the sweeper's; its place is not
        started = admission.leave(execution)
    return started


def ending(execution: str, *, admission: Admission, settlement: Settlement) -> bool:
    """Settle the document of an ended execution; False when its row says something newer."""
    document_id, _, _ = execution.partition(".")
    row = admission.documents.find(document_id)
    if row is None or row.status != "PROCESSING" or row.execution != execution:
        return False
    settlement.settle(row)
    return True
