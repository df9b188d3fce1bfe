"""Starting a backfill, watching it, and reading what became of each object."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from recita_cli.console import CliError, say
from recita_cli.listing import Wanted
from recita_cli.target import Target

POLL_SECONDS = 0.5
POLL_SECONDS_AWS = 5.0
TELL_SECONDS = 5.0
"""How often progress is told."""
MOST_FAILURES = 10_000
"""Failed keys that are kept to be told."""


@dataclass(frozen=True)
class Order:
    """What the state machine is asked for: a prefix of a bucket, or documents of a list."""

    wanted: Wanted
    concurrency: int
    tolerated_percent: int

    def given(self, target: Target, name: str) -> dict[str, Any]:
        """Return the execution's input; a list then lies where the state machine may read it."""
        bounds = {"concurrency": self.concurrency, "tolerated_percent": self.tolerated_percent}
        documents = self.wanted.documents
        if documents is None:
            return {**bounds, "bucket": self.wanted.bucket, "prefix": self.wanted.prefix}
        key = f"backfill/{name}/list.jsonl"
        body = "".join(json.dumps(asdict(one)) + "\n" for one in documents)
        bucket = target.outputs["ResultsBucketName"]
        target.s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
        return {**bounds, "list": key}


def run(target: Target, order: Order, *, quiet: bool) -> dict[str, Any]:
    """Run a backfill to its end and return what became of all objects.

    Raises CliError when the stack has no backfill. Interrupted, it goes on by itself.
    """
    machine = target.outputs.get("BackfillStateMachineArn")
    if machine is None:
        raise CliError("this stack has no backfill", "deploy this template to it")
    states = target.client("stepfunctions")
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
    refused = order.wanted.refused
    if order.wanted.documents == []:  # a list without a line that can be used
        return {"status": "SUCCEEDED", "objects": {}, "failed": [], "refused": refused}
    given = json.dumps(order.given(target, name))
    arn = states.start_execution(stateMachineArn=machine, name=name, input=given)["executionArn"]
    try:
        ended = _followed(target, states, arn, quiet=quiet)
    except KeyboardInterrupt:
        say(
            "the backfill goes on without this command\n  stop it: "
            f"aws stepfunctions stop-execution --execution-arn {arn}"
        )
        raise
    succeeded, failed = _outcomes(target, f"backfill/{name}/")
    objects = succeeded + Counter({"failed": len(failed)} if failed else {})
    return {
        "execution": name,
        "status": ended["status"],
        "error": ended.get("error"),
        "objects": dict(objects),
        "failed": failed,
        "refused": refused,
    }


def _followed(target: Target, states: Any, arn: str, *, quiet: bool) -> dict[str, Any]:
    """The execution once it has ended."""
    told = time.monotonic()
    while True:
        ended: dict[str, Any] = states.describe_execution(executionArn=arn)
        if ended["status"] != "RUNNING":
            return ended
        if not quiet and time.monotonic() - told > TELL_SECONDS:
            told = time.monotonic()
            say(_progress(states, arn))
        time.sleep(POLL_SECONDS if target.is_laptop else POLL_SECONDS_AWS)


def _progress(states: Any, arn: str) -> str:
    runs = states.list_map_runs(executionArn=arn)["mapRuns"]
    if not runs:
        return "listing"
    counts = states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])["itemCounts"]
    done = counts["succeeded"] + counts["failed"]
    return f"{done:,} of {counts['total']:,} objects, {counts['failed']:,} failed"


def _outcomes(target: Target, prefix: str) -> tuple[Counter[str], list[dict[str, str]]]:
    """Outcomes of objects that went well, counted, and the keys and errors of the others."""
    counted: Counter[str] = Counter()
    failed: list[dict[str, str]] = []
    for kind, line in _results(target, prefix):
        if kind == "SUCCEEDED":
            counted[str(line)] += 1
        elif len(failed) < MOST_FAILURES:
            given = json.loads(line.get("Input") or "{}")
            failed.append({"key": given.get("key", ""), "error": line.get("Error", kind)})
    return counted, failed


def _results(target: Target, prefix: str) -> Iterator[tuple[str, Any]]:
    """Each line of the files that the Map Run wrote, with the status its file is named by."""
    s3, bucket = target.s3, target.outputs["ResultsBucketName"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for entry in page.get("Contents", ()):
            kind = entry["Key"].rpartition("/")[2].partition("_")[0]
            if kind in {"SUCCEEDED", "FAILED"}:
                body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"]
                yield from ((kind, json.loads(line)) for line in body.iter_lines())
