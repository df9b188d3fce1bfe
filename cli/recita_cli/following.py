"""Watching documents on their way: which steps have ended, and when the manifest is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from recita.models.document import execution_name, work_key
from recita.models.record import StepRecord
from recita_client import Document, RecitaClientError

from recita_cli import inventory
from recita_cli.console import CliError
from recita_cli.target import Target

POLL_SECONDS = 0.1
POLL_SECONDS_AWS = 1.0
PATIENCE = 0.05
"""Seconds more between two looks for each second without news: a long step is not hurried by it."""
LONGEST_POLL_SECONDS = 0.5
EXECUTION_SECONDS = 2.0
"""How often an execution's own status is asked: only its failure is of interest."""
ADMISSION_SECONDS = 180.0
"""Where nothing is known of an upload for so long, the rule, the queue or admission is broken."""
SETTLING_SECONDS = 30.0
"""How long a document whose execution has died may take to be run again or closed."""
PUBLISHED = "publish-result"
"""The last step: the manifest appears when it has ended, or a moment later."""


@dataclass
class Journey:
    """One document on its way."""

    label: str
    document_id: str
    started: float = field(default_factory=time.monotonic)
    steps: dict[str, StepRecord] = field(default_factory=dict)
    status: str = "PROCESSING"
    result: Document | None = None
    error: CliError | None = None
    ended: float | None = None
    asked: float = field(default_factory=time.monotonic)
    admitted: bool = False
    lost: float | None = None
    """Since when its execution has ended without a manifest."""

    @property
    def seconds(self) -> float:
        """Time since the upload, up to the end."""
        return (self.ended or time.monotonic()) - self.started

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.result is not None or self.error is not None

    def conclude(self) -> None:
        """Note when and how it ended."""
        self.ended = time.monotonic()
        self.status = self.result.manifest.status if self.result else "FAILED"


class Display(Protocol):
    """Shows journeys to a person."""

    def step(self, journey: Journey, record: StepRecord) -> None:
        """A step has ended."""

    def over(self, journey: Journey) -> None:
        """A document has ended."""

    def tick(self, journeys: Sequence[Journey]) -> None:
        """Time has passed."""


class Follower:
    """Follows documents by the records that their steps leave in the results bucket."""

    def __init__(self, target: Target, display: Display) -> None:
        self._target = target
        self._bucket = target.outputs["ResultsBucketName"]
        self._workflow = target.client("stepfunctions")
        self._table = target.client("dynamodb")
        self._display = display
        self._news = time.monotonic()

    def follow(self, journeys: Sequence[Journey], ended: Callable[[Journey], None]) -> None:
        """Return when all are over; ``ended`` hears of each as it ends."""
        waiting = list(journeys)
        while waiting:
            for journey in waiting:
                self._look(journey)
                if journey.over:
                    journey.conclude()
                    self._display.over(journey)
                    ended(journey)
            waiting = [journey for journey in waiting if not journey.over]
            self._display.tick(journeys)
            if waiting:
                time.sleep(self._pause())

    def _pause(self) -> float:
        if not self._target.is_laptop:
            return POLL_SECONDS_AWS
        quiet = time.monotonic() - self._news
        return min(POLL_SECONDS + PATIENCE * quiet, LONGEST_POLL_SECONDS)

    def _look(self, journey: Journey) -> None:
        for record in self._new_steps(journey):
            journey.steps[record.name] = record
            self._news = time.monotonic()
            self._display.step(journey, record)
        if PUBLISHED in journey.steps:  # before that, asking for the manifest is a wasted call
            self._ask_result(journey)
        if not journey.over and time.monotonic() - journey.asked > EXECUTION_SECONDS:
            journey.asked = time.monotonic()
            self._ask_execution(journey)

    def _ask_result(self, journey: Journey) -> None:
        try:
            journey.result = inventory.result(self._target, journey.document_id)
        except RecitaClientError as error:
            journey.error = CliError(error.what, error.fix)

    def _new_steps(self, journey: Journey) -> Iterator[StepRecord]:
        prefix = work_key(journey.document_id, "steps/")
        listing = self._target.s3.list_objects_v2(Bucket=self._bucket, Prefix=prefix)
        for entry in sorted(listing.get("Contents", []), key=_modified):
            name = entry["Key"].removeprefix(prefix).removesuffix(".json")
            if name not in journey.steps and (body := self._read(entry["Key"])):
                yield StepRecord.model_validate_json(body)

    def _read(self, key: str) -> bytes | None:
        s3 = self._target.s3
        try:
            body: bytes = s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except s3.exceptions.NoSuchKey:
            return None
        return body

    def _ask_execution(self, journey: Journey) -> None:
        row = self._row(journey)
        if row is None:
            if not journey.admitted and journey.seconds > ADMISSION_SECONDS:
                journey.error = _not_admitted(journey)
            return
        journey.admitted = True
        if row["status"]["S"] == "QUEUED":  # for a place in flight
            return
        run = int(row["run"]["N"]) if "run" in row else 1
        execution = self._execution(execution_name(journey.document_id, run))
        if execution is None or execution["status"] == "RUNNING":
            journey.lost = None
            return
        # It may have published just before it died: the manifest has the last word. If not, the
        # pipeline itself runs it again, or closes it.
        self._ask_result(journey)
        journey.lost = journey.lost or time.monotonic()
        if not journey.over and time.monotonic() - journey.lost > SETTLING_SECONDS:
            journey.error = _died(journey, execution)

    def _row(self, journey: Journey) -> dict[str, Any] | None:
        answer = self._table.get_item(
            TableName=self._target.outputs["TableName"],
            Key={"document_id": {"S": journey.document_id}},
            ConsistentRead=True,
        )
        row: dict[str, Any] | None = answer.get("Item")
        return row

    def _execution(self, name: str) -> dict[str, Any] | None:
        arn = execution_arn(self._target.outputs["StateMachineArn"], name)
        try:
            execution: dict[str, Any] = self._workflow.describe_execution(executionArn=arn)
        except self._workflow.exceptions.ExecutionDoesNotExist:
            return None
        return execution


def execution_arn(state_machine_arn: str, name: str) -> str:
    """The ARN of the named execution of a state machine."""
    return f"{state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"


def _modified(entry: dict[str, Any]) -> Any:
    return entry["LastModified"]


def _died(journey: Journey, execution: dict[str, Any]) -> CliError:
    why = f"{execution.get('error', 'no error')}: {execution.get('cause', 'no cause')}"
    message = f"{journey.label}: its execution ended {execution['status']}, no manifest: {why}"
    return CliError(message, f"recita show {journey.document_id[:8]} lists the steps that ended")


def _not_admitted(journey: Journey) -> CliError:
    message = f"{journey.label}: not admitted within {ADMISSION_SECONDS:.0f} s of the upload"
    return CliError(message, "look into the log group of AdmitDocumentFunction")
