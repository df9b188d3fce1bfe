"""Amazon DynamoDB: rates that all functions keep together."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from recita.adapters.clients import CONFIG
from recita.adapters.limits import REFUSED

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

ASTRAY_MS = 600_000
"""So far ahead only a clock that is wrong has put the next call."""
LOOKS = 3
"""Others may change an item between two looks at it."""
TURN = "ready_at BETWEEN :earliest AND :latest"
AFRESH = "attribute_not_exists(ready_at) OR ready_at < :earliest OR ready_at > :astray"


class DynamoPace:
    """A rate by the generic cell rate algorithm, one item for each thing that is counted.

    The item says when the next call may go. A call that need not wait long moves that on by what
    it costs, in one conditional write, and so has its turn; one that would is not written down.
    """

    def __init__(self, table: str, name: str, a_second: float, *, saved: float) -> None:
        """Keep ``a_second`` units a second; ``saved`` units may be spent at once after a pause."""
        self._table: Table = boto3.resource("dynamodb", config=CONFIG).Table(table)
        self._name = name
        self._unit_ms = 1000 / a_second
        self._saved_ms = math.floor(max(0.0, saved - 1) * self._unit_ms)
        self.clock: Callable[[], float] = time.time

    def turn(self, operation: str, units: float = 1, *, patience: float = 2) -> float | None:
        """Return the seconds until a call may go, its turn kept; None where patience is less."""
        key, cost = {"limit": f"pace:{self._name}:{operation}"}, math.ceil(units * self._unit_ms)
        for _ in range(LOOKS):
            now = math.floor(self.clock() * 1000)
            earliest, latest = now - self._saved_ms, now + round(patience * 1000)
            given = {":earliest": earliest, ":latest": latest, ":cost": cost}
            taken, ready = self._write(key, "SET ready_at = ready_at + :cost", TURN, given)
            if taken:
                return max(0, (ready or 0) - now) / 1000
            if ready is not None and latest < ready <= now + ASTRAY_MS:
                return None
            given = {":earliest": earliest, ":astray": now + ASTRAY_MS, ":next": earliest + cost}
            if self._write(key, "SET ready_at = :next", AFRESH, given)[0]:
                return 0
        return None

    def _write(
        self, key: dict[str, str], change: str, condition: str, values: dict[str, int]
    ) -> tuple[bool, int | None]:
        """Return whether the condition let the change be, and what ``ready_at`` was before."""
        try:
            reply = self._table.update_item(
                Key=key,
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="UPDATED_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != REFUSED:
                raise
            found: dict[str, Any] = error.response.get("Item", {}).get("ready_at", {})  # type: ignore[attr-defined]
            return False, int(found["N"]) if found else None
        before = reply.get("Attributes", {}).get("ready_at")
        return True, None if before is None else int(str(before))
