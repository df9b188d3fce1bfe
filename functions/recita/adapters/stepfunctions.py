"""AWS Step Functions: starting executions, asking after them and resuming waiting tasks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from recita.adapters.clients import CONFIG
from recita.models.document import Upload
from recita.ports import Outcome

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

GONE = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StepFunctionsWorkflow:
    """The state machine; ``arn`` is needed only to start executions and to ask after them."""

    def __init__(self, arn: str = "") -> None:
        self._arn = arn
        self._states: SFNClient = boto3.client("stepfunctions", config=CONFIG)

    def start(self, upload: Upload, execution: str) -> bool:
        """Start the execution of that name; False when there was one already."""
        try:
            self._states.start_execution(
                stateMachineArn=self._arn, name=execution, input=upload.model_dump_json()
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
                return False
            raise
        return True

    def outcome(self, execution: str) -> Outcome | None:
        """Return how an execution stands; None when there is none."""
        arn = f"{self._arn.replace(':stateMachine:', ':execution:')}:{execution}"
        try:
            status = self._states.describe_execution(executionArn=arn)["status"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return None
            raise
        # To be redriven by Step Functions itself is to be on the way again.
        return "RUNNING" if status == "PENDING_REDRIVE" else status

    def resume(self, token: str, output: dict[str, Any]) -> None:
        """Hand ``output`` to the waiting task; a task that no longer waits is no error."""
        try:
            self._states.send_task_success(taskToken=token, output=json.dumps(output))
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
