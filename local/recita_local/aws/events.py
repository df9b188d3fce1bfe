"""EventBridge as AWS has it: versions in S3's events, and functions that are called again.

S3's "Object Created" event lacks the object's version. A function that fails on an event is called
once only, and its ``OnFailure`` destination hears of nothing.
"""

from __future__ import annotations

import contextvars
import json
from typing import Any

from ministack.services import eventbridge, lambda_svc, s3

from recita_local.aws.patching import replaced

_VERSION: contextvars.ContextVar[str | None] = contextvars.ContextVar("version", default=None)


def apply() -> None:
    """Carry the version from the write to the event, and events to functions as AWS does."""
    replaced(s3, "_fire_s3_event", _remembering_version)
    replaced(eventbridge, "_dispatch_event", _adding_version)
    replaced(eventbridge, "_dispatch_to_lambda", _calling_again)


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


def _calling_again(dispatch: Any) -> Any:
    """Invoke asynchronously: with retries, then the destination, as the function's settings say."""

    def call(arn: str, payload: str) -> None:
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)  # noqa: SLF001 - no public API
        if not function or not config:
            dispatch(arn, payload)  # which says so in the log
            return
        record = lambda_svc._execution_record_for_config(function, config)  # noqa: SLF001 - as above
        lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    return call
