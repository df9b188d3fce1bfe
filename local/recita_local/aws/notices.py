# ruff: noqa: SLF001 - ministack has no public interface to what it tells
"""Notifications under the fault lab's plan: lost, late or doubled; and objects that repeat.

S3 gives every version of an object a random id, which becomes part of a document's id and of all
its keys. While a plan is active an upload of the same key gets the same id in every run, so that
the same plan means the same faults.
"""

from __future__ import annotations

import contextvars
import json
import threading
import uuid
from typing import Any

from ministack.services import s3, sns

from recita_local.aws.patching import replaced
from recita_local.wire.calls import CALLS
from recita_local.wire.lab import LAB
from recita_local.wire.plan import NOTICES, Asked

_NAMED = threading.local()


def apply() -> None:
    """Put the plan between S3 and EventBridge, and between SNS and its subscribers."""
    replaced(s3, "_fire_s3_event_async", _telling_of_objects)
    replaced(sns, "_fanout", _telling_of_jobs)
    replaced(s3, "_record_object_version", _naming)
    replaced(s3, "new_uuid", _named)


def _telling_of_objects(fire: Any) -> Any:
    def told(bucket: str, key: str, *args: Any, **kwargs: Any) -> Any:
        asked = Asked(NOTICES, "ObjectCreated", f"{bucket}/{key}")
        return _told(asked, lambda: fire(bucket, key, *args, **kwargs))

    return told


def _telling_of_jobs(send: Any) -> Any:
    def told(topic: str, number: str, message: str, *args: Any, **kwargs: Any) -> Any:
        tag = json.loads(message).get("JobTag", "") if message.startswith("{") else ""
        asked = Asked(NOTICES, "Publish", str(tag))
        return _told(asked, lambda: send(topic, number, message, *args, **kwargs))

    return told


def _told(asked: Asked, tell: Any) -> Any:
    kind = LAB.plan.due(asked) if LAB.plan.active else None
    if kind is None:
        return tell()
    CALLS.injected(kind, asked)
    if kind == "lost":
        return None
    if kind == "late":
        context = contextvars.copy_context()
        threading.Timer(LAB.plan.seconds, context.run, (tell,)).start()
        return None
    tell()
    return tell()


def _naming(record: Any) -> Any:
    def named(bucket: str, key: str, *args: Any, **kwargs: Any) -> Any:
        if LAB.plan.active:
            before = len(s3._object_versions.get((bucket, key), ()))
            _NAMED.id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{bucket}/{key}#{before}"))
        try:
            return record(bucket, key, *args, **kwargs)
        finally:
            _NAMED.id = None

    return named


def _named(new: Any) -> Any:
    return lambda: getattr(_NAMED, "id", None) or new()
