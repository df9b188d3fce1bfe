"""Finds the pictures inside a document."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import PicturesFound, StepInput
from recita.settings import required, whole
from recita.steps import find_pictures
from recita.wiring import wiring


@lambda_step(StepInput)
def lambda_handler(given: StepInput) -> PicturesFound:
    """Return SUCCEEDED with the batches to be seen, or SKIPPED without a picture."""
    return find_pictures.run(
        given,
        bench=wiring.bench(),
        uploads=wiring.uploads,
        most=whole(required("MAX_PICTURES")),
    )
