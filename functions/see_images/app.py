"""Labels, moderates and reads a batch of pictures."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import SeeInput, StepOutput
from recita.settings import parse_moderation, required
from recita.steps import see_images
from recita.wiring import wiring


@lambda_step(SeeInput)
def lambda_handler(given: SeeInput) -> StepOutput:
    """Return SUCCEEDED, or BLOCKED when a picture stops the document."""
    rule = parse_moderation(required("MODERATION_ACTION"), required("MODERATION_CONFIDENCE"))
    return see_images.run(
        given,
        bench=wiring.bench(),
        vision=wiring.vision,
        moderated=see_images.Moderated(*rule),
    )
