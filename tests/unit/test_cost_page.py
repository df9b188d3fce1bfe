"""docs/cost.md: its numbers are those of today's prices."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recita.models.record import Usage
from recita.pricing import price, table
from recita_cli.costing import Asked, costs_of
from recita_cli.ordering import order
from recita_local import samples


@pytest.fixture
def found(root: Path) -> Any:
    return json.loads((root / "benchmarks" / "cost.json").read_text("utf-8"))


def test_every_line_is_its_units_at_todays_price(found: Any) -> None:
    assert found["price_table"] == table()["version"], "run: python -m benchmarks.cost"
    for kind in found["kinds"].values():
        for line in kind["lines"]:
            names = {name: line.get(name) for name in ("service", "operation", "unit", "resource")}
            each = price((Usage(calls=1, units=1, **names),))
            assert line["price"] == each > 0, line
            for extent, units in line["units"].items():
                assert line["cost"][extent] == pytest.approx(units * each, abs=each + 1e-6)


def test_the_totals_are_the_sums_of_their_lines(found: Any) -> None:
    for name, kind in found["kinds"].items():
        for extent in ("least", "likely", "most"):
            lines = [line for line in kind["lines"] if line["stage"] != "small change"]
            total = sum(line["cost"][extent] for line in lines)
            said = kind["ways"]["translated and spoken"][extent]
            assert said == pytest.approx(total, abs=1e-4), name


def test_a_born_digital_document_spoken_in_its_language_is_below_five_cents(found: Any) -> None:
    for name in ("letter, 1 page", "invoice, 1 page"):
        kind = found["kinds"][name]
        assert kind["for_ocr"] == 0
        assert kind["ways"]["spoken in its own language"]["likely"] <= 0.05


@pytest.mark.parametrize(
    ("name", "make"),
    [(samples.CONTRACT, samples.contract_pdf), (samples.SCAN, samples.scanned_pdf)],
)
def test_what_the_recorded_demo_paid_lies_within_the_estimate(
    root: Path, tmp_path: Path, name: str, make: Callable[[], bytes]
) -> None:
    """A real run of the laptop stack wrote down what the same files' manifests counted."""
    told = (root / "benchmarks" / "demo.txt").read_text("utf-8")
    languages = re.findall(r"translated into (\S+) and spoken", told)[0]
    paid = float(re.findall(rf"\n{re.escape(name)}: .*?USD ([\d.]+)", told, re.DOTALL)[0])
    (tmp_path / name).write_bytes(make())
    (said,) = costs_of(Asked(tmp_path / name, name), order({"TargetLanguages": languages}))
    assert said.total("least") <= paid <= said.total("most")
    assert said.total("likely") / 3 <= paid <= said.total("likely") * 3
