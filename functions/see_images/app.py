"""Labels, moderates and reads the uploaded picture."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import StepInput, StepOutput
from recita.steps import see_images
from recita.wiring import wiring


@lambda_step(StepInput)
def lambda_handler(given: StepInput) -> StepOutput:
    """Return SUCCEEDED once the picture's analysis is stored."""
    return see_images.run(given, bench=wiring.bench(), uploads=wiring.uploads, vision=wiring.vision)
