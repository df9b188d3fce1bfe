"""A laptop whose wires break by a plan, and what can be seen of it from outside.

Nothing here believes what the pipeline says of itself: uploads, manifest versions, rows, events on
the bus, executions and the services' call log are counted one by one.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.config import Config
from recita.models.document import document_id
from recita_local import stack
from recita_local.clients import client

from benchmarks.fault_bill import Death, bill
from benchmarks.fault_journal import Journal

FINAL = frozenset({"COMPLETED", "PARTIAL", "BLOCKED", "REJECTED", "FAILED"})
WIRES = ("throttle", "error", "reset-before", "reset-after", "timeout", "slow", "truncate")
RARE = (*WIRES * 5, "skew", "kill-before", "kill-after")
"""Every fault of a wire; a clock is wrong, and a process dies, in one of 400 requests at 10 %."""

NOTICES = ("lost", "late", "doubled")
ENVIRONMENT = {"RECITA_LOCAL_ENGINES": "stub", "RECITA_LOCAL_LAMBDAS": "3"}
"""Nothing waits for engines then, so that more functions at once would wait for cores."""
LOOK_SECONDS = 1.0
LONGEST_SWEEP = 300
"""Seconds: the function's own time, and what it may wait for a place to run."""


@dataclass
class Verdict:
    """What became of the uploads.

    ``lost``, ``doubled``, ``stuck``, ``dishonest`` and ``unexplained`` must be 0.
    """

    admitted: int = 0
    completed: int = 0
    partial: int = 0
    rejected: int = 0
    failed: int = 0
    lost: int = 0
    """Uploads without a manifest."""
    doubled: int = 0
    """Documents with two manifests of one run, or two different events of one."""
    stuck: int = 0
    """Documents without an ending in the index, places still held."""
    dishonest: int = 0
    """COMPLETED although the ledger does not add up, or manifest and index differ."""
    paid_calls: int = 0
    minimum_calls: int = 0
    after_lost_replies: int = 0
    """Paid again because a fault kept the first reply from its caller."""
    unexplained: int = 0
    """Paid again for no such reason."""
    unfinished: int = 0
    """Still on their way when the run's time was over: of these nothing is said."""
    faults: dict[str, int] = field(default_factory=dict)
    culprits: list[str] = field(default_factory=list)


