"""Finds what was lost between two writes, two services or two events, and mends it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from recita.handling import told
from recita.models.steps import Event, SweepInput
from recita.wiring import wiring

LAST_SECONDS = 60.0
"""Kept for the page of uploads that is being looked at when the time is up."""


def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Sweep once; return what was found and done. ``{"grace_seconds": 0}`` leaves nothing out."""
    seconds = context.get_remaining_time_in_millis() / 1000 - LAST_SECONDS
    with told("sweep-documents", context) as line:
        report = (
            wiring.sweep(SweepInput.model_validate(event), seconds).run().model_dump(mode="json")
        )
        line.update(report)
    return report
