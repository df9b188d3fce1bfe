"""A deployed stack's stores on moto, for the commands that operate it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from recita.models.document import execution_name, result_key, work_key
from recita.models.manifest import Cost, Ledger, Manifest, Source
from recita.models.row import table_key
from recita_cli.main import app
from recita_cli.target import Target
from typer.testing import CliRunner

from tests import tables

REGION = "us-east-1"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
INPUT, RESULTS, TABLE = "recita-input", "recita-results", "documents"
SOURCE = Source(
    bucket=INPUT, key="k.txt", version_id="v", bytes=1, sha256="ab", media_type="text/plain"
)


class OperatedStack:
    """Two versioned buckets, a table, a state machine and two queues."""

    def __init__(self) -> None:
        self.s3 = boto3.client("s3", region_name=REGION)
        for bucket in (INPUT, RESULTS):
            self.s3.create_bucket(Bucket=bucket)
            self.s3.put_bucket_versioning(
                Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
            )
        self.table = tables.create("DocumentsTable", TABLE)
        self.states = boto3.client("stepfunctions", region_name=REGION)
        machine = self.states.create_state_machine(
            name="recita",
            definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/recita",
        )["stateMachineArn"]
        self.sqs = boto3.client("sqs", region_name=REGION)
        self.queue, self.dead = (
            self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("admission", "dead")
        )
        self.swept: list[dict[str, Any]] = []
        """Invocations of the sweeper."""
        self.outputs = {
            "InputBucketName": INPUT,
            "ResultsBucketName": RESULTS,
            "TableName": TABLE,
            "StateMachineArn": machine,
            "SweepFunctionName": "sweep",
            "BackfillBucketName": "archive",
            "MaxInFlight": "10",
            "AdmissionQueueUrl": self.queue,
            "AdmissionDeadLetterQueueUrl": self.dead,
        }

    @property
    def target(self) -> Target:
        return _Target(outputs=self.outputs, stack=self)

    def invoke(self, **given: Any) -> dict[str, Any]:
        """Lambda's, which moto would need Docker for."""
        self.swept.append(given)
        return {"StatusCode": 202}

    def upload(self, key: str, body: bytes = b"text", bucket: str = INPUT) -> str:
        """Put an object; returns its version id."""
        return str(self.s3.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"])

    def row(self, document: str, status: str, **more: Any) -> None:
        """Write a row as admission and publishing do."""
        item = {"document_id": document, "status": status, "updated_at": NOW.isoformat()}
        self.table.put_item(Item={**item, "created_at": NOW.isoformat(), **more})

    def rows(self) -> dict[str, dict[str, Any]]:
        return {str(row["document_id"]): row for row in self.table.scan()["Items"]}

    def publish(
        self, document: str, status: str = "COMPLETED", run: int = 1, source: Source = SOURCE
    ) -> None:
        """Write a manifest and what else a finished document has."""
        told = manifest(document, status, run).model_copy(update={"source": source})
        body = told.model_dump_json().encode()
        self.s3.put_object(Bucket=RESULTS, Key=result_key(document, "manifest.json"), Body=body)
        self.s3.put_object(Bucket=RESULTS, Key=result_key(document, "text.md"), Body=b"text")
        self.s3.put_object(Bucket=RESULTS, Key=work_key(document, "document.json"), Body=b"{}")
        self.s3.put_object(Bucket=RESULTS, Key=table_key(document), Body=b"{}")

    def start(self, document: str, run: int = 1) -> str:
        """Start an execution, which moto leaves RUNNING; returns its ARN."""
        started = self.states.start_execution(
            stateMachineArn=self.outputs["StateMachineArn"], name=execution_name(document, run)
        )
        return str(started["executionArn"])

    def versions(self, bucket: str, prefix: str = "") -> list[str]:
        """Keys of all versions and delete markers."""
        found: Any = self.s3.list_object_versions(Bucket=bucket, Prefix=prefix)
        return sorted(
            str(one["Key"]) for name in ("Versions", "DeleteMarkers") for one in found.get(name, ())
        )

    def recita(self, *arguments: str, stdin: str | None = None) -> Any:
        """The command as a person runs it against this stack."""
        return CliRunner().invoke(app, [*arguments, "--stack-name", "recita"], input=stdin)


@dataclass(frozen=True)
class _Target(Target):
    stack: Any = None

    def client(self, service: str) -> Any:
        return self.stack if service == "lambda" else super().client(service)


def manifest(document: str, status: str = "COMPLETED", run: int = 1) -> Manifest:
    return Manifest(
        document_id=document,
        execution=execution_name(document, run),
        created_at=NOW,
        status=status,  # type: ignore[arg-type]
        reason=None,
        source=SOURCE,
        route=None,
        ledger=Ledger(),
        cost=Cost(estimated=0.25, price_table="2026-11"),
        steps=(),
    )
