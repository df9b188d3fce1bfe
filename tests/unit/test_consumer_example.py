"""The example of a consumer: what it takes for an invoice's number, date, total and vendor."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import recita_client
from recita.models.summary import Fact

pytestmark = pytest.mark.disable_socket

FACTS: list[dict[str, Any]] = [
    {"name": "Supplier", "kind": "party", "value": "Northgate Tools Inc."},
    {"name": "Subtotal", "kind": "amount", "value": "€13,299.70"},
    {"name": "Amount payable", "kind": "amount", "value": "€15,959.64"},
    {"name": "Purchase order", "kind": "identifier", "value": "RV-953568"},
    {"name": "Inv. no", "kind": "identifier", "value": "TM-811122"},
    {"name": "Due date", "kind": "date", "value": "25/11/2026"},
    {"name": "Issued on", "kind": "date", "value": "17/05/2026"},
]


@pytest.fixture
def invoice(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(root / "examples/consumer/file_invoices"))
    import invoice as module

    yield module
    sys.modules.pop("invoice")


def document(facts: list[dict[str, Any]], root: Path) -> recita_client.Document:
    """A result whose manifest has these facts."""
    folder = root / "tests/golden/1.0/result"
    body = recita_client.open_document(folder)
    import json

    manifest = json.loads(body.body)
    manifest["facts"] = [Fact.model_validate(f).model_dump() for f in facts]
    return recita_client.Document(body.source, json.dumps(manifest).encode())


def test_the_facts_of_an_invoice_are_chosen(invoice: ModuleType, root: Path) -> None:
    assert invoice.invoice_of(document(FACTS, root)) == {
        "vendor": "Northgate Tools Inc.",
        "number": "TM-811122",
        "date": "17/05/2026",
        "total": "€15,959.64",
        "amount": Decimal("15959.64"),
        "currency": "€",
    }


@pytest.mark.parametrize("missing", ["Amount payable", "Inv. no"])
def test_an_invoice_without_number_or_total_is_not_filed(
    invoice: ModuleType, root: Path, missing: str
) -> None:
    facts = [fact for fact in FACTS if fact["name"] != missing]
    with pytest.raises(invoice.IncompleteInvoiceError, match="file it by hand"):
        invoice.invoice_of(document(facts, root))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("€15,959.64", "15959.64"),
        ("1.941,92 €", "1941.92"),
        ("CHF 3'523.00", "3523.00"),
        ("1 234 567,89 EUR", "1234567.89"),
        ("1,250 euros", "1250.00"),
        ("7.720 GBP", "7720.00"),
        ("USD 12", "12.00"),
        ("0.5", None),
        ("none", None),
    ],
)
def test_amounts_are_read_in_both_ways_of_writing(
    invoice: ModuleType, text: str, value: str | None
) -> None:
    assert invoice.amount(text) == (Decimal(value) if value else None)
