"""One way to call an AI service: errors classified, engines noted, no retry beneath the ASL's."""

from __future__ import annotations

import time
from typing import Any

import boto3
from botocore.config import Config

from recita.adapters.failures import CALL_ERRORS, classified
from recita.errors import ProviderPacedError
from recita.meter import Meter
from recita.ports.limits import Pace

HASTE = 2.0
"""Seconds that a function waits for the turn of its first paid call: the state machine waits for
nothing, and nothing is lost."""
PATIENCE = 10.0
"""Seconds for the turns after it: what was paid and is not kept yet would be paid again."""
LOCAL_ENGINE = "x-local-engine"


class Provider:
    """A boto3 client whose errors are ours and whose answers are counted."""

    def __init__(
        self, service: str, meter: Meter, *, read_timeout: int = 60, pace: Pace | None = None
    ) -> None:
        # The state machine retries; a second layer beneath it would multiply the paid calls.
        config = Config(
            connect_timeout=5, read_timeout=read_timeout, retries={"total_max_attempts": 1}
        )
        factory: Any = boto3.client
        self._client = factory(service, config=config)
        self._service = service
        self._pace = pace
        self.meter = meter

    def call(self, operation: str, units: float = 1, /, **params: Any) -> dict[str, Any]:
        """Call ``operation`` (a boto3 method name) and return its reply.

        ``units`` is what the call uses up of the rate that the stack keeps, if it keeps one.
        Raises ProviderThrottledError, ProviderUnavailableError, ProviderRefusedError.
        """
        self._wait(operation, units)
        try:
            reply: dict[str, Any] = getattr(self._client, operation)(**params)
        except CALL_ERRORS as error:
            failure = classified(error, self._service, operation)
            self.meter.failed(failure)
            raise failure from error
        headers = reply["ResponseMetadata"].get("HTTPHeaders", {})
        self.meter.answered(self._service, headers.get(LOCAL_ENGINE, "aws"))
        return reply

    def _wait(self, operation: str, units: float) -> None:
        if not self._pace:
            return
        patience = PATIENCE if self.meter.usage() else HASTE
        wait = self._pace.turn(operation, units, patience=patience)
        if wait is None:
            error = ProviderPacedError(self._service, operation, "Paced", "its turn is far off")
            self.meter.failed(error)
            raise error
        if wait:
            time.sleep(wait)

    def count(
        self, operation: str, units: float, unit: str, *, resource: str | None = None
    ) -> None:
        """Add what the last call paid; ``resource`` names the model, where prices depend on it."""
        self.meter.count(self._service, operation, units=units, unit=unit, resource=resource)
