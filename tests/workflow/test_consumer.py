"""The example of a consumer, deployed beside Recita on the same laptop."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from decimal import Decimal
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pytest
from boto3.dynamodb.types import TypeDeserializer
from recita.models.row import TableRow, row_of, table_key
from recita_local import deploy

from tests.fakes import files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.laptop import DocumentLaptop

pytestmark = [pytest.mark.stack, pytest.mark.engines]

PATIENCE = 180.0
"""Seconds: a function may be called three times, 30 seconds each, on a machine that is busy."""

INVOICE = """INVOICE
Supplier: Northgate Tools Inc.
7 Station Road, Cork

Bill to:
Bluefield Garden Supplies
88 Oak Avenue
Bristol

Invoice number: TM-811122
Invoice date: 17 May 2026
Due date: 16 June 2026
Purchase order: RV-953568

Description Qty Price Amount
Printing paper A4 3 EUR 414.47 EUR 1,243.41
Installation work 7 EUR 544.87 EUR 3,814.09
Subtotal EUR 5,057.50
VAT 20% EUR 1,011.50
Total due: EUR 6,069.00
Please pay within 30 days by bank transfer.
"""
T = TypeVar("T")


class Consumer(NamedTuple):
    recita: DocumentLaptop
    outputs: dict[str, str]

    def row(self, document: str) -> dict[str, Any] | None:
        table = self.recita.client("dynamodb")
        key = {"document_id": {"S": document}}
        found = table.get_item(TableName=self.outputs["TableName"], Key=key).get("Item")
        deserialize = TypeDeserializer().deserialize
        return {name: deserialize(value) for name, value in found.items()} if found else None

    def dead_letters(self) -> list[dict[str, Any]]:
        queue = self.recita.client("sqs")
        found = queue.receive_message(
            QueueUrl=self.outputs["DeadLetterQueueUrl"], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [json.loads(message["Body"]) for message in found.get("Messages", ())]

    def log(self) -> str:
        """What the function has said, and which documents were on their way meanwhile."""
        logs, machines = self.recita.client("logs"), self.recita.client("stepfunctions")
        said = logs.filter_log_events(logGroupName=self.outputs["LogGroupName"])["events"]
        machine = self.recita.stack.outputs["StateMachineArn"]
        running = machines.list_executions(stateMachineArn=machine, statusFilter="RUNNING")
        names = [f"running: {one['name']}" for one in running["executions"]]
        return "\n".join([event["message"].rstrip() for event in said] + names)

    def tell(self, document: str, **data: Any) -> None:
        """Put an event on the bus, as Recita does."""
        known = {
            "bucket": self.recita.stack.outputs["ResultsBucketName"],
            "manifest_key": f"documents/{document}/manifest.json",
            "status": "COMPLETED",
            "source_key": "in/invoice.pdf",
            "languages": [],
            "document_type": "invoice",
        }
        metadata = {"schema_version": "1.0", "event_id": "e", "document_id": document}
        entry = {
            "Source": "recita.pipeline",
            "DetailType": "Recita Document Completed",
            "Detail": json.dumps({"metadata": metadata, "data": known | data}),
        }
        reply = self.recita.client("events").put_events(Entries=[entry])
        assert reply["FailedEntryCount"] == 0

    def letters_of_recita(self) -> int:
        sqs = self.recita.client("sqs")
        urls = [url for url in sqs.list_queues()["QueueUrls"] if "DeadLetterQueue" in url]
        others = [url for url in urls if url != self.outputs["DeadLetterQueueUrl"]]
        assert len(others) == 4
        name = "ApproximateNumberOfMessages"
        attributes = [sqs.get_queue_attributes(QueueUrl=u, AttributeNames=[name]) for u in others]
        return sum(int(one["Attributes"][name]) for one in attributes)


@pytest.fixture(scope="module")
def consumer(recita: DocumentLaptop, request: pytest.FixtureRequest) -> Consumer:
    root: Path = request.config.rootpath
    parameters = {"ResultsBucketName": recita.stack.outputs["ResultsBucketName"]}
    template = root / "examples/consumer/template.yaml"
    made = deploy.deploy(recita.stack.endpoint_url, template, parameters, "invoices")
    return Consumer(recita, made.outputs)


def soon(consumer: Consumer, look: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, f"it did not come:\n{consumer.log()}"
        time.sleep(0.1)
    return found


def test_an_invoice_that_is_dropped_is_filed_once(consumer: Consumer) -> None:
    manifest = consumer.recita.process(files.pdf([INVOICE]), "in/invoice.pdf", languages="none")
    assert manifest.status == "COMPLETED", manifest.reason
    row = soon(consumer, lambda: consumer.row(manifest.document_id))
    assert row == {
        "document_id": manifest.document_id,
        "run": 1,
        "source_key": "in/invoice.pdf",
        "vendor": "Northgate Tools Inc.",
        "number": "TM-811122",
        "date": "17 May 2026",
        "total": "EUR 6,069.00",
        "amount": Decimal("6069.00"),
        "currency": "EUR",
    }
    document = manifest.document_id
    bucket = consumer.recita.stack.outputs["ResultsBucketName"]
    found = consumer.recita.client("s3").get_object(Bucket=bucket, Key=table_key(document))
    assert TableRow.model_validate_json(found["Body"].read()) == row_of(manifest)
    _mark(consumer, document)
    consumer.tell(document)  # once more
    unknown = token_hex(16)  # of which no other test can have left a manifest
    consumer.tell(unknown)  # and one that can't be filed: when it is given up, both are done
    letters = soon(consumer, consumer.dead_letters)
    assert {_about(letter) for letter in letters} == {unknown}
    filed = consumer.row(document)
    assert filed is not None
    assert filed["seen_by"] == "a person"
    assert consumer.row(unknown) is None
    assert consumer.letters_of_recita() == 0


def _mark(consumer: Consumer, document: str) -> None:
    """Leave something in the row that writing it again would lose."""
    consumer.recita.client("dynamodb").update_item(
        TableName=consumer.outputs["TableName"],
        Key={"document_id": {"S": document}},
        UpdateExpression="SET seen_by = :who",
        ExpressionAttributeValues={":who": {"S": "a person"}},
    )


def _about(letter: dict[str, Any]) -> str:
    event = letter.get("requestPayload", letter)
    found: str = event["detail"]["metadata"]["document_id"]
    return found


def test_what_is_no_invoice_is_not_asked_for(root: Path) -> None:
    from recita_client import event  # the pattern and the client speak of the same source
    from samtranslator.yaml_helper import yaml_parse

    template = yaml_parse((root / "examples/consumer/template.yaml").read_text("utf-8"))
    pattern = template["Resources"]["InvoiceRule"]["Properties"]["EventPattern"]
    assert pattern["source"] == [event.SOURCE]
    for one in pattern["detail"]["$or"]:
        assert set(one["data"]) <= set(event.EventData.field_names)
        assert set(one.get("metadata", ())) <= set(event.EventMetadata.field_names)
