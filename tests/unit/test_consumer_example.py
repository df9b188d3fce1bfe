"""The example of a consumer: what it takes for an invoice's number, date, total and vendor."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import boto3
import pytest
import recita_client
from moto import mock_aws
from moto.events.models import EventPattern
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
    (keyed,) = [one["Fn::If"] for one in policy["Statement"] if "Fn::If" in one]
    assert keyed[0] == "HasResultsKey"
    assert keyed[2] == {"Ref": "AWS::NoValue"}
    allowed = {
        action: one["Resource"]
        for one in [*(one for one in policy["Statement"] if "Fn::If" not in one), keyed[1]]
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }
    assert allowed == {
        "s3:GetObject": {"Fn::Sub": "arn:${AWS::Partition}:s3:::${ResultsBucketName}/documents/*"},
        "kms:Decrypt": {"Ref": "ResultsKeyArn"},
        "dynamodb:PutItem": {"Fn::GetAtt": ["InvoicesTable", "Arn"]},
        "dynamodb:UpdateItem": {"Fn::GetAtt": ["InvoicesTable", "Arn"]},
    }
    targets = template["Resources"]["InvoiceRule"]["Properties"]["Targets"]
    dead = function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"]
    assert [target["DeadLetterConfig"]["Arn"] for target in targets] == [dead]


ENDS = {
    ("COMPLETED", "invoice", ""): True,
    ("COMPLETED", "letter", ""): False,
    ("PARTIAL", "invoice", ""): False,
    ("COMPLETED", "letter", ".2"): True,
    ("BLOCKED", None, ".11"): True,
}


@pytest.mark.parametrize("end", ENDS)
def test_its_rule_is_for_invoices_and_for_later_runs(
    root: Path, told: dict[str, Any], end: tuple[str, str | None, str]
) -> None:
    template = yaml_parse((root / "examples/consumer/template.yaml").read_text("utf-8"))
    rule = json.dumps(template["Resources"]["InvoiceRule"]["Properties"]["EventPattern"])
    rule = rule.replace('{"Ref": "ResultsBucketName"}', '"recita-results"')
    detail, (status, kind, run) = told["detail"], end
    detail["metadata"]["event_id"] = f"{detail['metadata']['document_id']}{run}:{status}"
    detail["data"] |= {"status": status, "document_type": kind}
    found = []
    for bucket in ("recita-results", "another"):
        detail["data"]["bucket"] = bucket
        event: Any = told | {"detail-type": "Recita Document Completed"}
        found.append(EventPattern(None, json.loads(rule)).matches_event(event))
    assert found == [ENDS[end], False]


def test_the_latest_run_stands_and_a_redelivery_changes_nothing(consumer: Consumer) -> None:
    assert [consumer.tell(run) for run in (1, 1, 3, 2)] == [
        {"filed": True}, {"filed": False}, {"filed": True}, {"filed": False}
    ]  # fmt: skip
    (row,) = consumer.table.scan()["Items"]
    assert (row["run"], row["number"]) == (3, "TM-811122")
    assert "superseded_by_run" not in row


@pytest.mark.parametrize("change", [{"status": "PARTIAL"}, {"classification": {"type": "letter"}}])
def test_a_later_run_that_ends_otherwise_marks_the_row(
    consumer: Consumer, change: dict[str, Any]
) -> None:
    assert consumer.tell(1, **change) == {"filed": False, "superseded": False}
    assert consumer.table.scan()["Items"] == []
    consumer.tell(2)
    for run, marked in ((2, False), (1, False), (3, True)):
        assert consumer.tell(run, **change) == {"filed": False, "superseded": marked}
    (row,) = consumer.table.scan()["Items"]
    assert (row["run"], row["number"], row["superseded_by_run"]) == (2, "TM-811122", 3)
    assert consumer.tell(4) == {"filed": True}
    (row,) = consumer.table.scan()["Items"]
    assert (row["run"], row.get("superseded_by_run")) == (4, None)


def test_a_later_run_that_is_incomplete_marks_the_row_and_fails(
    consumer: Consumer, invoice: ModuleType
) -> None:
    consumer.tell(1)
    with pytest.raises(invoice.IncompleteInvoiceError):
        consumer.tell(2, facts=[])
    (row,) = consumer.table.scan()["Items"]
    assert (row["run"], row["superseded_by_run"]) == (1, 2)


@pytest.fixture
def told(root: Path) -> dict[str, Any]:
    """An event as Lambda gets it."""
    detail = json.loads((root / "tests/golden/1.0/event.completed.json").read_text("utf-8"))
    return {"source": "recita.pipeline", "detail": detail}


class Consumer(NamedTuple):
    """The function with a table and a results bucket."""

    handler: Callable[[dict[str, Any], None], dict[str, Any]]
    event: dict[str, Any]
    manifest: dict[str, Any]
    table: Any

    def tell(self, run: int, **change: Any) -> dict[str, Any]:
        """Publish a run of the document, then tell of it; returns the function's answer."""
        execution = self.manifest["document_id"] + (f".{run}" if run > 1 else "")
        body = json.dumps(self.manifest | {"execution": execution} | change).encode()
        key = self.event["detail"]["data"]["manifest_key"]
        boto3.client("s3").put_object(Bucket="recita-results", Key=key, Body=body)
        return self.handler(self.event, None)


@pytest.fixture
def consumer(
    invoice: ModuleType, root: Path, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Consumer]:
    assert invoice
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

    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="recita-results")
        made = json.loads(document(FACTS, root).body) | {"classification": {"type": "invoice"}}
        yield Consumer(app.lambda_handler, told, made, _table())
    monkeypatch.delitem(sys.modules, "app")


def _table() -> Any:
    return boto3.resource("dynamodb").create_table(
        TableName="invoices",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "document_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "document_id", "KeyType": "HASH"}],
    )
