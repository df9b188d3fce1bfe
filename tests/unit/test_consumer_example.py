"""The example of a consumer: what it takes for an invoice's number, date, total and vendor."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
import recita_client
from moto import mock_aws
from recita.models.summary import Fact
from samtranslator.yaml_helper import yaml_parse

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
    kept = recita_client.open_document(root / "tests/golden/1.0/result")
    manifest = json.loads(kept.body)
    manifest["facts"] = [Fact.model_validate(f).model_dump() for f in facts]
    return recita_client.Document(kept.source, json.dumps(manifest).encode())


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
        ("$12.50", "12.50"),
        ("12,50 €", "12.50"),
        ("1 234,50 kr", "1234.50"),
        ("R$ 2.450,00", "2450.00"),
        ("-EUR 120.00", "-120.00"),
        ("EUR \u2212120.00", "-120.00"),
        ("(120.00)", None),
        ("EUR 120.00-", None),
        ("€1 234,5", None),
        ("0.125 EUR", None),
        ("1.234,567 EUR", None),
        ("1.234.56 EUR", None),
        ("EUR 5.00 of EUR 9.00", None),
        ("EUR 5.00 CHF", None),
        ("30 days", None),
        ("0.5", None),
        ("none", None),
    ],
)
def test_amounts_are_read_in_both_ways_of_writing(
    invoice: ModuleType, text: str, value: str | None
) -> None:
    assert invoice.amount(text) == (Decimal(value) if value else None)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1,250 euros", "euros"),
        ("1,250 Pounds", "Pounds"),
        ("1,250 eur", None),
        ("1,250", None),
        ("CHF 3'523.00", "CHF"),
        ("1.941,92 €", "€"),
        ("R$ 2.450,00", "R$"),
    ],
)
def test_a_currency_is_a_code_a_symbol_or_its_name(
    invoice: ModuleType, root: Path, text: str, currency: str | None
) -> None:
    facts = [{"name": "Total", "kind": "amount", "value": text}, *FACTS]
    assert invoice.invoice_of(document(facts, root))["currency"] == currency


@pytest.mark.parametrize(
    "name",
    [
        *("Total", "Invoice total", "Total incl. VAT", "TOTAL TTC", "Total (tax included)"),
        *("total_amount", "Total after tax", "Gesamtbetrag inkl. MwSt.", "Rechnungsbetrag"),
        *("Importe total, IVA incluido", "Total with T.V.A."),
    ],
)
@pytest.mark.parametrize("before", ["Overdue balance", "Amount due", "Past due"])
def test_the_total_is_preferred(invoice: ModuleType, root: Path, before: str, name: str) -> None:
    facts = [fact for fact in FACTS if fact["kind"] != "amount"]
    facts.append({"name": before, "kind": "amount", "value": "EUR 1.00"})
    facts.append({"name": name, "kind": "amount", "value": "EUR 5.00"})
    assert invoice.invoice_of(document(facts, root))["total"] == "EUR 5.00"


@pytest.mark.parametrize("name", ["Balance due", "Net à payer", "Net payable", "Zu zahlen"])
def test_what_is_to_pay_is_a_total(invoice: ModuleType, root: Path, name: str) -> None:
    facts = [fact for fact in FACTS if fact["kind"] != "amount"]
    facts.append({"name": name, "kind": "amount", "value": "EUR 5.00"})
    assert invoice.invoice_of(document(facts, root))["total"] == "EUR 5.00"


@pytest.mark.parametrize(
    "name",
    [
        *("Total excl. VAT", "Total before tax", "Sub-total", "Net total", "Nettobetrag gesamt"),
        *("Total VAT", "Tax total", "Total T.V.A.", "MwSt. gesamt", "Total taxable amount"),
        *("Total overdue", "Total HT", "Steuer gesamt", "Total net of tax"),
    ],
)
def test_a_part_of_the_total_is_none(invoice: ModuleType, root: Path, name: str) -> None:
    facts = [{"name": name, "kind": "amount", "value": "EUR 1.00"}, *FACTS]
    assert invoice.invoice_of(document(facts, root))["total"] == "€15,959.64"


def test_facts_of_no_kind_are_taken_by_their_names(invoice: ModuleType, root: Path) -> None:
    kept = recita_client.open_document(root / "tests/golden/1.0/result")
    assert {fact.kind for fact in kept.manifest.facts} == {"other"}
    found = invoice.invoice_of(kept)
    assert (found["number"], found["amount"]) == ("4711", Decimal("1250.00"))


@pytest.mark.parametrize("name", ["Inv. no", "Amount payable"])
@pytest.mark.parametrize(
    "other", [("Invoice date", "17 May 2026"), ("Total pages", "5"), ("Payment due", "30 days")]
)
def test_facts_of_no_kind_that_only_sound_alike_are_not(
    invoice: ModuleType, root: Path, name: str, other: tuple[str, str]
) -> None:
    facts = [fact for fact in FACTS if fact["name"] not in (name, "Subtotal")]
    facts.append({"name": other[0], "kind": "other", "value": other[1]})
    with pytest.raises(invoice.IncompleteInvoiceError):
        invoice.invoice_of(document(facts, root))


def test_its_function_may_read_results_and_write_rows_and_nothing_else(root: Path) -> None:
    template = yaml_parse((root / "examples/consumer/template.yaml").read_text("utf-8"))
    function = template["Resources"]["FileInvoicesFunction"]["Properties"]
    (policy,) = function["Policies"]
    allowed = {one["Action"]: one["Resource"] for one in policy["Statement"]}
    assert allowed == {
        "s3:GetObject": {"Fn::Sub": "arn:${AWS::Partition}:s3:::${ResultsBucketName}/documents/*"},
        "dynamodb:PutItem": {"Fn::GetAtt": ["InvoicesTable", "Arn"]},
    }
    targets = template["Resources"]["InvoiceRule"]["Properties"]["Targets"]
    dead = function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"]
    assert [target["DeadLetterConfig"]["Arn"] for target in targets] == [dead]


@pytest.mark.usefixtures("invoice")
def test_a_later_run_replaces_the_row_and_a_redelivery_does_not(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "RESULTS_BUCKET": "recita-results",
        "TABLE_NAME": "invoices",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "app", raising=False)
    import app

    detail = json.loads((root / "tests/golden/1.0/event.completed.json").read_text("utf-8"))
    event = {"source": "recita.pipeline", "detail": detail}
    made = json.loads(document(FACTS, root).body)
    with mock_aws():
        s3, table = boto3.client("s3"), _table()
        s3.create_bucket(Bucket="recita-results")
        filed = []
        for run, kind in (("", "invoice"), ("", "invoice"), (".3", "invoice"), (".2", "invoice"),
                          (".4", "letter")):  # fmt: skip
            made |= {"execution": made["document_id"] + run, "classification": {"type": kind}}
            key = detail["data"]["manifest_key"]
            s3.put_object(Bucket="recita-results", Key=key, Body=json.dumps(made).encode())
            filed.append(app.lambda_handler(event, None)["filed"])
        (row,) = table.scan()["Items"]
    assert filed == [True, False, True, False, False]
    assert (row["run"], row["number"]) == (3, "TM-811122")
    monkeypatch.delitem(sys.modules, "app")


def _table() -> Any:
    return boto3.resource("dynamodb").create_table(
        TableName="invoices",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "document_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "document_id", "KeyType": "HASH"}],
    )
