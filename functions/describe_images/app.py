"""Describes pictures under the guardrail, and publishes them."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.steps import DescribeInput, DescribeProgress
from recita.steps import describe_images
from recita.wiring import wiring


@lambda_step(DescribeInput)
def lambda_handler(given: DescribeInput) -> DescribeProgress:
    """Return DONE, or CONTINUE when pictures are left for the next invocation."""
    return describe_images.run(
        given, bench=wiring.bench(), models=wiring.models, guardrail=wiring.guardrail
    )
