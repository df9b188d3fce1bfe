"""S3's "Object Created" event on EventBridge lacks the object's version; AWS sends it."""

from __future__ import annotations

import contextvars
import json
from typing import Any

from ministack.services import eventbridge, s3

from recita_local.aws.patching import replaced

_VERSION: contextvars.ContextVar[str | None] = contextvars.ContextVar("version", default=None)


def apply() -> None:
    """Carry the version from the write to the event."""
    replaced(s3, "_fire_s3_event", _remembering_version)
    replaced(eventbridge, "_dispatch_event", _adding_version)


def _remembering_version(fire: Any) -> Any:
    def remember(*args: Any, **kwargs: Any) -> Any:
        _VERSION.set(kwargs.get("version_id"))
        return fire(*args, **kwargs)

    return remember


def _adding_version(dispatch: Any) -> Any:
    def add(event: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        version = _VERSION.get()
        if version and event.get("Source") == "aws.s3":
            detail = json.loads(event["Detail"])
            detail["object"].setdefault("version-id", version)
            event["Detail"] = json.dumps(detail)
        return dispatch(event, *args, **kwargs)

    return add
