"""How long the console's pages take with 1,000 documents: ``python -m benchmarks.console``.

Works on a laptop stack of its own, whose buckets and table hold a thousand results of stand-ins,
and writes ``benchmarks/console.json``.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, get_args
from urllib.parse import urlsplit

from recita.adapters.dynamodb import row
from recita.models.document import document_id, result_key
from recita.models.manifest import Manifest
from recita.models.summary import DocumentType
from recita_cli import target
from recita_cli.target import Target
from recita_cli.web.server import Server
from recita_local import stack

from tests.fakes import Pipeline

RESULT = Path(__file__).with_suffix(".json")
PORT = 4722
DOCUMENTS = 1000
REQUESTS = 200
STATUSES = ("COMPLETED", "COMPLETED", "COMPLETED", "PARTIAL", "REJECTED")
TYPES: tuple[str, ...] = get_args(DocumentType)


def main() -> None:
    """Fill a stack, ask its console, print what it took and write it down."""
    with tempfile.TemporaryDirectory(prefix="recita-console-") as home:
        running = stack.start(Path(home), port=PORT)
        try:
            where = target.from_stack(running)
            documents = fill(where)
            with served(where) as console:
                found = {name: measured(console, paths) for name, paths in asked(documents)}
        finally:
            stack.stop(Path(home))
    machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    told = {"documents": DOCUMENTS, "machine": machine | {"on": platform.machine()}, **found}
    RESULT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(told, indent=2))


def fill(where: Target) -> list[str]:
    """Write the same result a thousand times under ids and names of their own."""
    pipeline = Pipeline("es")
    manifest = pipeline.run(b"Invoice 4711. The library bought 125 books. " * 40, "in/a.txt")
    prefix = result_key(manifest.document_id, "")
    files = {
        name.removeprefix(prefix): body
        for name, body in pipeline.results.objects.items()
        if name.startswith(prefix) and name.endswith(".json")
    }
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda n: _put(where, manifest, files, n), range(DOCUMENTS)))


def _put(where: Target, manifest: Manifest, files: dict[str, bytes], number: int) -> str:
    key = f"in/invoice-{number:04d}.txt"
    document = document_id("bench", key, "v")
    source = manifest.source.model_copy(update={"key": key})
    known, kind = manifest.classification, {"type": TYPES[number % len(TYPES)]}
    own = manifest.model_copy(
        update={
            "classification": known and known.model_copy(update=kind),
            "document_id": document,
            "source": source,
            "execution": document,
            "status": STATUSES[number % len(STATUSES)],
        }
    )
    bucket = where.outputs["ResultsBucketName"]
    for name, body in (files | {"manifest.json": own.model_dump_json().encode()}).items():
        where.s3.put_object(Bucket=bucket, Key=result_key(document, name), Body=body)
    item = row(own, result_key(document, "manifest.json"))
    where.resource("dynamodb").Table(where.outputs["TableName"]).put_item(Item=item)
    return document


@contextmanager
def served(where: Target) -> Iterator[http.client.HTTPConnection]:
    """Serve the console and lend a connection that it lets in."""
    with Server(where) as server:
        thread = threading.Thread(target=server.serve)
        thread.start()
        place = urlsplit(server.address)
        connection = http.client.HTTPConnection("127.0.0.1", place.port or 0)
        connection.request("GET", f"/?{place.query}")
        answer = connection.getresponse()
        answer.read()
        cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
        connection.cookie = cookie  # type: ignore[attr-defined]
        try:
            yield connection
        finally:
            server.stop()
            thread.join()


def asked(documents: list[str]) -> list[tuple[str, list[str]]]:
    """Which pages are asked for."""
    filters = ["/", "/?status=PARTIAL", "/?class=invoice", "/?status=PARTIAL&class=invoice"]
    chosen = documents[:: DOCUMENTS // 100]
    return [
        ("list", filters),
        ("document", [f"/documents/{one}" for one in chosen]),
        ("page", [f"/documents/{one}/pages/1" for one in chosen]),
    ]


def measured(console: Any, paths: list[str]) -> dict[str, float]:
    """Ask for the pages in turn; milliseconds from request to the last byte."""
    took = []
    for number in range(REQUESTS + 10):
        begun = time.perf_counter()
        console.request("GET", paths[number % len(paths)], headers={"cookie": console.cookie})
        answer = console.getresponse()
        answer.read()
        took.append(1000 * (time.perf_counter() - begun))
        if answer.status != 200:
            raise SystemExit(f"{paths[number % len(paths)]}: {answer.status}")
    kept = sorted(took[10:])  # the first ones make connections and compile templates
    return {"p50_ms": round(median(kept), 1), "p95_ms": round(kept[int(len(kept) * 0.95)], 1)}


if __name__ == "__main__":
    main()
