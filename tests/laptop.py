"""The real template on a laptop stack of its own: upload a file, wait for its manifest."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from recita.models.document import document_id, result_key
from recita.models.manifest import Manifest
from recita_local import stack
from recita_local.clients import client

PATIENCE = 240.0
"""Seconds for one document; the first ones load the models."""


@dataclass(frozen=True)
class DocumentLaptop:
    """A running stack with template.yaml deployed to it."""

    stack: stack.Stack

    def client(self, service: str) -> Any:
        return client(service, self.stack.endpoint_url)

    def upload(self, body: bytes, key: str, **wishes: str) -> str:
        """Put a file into the input bucket; returns its document id."""
        bucket = self.stack.outputs["InputBucketName"]
        metadata = {f"recita-{name}": value for name, value in wishes.items()}
        put = self.client("s3").put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata)
        return document_id(bucket, key, put["VersionId"])

    def manifest(self, document: str, patience: float = PATIENCE) -> Manifest:
        """The manifest, once there is one."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                return Manifest.model_validate_json(self.read(document, "manifest.json"))
            except ClientError as error:
                if error.response["Error"]["Code"] != "NoSuchKey":
                    raise
                time.sleep(0.1)
        raise AssertionError(f"no manifest after {patience} s: {self.execution(document)}")

    def process(self, body: bytes, key: str, **wishes: str) -> Manifest:
        return self.manifest(self.upload(body, key, **wishes))

    def read(self, document: str, name: str) -> bytes:
        """One file of a result, or of ``work/`` when the name begins with it."""
        bucket = self.stack.outputs["ResultsBucketName"]
        key = f"work/{document}/{name[5:]}" if name.startswith("work/") else None
        found = self.client("s3").get_object(Bucket=bucket, Key=key or result_key(document, name))
        body: bytes = found["Body"].read()
        return body

    def files(self, document: str) -> dict[str, bytes]:
        """Everything that readers find of a document, by its name in the result."""
        prefix, s3 = result_key(document, ""), self.client("s3")
        bucket = self.stack.outputs["ResultsBucketName"]
        found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())
        names = [item["Key"].removeprefix(prefix) for item in found]
        return {name: self.read(document, name) for name in names}

    def execution(self, document: str) -> dict[str, Any]:
        arn = self.stack.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
        states = self.client("stepfunctions")
        found: dict[str, Any] = states.describe_execution(executionArn=f"{arn}:{document}")
        return found

    def row(self, document: str) -> dict[str, Any]:
        table = self.client("dynamodb")
        key = {"document_id": {"S": document}}
        found = table.get_item(TableName=self.stack.outputs["TableName"], Key=key)
        item: dict[str, Any] = found.get("Item", {})
        return item

    @contextmanager
    def deaf(self, name: str) -> Iterator[str]:
        """The topic with that in its name, with nobody who listens."""
        sns = self.client("sns")
        (topic,) = (t["TopicArn"] for t in sns.list_topics()["Topics"] if name in t["TopicArn"])
        (heard,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        sns.unsubscribe(SubscriptionArn=heard["SubscriptionArn"])
        try:
            yield topic
        finally:
            sns.subscribe(TopicArn=topic, Protocol=heard["Protocol"], Endpoint=heard["Endpoint"])

    def resumed(self, document: str) -> bool:
        """Whether a notification ended a wait for a job, not the wait's own end."""
        arn = self.execution(document)["executionArn"]
        events = self.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
        ended = [e["taskSucceededEventDetails"] for e in events if e["type"] == "TaskSucceeded"]
        return any(details["resource"].endswith(".waitForTaskToken") for details in ended)

    def fault(self, **fault: Any) -> None:
        """Let the next calls of an operation fail: service, operation, code, status, times."""
        self._post("faults", json.dumps(fault).encode())

    def calls(self) -> dict[str, int]:
        """Calls so far by ``service.operation``."""
        return self._counted("counted")

    def failures(self) -> dict[str, int]:
        """Those of them that were answered with an error."""
        return self._counted("failed")

    def _counted(self, what: str) -> dict[str, int]:
        with urllib.request.urlopen(f"{self.stack.endpoint_url}/_recita/usage", timeout=10) as got:  # noqa: S310
            counted: dict[str, int] = json.load(got)["calls"][what]
        return counted

    def _post(self, path: str, body: bytes) -> None:
        url = f"{self.stack.endpoint_url}/_recita/{path}"
        with urllib.request.urlopen(url, data=body, timeout=10):  # noqa: S310 - our own loopback
            pass
