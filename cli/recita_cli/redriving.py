"""Deliberate re-runs: a row waits again, with the number of its next run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError
from recita.adapters.dynamodb import DynamoDocuments
from recita.models.document import execution_name
from recita.models.index import IndexRow

from recita_cli import exits, inventory
from recita_cli.console import CliError
from recita_cli.following import execution_arn
from recita_cli.target import Target

SPAN = re.compile(r"(\d+)\s*(min|h|d)")
UNITS = {"min": "minutes", "h": "hours", "d": "days"}
GONE = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound", "405", "MethodNotAllowed"})


@dataclass(frozen=True)
class Redriven:
    """What was decided for one document: an execution, or a sentence that says why not."""

    document_id: str
    status: str | None
    execution: str | None = None
    refused: str | None = None


def since(text: str | None) -> str:
    """The time that ``--since`` means, as rows write it; raises CliError for no time."""
    if not text:
        return ""
    span = SPAN.fullmatch(text.strip())
    if span:
        return (datetime.now(UTC) - timedelta(**{UNITS[span[2]]: int(span[1])})).isoformat()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fix = "--since 2h, --since 3d or --since 2026-11-21T08:00"
        raise CliError(f"{text!r} is no time", fix, exits.USAGE) from None
    return (found if found.tzinfo else found.astimezone()).astimezone(UTC).isoformat()


def failed(target: Target, start: str) -> Iterator[str]:
    """Ids of documents that ended FAILED since then."""
    rows = list(inventory.with_status(target, "FAILED", start))  # they leave the index as we go
    yield from (str(row["document_id"]) for row in rows)


class Redrive:
    """Lets documents run again."""

    def __init__(self, target: Target, *, dry_run: bool) -> None:
        self._target = target
        self._dry_run = dry_run
        self._documents = DynamoDocuments(target.outputs["TableName"], target.resource("dynamodb"))
        self._states = target.client("stepfunctions")

    def again(self, document: str) -> Redriven:
        """Queue the next run of a document whose last one has ended."""
        row = self._documents.find(document)
        refused = self._refusal(document, row)
        if row is None or refused:
            return Redriven(document, row.status if row else None, refused=refused)
        execution = execution_name(document, row.run + 1)
        # Runs that began by themselves are counted anew: this one was asked for.
        deliberate = row.model_copy(update={"restarts": -1})
        if self._dry_run or self._documents.wait_again(deliberate, row.run + 1):
            return Redriven(document, row.status, execution)
        return Redriven(document, row.status, refused="it has changed meanwhile: ask again")

    def sweep(self) -> None:
        """Start what waits, as far as places in flight are free; raises botocore's errors."""
        self._target.client("lambda").invoke(
            FunctionName=self._target.outputs["SweepFunctionName"],
            InvocationType="Event",
            Payload=json.dumps({}).encode(),
        )

    def _refusal(self, document: str, row: IndexRow | None) -> str | None:
        if row is None:
            return "the table does not know it: `recita reindex` rebuilds rows from manifests"
        if row.status == inventory.ERASED:
            return "it was erased"
        if row.status == "QUEUED":
            return f"it waits already, for run {row.run}"
        if row.status == "PROCESSING" and self._running(row.execution):
            return f"its execution {row.execution} is running"
        return None if self._uploaded(row) else f"its upload is gone; {document} stays as it is"

    def _running(self, execution: str) -> bool:
        arn = execution_arn(self._target.outputs["StateMachineArn"], execution)
        try:
            status = self._states.describe_execution(executionArn=arn)["status"]
        except self._states.exceptions.ExecutionDoesNotExist:
            return False
        return bool(status in {"RUNNING", "PENDING_REDRIVE"})

    def _uploaded(self, row: IndexRow) -> bool:
        """Whether there is anything to run on: else a good result would become a rejection."""
        upload = row.upload
        try:
            self._target.s3.head_object(
                Bucket=upload.bucket, Key=upload.key, VersionId=upload.version_id
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
            return False
        return True
