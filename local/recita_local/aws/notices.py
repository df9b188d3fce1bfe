# ruff: noqa: SLF001 - ministack has no public interface to what it tells
"""Notifications under the fault lab's plan: lost, late or doubled; and objects that repeat.

A message in a queue is not lost but comes again: when its visibility timeout has ended, as after
the death of who received it, or soon (late), or although it was worked on (doubled).

S3 gives every version of an object a random id, which becomes part of a document's id and of all
its keys. While a plan is active an upload of the same key gets the same id in every run, so that
the same plan means the same faults.
"""

from __future__ import annotations

import contextvars
import json
import threading
import time
import uuid
from typing import Any

from ministack.services import lambda_svc, s3, sns
from ministack.services import stepfunctions as sfn

from recita_local.aws.patching import replaced
from recita_local.wire.calls import CALLS
from recita_local.wire.lab import LAB
from recita_local.wire.plan import NOTICES, Asked

_NAMED = threading.local()


def apply() -> None:
    """Put the plan between who tells and who listens."""
    replaced(s3, "_fire_s3_event_async", _telling_of_objects)
    replaced(sns, "_fanout", _telling_of_jobs)
    replaced(sfn, "_emit_execution_status_event", _telling_of_ends)
    replaced(lambda_svc, "_run_sqs_batch", _handing_over)
    replaced(s3, "_record_object_version", _naming)
    replaced(s3, "new_uuid", _named)


def _telling_of_objects(fire: Any) -> Any:
    def told(bucket: str, key: str, *args: Any, **kwargs: Any) -> Any:
        if bucket not in s3._bucket_notifications:  # nobody listens: no fault to speak of
            return fire(bucket, key, *args, **kwargs)
        asked = Asked(NOTICES, "ObjectCreated", f"{bucket}/{key}")
        return _told(asked, lambda: fire(bucket, key, *args, **kwargs))

    return told


def _telling_of_jobs(send: Any) -> Any:
    def told(topic: str, number: str, message: str, *args: Any, **kwargs: Any) -> Any:
        tag = json.loads(message).get("JobTag", "") if message.startswith("{") else ""
        asked = Asked(NOTICES, "Publish", str(tag))
        return _told(asked, lambda: send(topic, number, message, *args, **kwargs))

    return told


def _telling_of_ends(emit: Any) -> Any:
    def told(execution: dict[str, Any]) -> Any:
        if execution["status"] == "RUNNING":
            return emit(execution)
        asked = Asked(NOTICES, "ExecutionEnded", execution["name"])
        return _told(asked, lambda: emit(execution))

    return told


def _handing_over(run: Any) -> Any:
    def told(esm: Any, function: Any, event: dict[str, Any], batch: Any, *queue: str) -> None:
        kinds = {one["id"]: _due(Asked(NOTICES, "Receive", _object(one))) for one in batch}
        given = {name for name, kind in kinds.items() if kind not in ("lost", "late")}
        records = [record for record in event["Records"] if record["messageId"] in given]
        if records:  # what is not in the batch is not deleted afterwards
            done = [message for message in batch if kinds[message["id"]] is None]
            run(esm, function, {"Records": records}, done, *queue)
        for message in batch:
            if kinds[message["id"]] in ("late", "doubled"):
                message["visible_at"] = time.time() + LAB.plan.seconds

    return told


def _object(message: dict[str, Any]) -> str:
    """What a message is about: the same in every run, as ids of messages are not."""
    try:
        detail = json.loads(message["body"])["detail"]
        return f"{detail['bucket']['name']}/{detail['object']['key']}"
    except (ValueError, KeyError, TypeError):
        return ""


def _due(asked: Asked) -> str | None:
    kind = LAB.plan.due(asked) if LAB.plan.active else None
    if kind is not None:
        CALLS.injected(kind, asked)
    return kind


def _told(asked: Asked, tell: Any) -> Any:
    kind = _due(asked)
    if kind is None:
        return tell()
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
