"""Brings one object that was there before into the pipeline."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.backfill import BackfillInput, BackfillOutput
from recita.steps import backfill_object
from recita.wiring import wiring


@lambda_step(BackfillInput)
def lambda_handler(given: BackfillInput) -> BackfillOutput:
    """Return what became of the object."""
    return backfill_object.run(given, objects=wiring.objects, admission=wiring.admission)
