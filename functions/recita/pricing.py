"""What a document would cost at AWS's list prices."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from recita.models.manifest import Cost
from recita.models.record import Usage

MODEL_PREFIXES = ("us.", "eu.", "apac.", "au.", "ca.", "jp.", "us-gov.", "global.")


@cache
def table() -> dict[str, Any]:
    """Return the dated price table."""
    loaded: dict[str, Any] = json.loads(files("recita").joinpath("prices.json").read_text("utf-8"))
    return loaded


def estimate(usage: Iterable[Usage], model_id: str) -> Cost:
    """Return the estimate; units without a known price cost nothing here (words, regexes)."""
    total = sum(item.units * _price(item, model_id) for item in usage)
    return Cost(
        currency=table()["currency"], estimated=round(total, 6), price_table=table()["version"]
    )


def _price(item: Usage, model_id: str) -> float:
    model = model_id.rsplit("/", 1)[-1]
    for prefix in MODEL_PREFIXES:
        model = model.removeprefix(prefix)
    if item.operation == "Converse" and model in table()["models"]:
        return float(table()["models"][model].get(item.unit, 0))
    key = f"{item.service}/{item.operation}/{item.unit}"
    return float(table()["per_unit"].get(key, 0))
