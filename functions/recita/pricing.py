"""What a document would cost at AWS's list prices."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from recita.models.manifest import Cost
from recita.models.page import Feature
from recita.models.record import Usage

MODEL_PREFIXES = ("us.", "eu.", "apac.", "au.", "ca.", "jp.", "us-gov.", "global.")
CONTEXT = 100_000
"""Tokens that a model we know nothing of is taken to read at once."""
GUARDING = frozenset(
    {
        "contentPolicyUnits",
        "contentPolicyImageUnits",
        "contextualGroundingPolicyUnits",
        "sensitiveInformationPolicyUnits",
        "topicPolicyUnits",
    }
)


@cache
def table() -> dict[str, Any]:
    """Return the dated price table."""
    loaded: dict[str, Any] = json.loads(files("recita").joinpath("prices.json").read_text("utf-8"))
    return loaded


def estimate(usage: Iterable[Usage]) -> Cost:
    """Return the estimate; units without a known price cost nothing here (words, regexes)."""
    return Cost(
        currency=table()["currency"],
        estimated=round(price(usage), 6),
        price_table=table()["version"],
    )


def price(usage: Iterable[Usage]) -> float:
    """Return the sum in the table's currency."""
    return float(sum(item.units * _price(item) for item in usage))


def ocr_page(features: Sequence[Feature]) -> float:
    """Return what Textract costs a page: the text alone, or each feature looked for."""
    prices = table()["per_unit"]
    analysed = [prices[f"textract/AnalyzeDocument/{name} pages"] for name in features]
    return float(sum(analysed) or prices["textract/DetectDocumentText/pages"])


def context(model_id: str) -> int:
    """Return how many tokens a model reads at once, its answer included."""
    return int(_model(model_id).get("context", CONTEXT))


def priced(model_id: str) -> bool:
    """Return whether the table has a price for a model."""
    return "inputTokens" in _model(model_id)


def _price(item: Usage) -> float:
    if item.resource:
        return float(_model(item.resource).get(item.unit, 0))
    # A guardrail costs the same by itself and beside a model.
    operation = "ApplyGuardrail" if item.unit in GUARDING else item.operation
    key = f"{item.service}/{operation}/{item.unit}"
    return float(table()["per_unit"].get(key, 0))


def _model(model_id: str) -> dict[str, float]:
    """Return what is known of a model, by id, inference profile or ARN."""
    name = model_id.rsplit("/", 1)[-1]
    for prefix in MODEL_PREFIXES:
        name = name.removeprefix(prefix)
    known: dict[str, float] = table()["models"].get(name, {})
    return known
