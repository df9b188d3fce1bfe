"""Handlers for the tests of the laptop stack."""

from __future__ import annotations

import json
import os
import time
from typing import Any

Event = dict[str, Any]


class NamedError(Exception):
    """An error a state machine catches by its name."""


def echo(event: Event, _: Any) -> Event:
    return {"event": event, "greeting": os.environ["GREETING"]}


def fail(event: Event, _: Any) -> Event:
    raise NamedError(event.get("why", "because"))


def slow(event: Event, _: Any) -> Event:
    time.sleep(event.get("seconds", 0.3))
    return event


def record_upload(event: Event, _: Any) -> None:
    import boto3

    table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
    for record in event["Records"]:
        detail = json.loads(record["body"])["detail"]
        table.put_item(Item={"id": detail["object"]["key"], "detail": json.dumps(detail)})
