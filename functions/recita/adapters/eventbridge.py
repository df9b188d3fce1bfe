"""Amazon EventBridge: telling consumers that a document is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from recita.adapters.clients import CONFIG
from recita.errors import ProviderUnavailableError
from recita.models.event import SOURCE, DocumentEvent

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


class EventBridgeBus:
    """One event bus."""

    def __init__(self, bus: str) -> None:
        self._bus = bus
        self._events: EventBridgeClient = boto3.client("events", config=CONFIG)

    def publish(self, event: DocumentEvent) -> None:
        """Put one event on the bus; raises ProviderUnavailableError when it is not taken."""
        reply = self._events.put_events(
            Entries=[
                {
                    "EventBusName": self._bus,
                    "Source": SOURCE,
                    "DetailType": event.detail_type,
                    "Detail": event.model_dump_json(),
                }
            ]
        )
        if reply["FailedEntryCount"]:
            entry = reply["Entries"][0]
            code, message = entry.get("ErrorCode", "Unknown"), entry.get("ErrorMessage", "")
            raise ProviderUnavailableError("events", "put_events", code, message)
