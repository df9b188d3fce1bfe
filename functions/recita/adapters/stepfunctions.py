"""AWS Step Functions: starting executions and resuming waiting tasks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from recita.models.document import Upload

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

GONE = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StepFunctionsWorkflow:
    """The state machine; ``arn`` is needed only to start executions."""

    def __init__(self, arn: str = "") -> None:
        self._arn = arn
        self._states: SFNClient = boto3.client("stepfunctions")

    def start(self, upload: Upload) -> bool:
        """Start the execution named after the document; False when there was one already."""
        try:
            self._states.start_execution(
                stateMachineArn=self._arn,
                name=upload.document_id,
                input=upload.model_dump_json(),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
                return False
            raise
        return True

    def resume(self, token: str, output: dict[str, Any]) -> None:
        """Hand ``output`` to the waiting task; a task that no longer waits is no error."""
        try:
            self._states.send_task_success(taskToken=token, output=json.dumps(output))
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
