"""Estimates from list prices."""

from __future__ import annotations

import pytest
from recita.models.record import Usage
from recita.pricing import estimate


def tokens(count: int, model: str) -> Usage:
    return Usage(
        service="bedrock-runtime",
        operation="Converse",
        resource=model,
        calls=1,
        units=count,
        unit="inputTokens",
    )


@pytest.mark.parametrize(
    "prefix", ["", "eu.", "jp.", "arn:aws:bedrock:eu-west-1::foundation-model/"]
)
def test_a_model_costs_the_same_by_any_name(prefix: str) -> None:
    cost = estimate([tokens(1_000_000, f"{prefix}amazon.nova-pro-v1:0")])
    assert cost.estimated == pytest.approx(0.8)


def test_a_model_without_a_price_is_not_priced_as_another() -> None:
    assert estimate([tokens(1_000_000, "mistral.mistral-large-2407-v1:0")]).estimated == 0
