"""Takes up, after a restart, what the last server left unfinished.

On AWS executions outlive any machine. ministack marks those that ran as failed when it starts
again, and forgets messages that came after its last save; S3 objects are on disk at once. So the
interrupted executions run again from their first state, with their own name and input, and S3
tells once more of every object written since just before the last save. Step Functions promises
at-least-once tasks and EventBridge at-least-once events: neither may surprise an application.
"""

from __future__ import annotations

import contextvars
import logging
import os
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import s3, stepfunctions

from recita_local.aws.keeper import STAMP
from recita_local.clients import client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOG = logging.getLogger(__name__)

INTERRUPTED = "States.ServiceRestart"
MOST_RESUMES = 3
"""An execution that was running whenever the server died may be what kills it."""

MARGIN_SECONDS = 4.0
"""An object this much older than the last save may have lost its event, which was on its way."""

POLL_SECONDS = 0.05

_RESUMES = "recitaResumes"


def begin(then: Callable[[], None]) -> None:
    """Recover in the background as soon as the server answers; ``then`` may save anew."""
    saved = _last_saved()

    def run() -> None:
        endpoint = os.environ["AWS_ENDPOINT_URL"]
        _await_answer(endpoint)
        if saved:
            _recover(endpoint, saved)
        then()

    threading.Thread(target=run, name="recita-recovery", daemon=True).start()


def _last_saved() -> float:
    stamp = Path(os.environ["STATE_DIR"]) / STAMP
    return stamp.stat().st_mtime if stamp.exists() else 0.0


def _await_answer(endpoint: str) -> None:
    host, _, port = endpoint.rpartition("/")[2].partition(":")
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            time.sleep(POLL_SECONDS)
        else:
            return


def _recover(endpoint: str, saved: float) -> None:
    try:
        resumed = [arn for arn, found in _interrupted() if _resume(arn, found)]
        repeated = [
            key for bucket in _telling(endpoint) for key in _repeat(endpoint, bucket, saved)
        ]
    except Exception:
        LOG.exception("recovery after the restart failed")
        return
    if resumed or repeated:
        LOG.warning("resumed executions: %s; repeated events: %s", resumed, repeated)


def _interrupted() -> list[tuple[str, dict[str, Any]]]:
    found = stepfunctions._executions.all_values()  # noqa: SLF001 - its API cannot resume
    return [
        (str(execution["executionArn"]), execution)
        for execution in list(found)
        if execution.get("error") == INTERRUPTED
    ]


def _resume(arn: str, execution: dict[str, Any]) -> bool:
    if execution.get(_RESUMES, 0) >= MOST_RESUMES:
        return False
    for ended in ("error", "cause"):
        execution.pop(ended, None)
    execution["stopDate"] = None  # DescribeExecution reads it, whether it ended or not
    execution["events"] = execution.get("events", [])[:1]  # what follows its start begins anew
    execution.update({"status": "RUNNING", _RESUMES: execution.get(_RESUMES, 0) + 1})
    _, _, _, region, account, *_ = arn.split(":")

    def run() -> None:
        set_request_account_id(account)
        set_request_region(region)
        stepfunctions._run_execution(arn)  # noqa: SLF001 - what StartExecution calls

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), name="recita-resume", daemon=True).start()
    return True


def _telling(endpoint: str) -> Iterator[str]:
    """Buckets that send their events to EventBridge."""
    storage = client("s3", endpoint)
    for bucket in storage.list_buckets()["Buckets"]:
        name = bucket["Name"]
        if "EventBridgeConfiguration" in storage.get_bucket_notification_configuration(Bucket=name):
            yield name


def _repeat(endpoint: str, bucket: str, saved: float) -> Iterator[str]:
    pages = client("s3", endpoint).get_paginator("list_object_versions").paginate(Bucket=bucket)
    for version in (found for page in pages for found in page.get("Versions", [])):
        if version["LastModified"].timestamp() < saved - MARGIN_SECONDS:
            continue
        s3._fire_s3_event_async(  # noqa: SLF001 - EventBridge takes no aws.s3 events from outside
            bucket,
            version["Key"],
            "s3:ObjectCreated:Put",
            size=version["Size"],
            etag=version["ETag"],
            version_id=version["VersionId"],
        )
        yield version["Key"]