class FaultLab:
    """One stack, its uploads so far, and the events that its bus has told."""

    def __init__(self, running: stack.Stack, log: Path, journal: Journal | None = None) -> None:
        self.log = log
        self.journal = journal or Journal()
        self.uploads = self.journal.uploads
        self.uploaded_at = self.journal.uploaded_at
        self.done_at = self.journal.done_at
        self.reach(running)
        self._listen()

    def reach(self, running: stack.Stack) -> None:
        """Use this stack from now on; after a restart it is another process."""
        self.stack = running
        names = ("s3", "dynamodb", "sqs", "events", "stepfunctions")
        self._clients = {name: client(name, running.endpoint_url) for name in names}
        tables = self._clients["dynamodb"].list_tables()["TableNames"]
        (self._limits,) = (name for name in tables if "LimitsTable" in name)

    def restart(self, die: Callable[[stack.Stack], None]) -> None:
        """Let the laptop die, and start it again."""
        begun = time.time()
        die(self.stack)
        self.journal.deaths.append(Death(begun, time.time()))
        self.reach(stack.start(self.stack.home))

    def plan(self, **plan: Any) -> None:
        """Put a plan of faults in force; without one there are no faults."""
        body = json.dumps(plan).encode() if plan else b""
        self._post("plan", body)

    def effects(self) -> dict[str, int]:
        """Writes and paid calls of each document since the plan began."""
        url = f"{self.stack.endpoint_url}/_recita/effects"
        with urllib.request.urlopen(url, timeout=30) as reply:  # noqa: S310 - our own loopback
            found: dict[str, int] = json.load(reply)["effects"]
        return found

    def kill_engine(self, name: str) -> None:
        """End an engine's process."""
        self._post("kill", json.dumps({"engine": name}).encode())

    def foretold(self, key: str) -> str:
        """The id that the first upload of a key gets while a plan is in force."""
        bucket = self.stack.outputs["InputBucketName"]
        return document_id(bucket, key, str(uuid.uuid5(uuid.NAMESPACE_URL, f"{bucket}/{key}#0")))

    def upload(self, key: str, body: bytes, **wishes: str) -> str:
        """Put a file into the input bucket; return its document id."""
        bucket = self.stack.outputs["InputBucketName"]
        metadata = {f"recita-{name}": value for name, value in wishes.items()}
        put = self._clients["s3"].put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata)
        document = document_id(bucket, key, put["VersionId"])
        self.journal.note("upload", document=document, key=key)
        return document

    def settle(self, seconds: float, *, sweep_every: float = 10.0) -> bool:
        """Wait until every upload has an ending and no place is held; sweep meanwhile."""
        deadline, swept = time.monotonic() + seconds, time.monotonic()
        while time.monotonic() < deadline:
            if not self.waiting() and not self.held():
                return True
            if time.monotonic() - swept > sweep_every:
                self.sweep()
                swept = time.monotonic()
            time.sleep(LOOK_SECONDS)
        return False

    def waiting(self) -> list[str]:
        """Documents that have no ending in the index yet."""
        rows = self.rows()
        for document in self.uploads.keys() - self.done_at.keys():
            row = rows.get(document, {})
            if row.get("status", {}).get("S") in FINAL:
                ended = datetime.fromisoformat(row["updated_at"]["S"])
                self.done_at[document] = ended.timestamp()
        return [one for one in self.uploads if one not in self.done_at]

    def untold(self) -> int:
        """How many documents' ends the bus has not told; unlike ``waiting``, it lists no table."""
        for document in self.events().keys() & self.uploads.keys() - self.done_at.keys():
            self.journal.note("done", document=document)
        return len(self.uploads) - len(self.done_at)

    def held(self) -> set[str]:
        """Executions that hold a place in flight."""
        found = self._clients["dynamodb"].get_item(
            TableName=self._limits, Key={"limit": {"S": "in-flight"}}, ConsistentRead=True
        )
        return set(found.get("Item", {}).get("holders", {}).get("SS", ()))

    def sweep(self, grace_seconds: float = 5.0) -> dict[str, Any]:
        """Let the sweeper look, also at what is young; return what it did."""
        # Thousands that wait take it minutes, and whoever asks again has two of them.
        patient = Config(read_timeout=LONGEST_SWEEP, retries={"total_max_attempts": 1})
        functions = client("lambda", self.stack.endpoint_url, config=patient)
        reply = functions.invoke(
            FunctionName=self.stack.outputs["SweepFunctionName"],
            Payload=json.dumps({"grace_seconds": grace_seconds}).encode(),
        )
        found: dict[str, Any] = json.load(reply["Payload"])
        return found

    def rows(self) -> dict[str, dict[str, Any]]:
        """The index, by document id."""
        pages = (
            self._clients["dynamodb"]
            .get_paginator("scan")
            .paginate(
                TableName=self.stack.outputs["TableName"],
                ProjectionExpression="document_id, updated_at, #s",
                ExpressionAttributeNames={"#s": "status"},
            )
        )
        return {item["document_id"]["S"]: item for page in pages for item in page["Items"]}

    def judged(self, *, at_rest: bool = True) -> Verdict:
        """Count everything; of a stack that still works, what the index and the bus call ended."""
        rows, events = self.rows(), self.events()
        told = {one for one in events if rows.get(one, {}).get("status", {}).get("S") in FINAL}
        ended = [one for one in self.uploads if at_rest or one in told]
        verdict = Verdict(admitted=len(self.uploads), unfinished=len(self.uploads) - len(ended))
        for document in ended:
            self._judge(verdict, document, rows.get(document, {}), events.get(document, set()))
        verdict.stuck += len(self.held()) if at_rest else 0
        lines = [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]
        bill(verdict, lines, self.journal.deaths)
        return verdict

    def events(self) -> dict[str, set[str]]:
        """Ids of the events told of each document; a doubled delivery has the same id."""
        while True:
            got = (
                self._clients["sqs"]
                .receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10, WaitTimeSeconds=0)
                .get("Messages", ())
            )
            for message in got:
                about = json.loads(message["Body"])["detail"]["metadata"]
                self.journal.note("event", document=about["document_id"], event=about["event_id"])
            if not got:
                return self.journal.events
            self._clients["sqs"].delete_message_batch(
                QueueUrl=self._queue,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(got)
                ],
            )

    def _judge(
        self, verdict: Verdict, document: str, row: dict[str, Any], events: set[str]
    ) -> None:
        manifests = self._manifests(document)
        status = row.get("status", {}).get("S", "")
        blame = []
        if not manifests:
            verdict.lost += 1
            blame.append("lost")
        else:
            self._count(verdict, manifests[0]["status"])
        if len(manifests) > len({one["execution"] for one in manifests}) or len(events) > 1:
            verdict.doubled += 1
            blame.append(f"doubled {sorted(events)}")
        if status not in FINAL:
            verdict.stuck += 1
            blame.append(f"stuck {status}")
        if manifests and not (_honest(manifests[0], status) and events):
            verdict.dishonest += 1
            blame.append(f"dishonest {manifests[0]['status']} {status} {sorted(events)}")
        verdict.culprits += [f"{document} {self.uploads[document]}: {what}" for what in blame]

    @staticmethod
    def _count(verdict: Verdict, status: str) -> None:
        name = status.lower()
        setattr(verdict, name, getattr(verdict, name) + 1)

    def _manifests(self, document: str) -> list[dict[str, Any]]:
        """Every version of the manifest, newest first."""
        bucket, key = self.stack.outputs["ResultsBucketName"], f"documents/{document}/manifest.json"
        s3 = self._clients["s3"]
        found = s3.list_object_versions(Bucket=bucket, Prefix=key).get("Versions", ())
        return [
            json.load(s3.get_object(Bucket=bucket, Key=key, VersionId=one["VersionId"])["Body"])
            for one in found
        ]

    def _listen(self) -> None:
        """Give every event of the pipeline to a queue of ours, as a consumer would."""
        sqs, events = self._clients["sqs"], self._clients["events"]
        self._queue = sqs.create_queue(QueueName="fault-lab")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        pattern = json.dumps({"source": ["recita.pipeline"]})
        events.put_rule(Name="fault-lab", EventPattern=pattern)
        arn = attributes["Attributes"]["QueueArn"]
        events.put_targets(Rule="fault-lab", Targets=[{"Id": "queue", "Arn": arn}])

    def _post(self, path: str, body: bytes) -> None:
        url = f"{self.stack.endpoint_url}/_recita/{path}"
        with urllib.request.urlopen(url, data=body, timeout=30):  # noqa: S310 - our own loopback
            pass


def _honest(manifest: dict[str, Any], status: str) -> bool:
    ledger = manifest["ledger"]
    pages, languages = ledger["pages"], ledger["languages"]
    whole = pages["read"] == pages["total"] and not languages["missing"]
    return status == manifest["status"] and (whole or status != "COMPLETED")


@contextlib.contextmanager
def environment(log: Path, *, stub: bool = True) -> Iterator[None]:
    """Settings of the laptops that are started meanwhile."""
    wanted = {"RECITA_LOCAL_CALL_LOG": str(log), **(ENVIRONMENT if stub else {})}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def letter(number: int | str) -> bytes:
    """A small text that no other document has."""
    return (
        f"The committee met on day {number}.\n"
        f"It will repair the roof of reading room {number} in May.\n"
    ).encode()


def printed(verdict: Verdict) -> dict[str, Any]:
    """The verdict without what belongs to one run only."""
    return {name: value for name, value in asdict(verdict).items() if name != "culprits"}
