"""How fast the HTTP API answers on a laptop: ``python -m benchmarks.api``.

Fills the table of a laptop stack of its own with 1,000 finished documents, asks each route many
times, one request after another, and writes ``benchmarks/api.json``. Requests go the whole way:
HTTP, API Gateway's event, the function in its own process, the table and the bucket.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import quantiles
from typing import Any, get_args
from urllib.parse import urlencode, urlsplit

import boto3
import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from recita.adapters.dynamodb import row
from recita.models.document import result_key
from recita.models.manifest import Manifest
from recita.models.summary import DocumentType
from recita_local import stack
from recita_local.aws.settings import REGION
from recita_local.clients import client

from benchmarks.overhead import machine

ROOT = Path(__file__).resolve().parent.parent
RESULT = Path(__file__).with_suffix(".json")
PORT = int(os.environ.get("RECITA_PORT") or 4641)
DOCUMENTS = 1000
ROUNDS = 200
UNCOUNTED = 10
"""The first requests of a route: processes start, connections open."""
STATUSES = ("COMPLETED", "COMPLETED", "COMPLETED", "PARTIAL", "REJECTED")
TYPES: tuple[str, ...] = get_args(DocumentType)
NEWEST = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTES = 7
"""Between two documents: some two hundred are of one day."""


@dataclass(frozen=True)
class Known:
    """A document that lies in the table and, as far as its manifest, in the bucket."""

    document_id: str
    source_key: str


def main() -> None:
    """Measure, print and write down."""
    with tempfile.TemporaryDirectory(prefix="recita-api-") as folder:
        os.environ["RECITA_HOME"] = folder
        running = stack.start(port=PORT, parameters={"ApiAuth": "IAM"})
        try:
            documents = fill(running)
            routes = ask(running, documents)
        finally:
            stack.stop()
    found = {"machine": machine(), "documents": DOCUMENTS, "rounds": ROUNDS, "routes": routes}
    RESULT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    for route, taken in routes.items():
        print(f"{route}: p50 {taken['p50_ms']} ms, p95 {taken['p95_ms']} ms")


def fill(running: stack.Stack) -> list[Known]:
    """Put documents into table and bucket, as many runs of the example's would have."""
    text = (ROOT / "contracts/v1/examples/manifest.completed.json").read_text("utf-8")
    example = Manifest.model_validate_json(text)
    buckets = client("s3", running.endpoint_url)
    database = boto3.resource(
        "dynamodb",
        endpoint_url=running.endpoint_url,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the laptop checks no secrets
    )
    known = []
    with database.Table(running.outputs["TableName"]).batch_writer() as batch:
        for manifest in manifests(example):
            key = result_key(manifest.document_id, "manifest.json")
            changed = {"updated_at": manifest.created_at.isoformat()}
            batch.put_item(Item=row(manifest, key) | changed)
            buckets.put_object(
                Bucket=running.outputs["ResultsBucketName"],
                Key=key,
                Body=manifest.model_dump_json().encode(),
            )
            known.append(Known(manifest.document_id, manifest.source.key))
    return known


def manifests(example: Manifest) -> Iterator[Manifest]:
    """The example over and over: other ids, keys, days, types and outcomes."""
    kind = example.classification
    for number in range(DOCUMENTS):
        document = sha256(str(number).encode()).hexdigest()[:32]
        changed: dict[str, Any] = {
            "document_id": document,
            "execution": document,
            "status": STATUSES[number % len(STATUSES)],
            "created_at": NEWEST - timedelta(minutes=MINUTES * number),
            "source": example.source.model_copy(update={"key": f"in/{number % 900:04}.pdf"}),
        }
        if kind:
            named = kind.model_copy(update={"type": TYPES[number % len(TYPES)]})
            changed["classification"] = named
        yield example.model_copy(update=changed)


def ask(running: stack.Stack, known: list[Known]) -> dict[str, dict[str, float]]:
    """Milliseconds of each route."""
    name = str(urlsplit(running.outputs["ApiUrl"]).hostname).partition(".")[0]
    address = f"{running.endpoint_url}/_aws/execute-api/{name}/$default"
    upload = {"filename": "invoice.pdf", "content_type": "application/pdf", "size": 48213}

    def one(number: int) -> Known:
        return known[number * 37 % len(known)]

    routes: dict[str, Callable[[int], tuple[str, str, Any]]] = {
        "GET /documents": lambda _: ("GET", "/documents", None),
        "GET /documents?limit=100": lambda _: ("GET", "/documents?limit=100", None),
        "GET /documents?status=": lambda _: ("GET", "/documents?status=PARTIAL", None),
        "GET /documents?day=": lambda n: ("GET", f"/documents?day={_day(n)}", None),
        "GET /documents?class=": lambda n: (
            "GET", f"/documents?class={TYPES[n % len(TYPES)]}", None,
        ),
        "GET /documents?class=&status=&day=": lambda n: (
            "GET", f"/documents?class={TYPES[n % len(TYPES)]}&status=COMPLETED&day={_day(n)}", None,
        ),
        "GET /documents?source_key=": lambda n: (
            "GET", "/documents?" + urlencode({"source_key": one(n).source_key}), None,
        ),
        "GET /documents/{id}": lambda n: ("GET", f"/documents/{one(n).document_id}", None),
        "GET /documents/{id}/artifacts": lambda n: (
            "GET", f"/documents/{one(n).document_id}/artifacts", None,
        ),
        "GET /documents/{id}/artifacts/{name}": lambda n: (
            "GET", f"/documents/{one(n).document_id}/artifacts/text.md", None,
        ),
        "POST /uploads": lambda _: ("POST", "/uploads", upload),
    }  # fmt: skip
    with httpx.Client(timeout=30) as session:
        return {
            route: summed([asked(session, address, *make(number)) for number in range(ROUNDS)])
            for route, make in routes.items()
        }


def _day(number: int) -> str:
    return (NEWEST - timedelta(days=number % 4)).date().isoformat()


def asked(session: httpx.Client, address: str, method: str, path: str, body: Any) -> float:
    """Milliseconds from the signed request to the last byte; anything but an answer ends it."""
    data = None if body is None else json.dumps(body)
    url, headers = address + path, {"content-type": "application/json"}
    request = AWSRequest(method, url, data=data, headers=headers)
    SigV4Auth(Credentials("local", "local"), "execute-api", REGION).add_auth(request)
    begun = time.perf_counter()
    answer = session.request(method, url, content=data, headers=dict(request.headers))
    taken = (time.perf_counter() - begun) * 1000
    if answer.status_code not in {200, 201}:
        raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
    return taken


def summed(milliseconds: list[float]) -> dict[str, float]:
    """The middle and the slow end of what counts."""
    hundredths = quantiles(milliseconds[UNCOUNTED:], n=100, method="inclusive")
    return {"p50_ms": round(hundredths[49], 1), "p95_ms": round(hundredths[94], 1)}


if __name__ == "__main__":
    main()
