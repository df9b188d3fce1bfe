"""docs/how-to/consume.md: every block of code runs, and prints what stands below it."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest
from moto import mock_aws
from recita.models.row import TableRow, table_key
from samtranslator.yaml_helper import yaml_parse

from tests.contract import generated
from tests.fakes import Pipeline
from tests.fakes.services import answer

pytestmark = pytest.mark.disable_socket

BUCKET = "recita-results"
BLOCK = re.compile(
    r"(<!-- not run: [^\n]{10,} -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs/how-to/consume.md").read_text("utf-8")


@pytest.fixture
def event(root: Path) -> dict[str, Any]:
    detail = json.loads((root / "tests/golden/1.0/event.completed.json").read_text("utf-8"))
    kind = "Recita Document Completed"
    return {"source": "recita.pipeline", "detail-type": kind, "detail": detail}


@pytest.fixture
def results(
    root: Path, event: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A result in S3, in a folder and in a zip file, as the page takes for granted."""
    kept = root / "tests/golden/1.0/result"
    name = json.loads((kept / "manifest.json").read_text("utf-8"))["document_id"]
    shutil.copytree(kept, tmp_path / "out" / name)
    shutil.make_archive(str(tmp_path / "results"), "zip", tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("RESULTS_BUCKET", BUCKET)
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        for path in kept.rglob("*.*"):
            key = f"documents/{name}/{path.relative_to(kept).as_posix()}"
            s3.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())
        queue = boto3.client("sqs").create_queue(QueueName="dead-letters")["QueueUrl"]
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(event))
        monkeypatch.setenv("DEAD_LETTERS", queue)
        yield


@pytest.mark.usefixtures("results")
def test_code_prints_what_stands_below_it(page: str, event: dict[str, Any]) -> None:
    blocks = [(language, body) for _, language, body in BLOCK.findall(page)]
    space: dict[str, Any] = {}
    ran = 0
    for (language, body), (below, expected) in itertools.pairwise(blocks):
        if language == "python":
            assert below == "text", f"no output stands below:\n{body}"
            assert printed(body, space, event) == expected
            ran += 1
    assert ran == 5


def printed(body: str, space: dict[str, Any], event: dict[str, Any]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(body, "consume.md", "exec"), space)  # noqa: S102 - our own page
        if handler := space.pop("lambda_handler", None):
            handler(event, None)
    return out.getvalue()


def test_the_pattern_is_the_examples(page: str, root: Path) -> None:
    (written,) = [body for _, language, body in BLOCK.findall(page) if language == "json"]
    template = yaml_parse((root / "examples/consumer/template.yaml").read_text("utf-8"))
    deployed = template["Resources"]["InvoiceRule"]["Properties"]["EventPattern"]
    first, *_ = deployed["detail"]["$or"]
    del first["data"]["bucket"]
    assert json.loads(written) == deployed | {"detail": first}


@pytest.mark.usefixtures("results")
def test_queries_run_on_rows_of_the_pipeline(page: str, tmp_path: Path) -> None:
    statements = [body for _, language, body in BLOCK.findall(page) if language == "sql"]
    _write_rows(tmp_path)
    database = duckdb.connect()
    view, by_day, unfinished, totals = statements
    database.execute(view)
    assert [row[1:4] for row in database.execute(by_day).fetchall()] == [
        ("COMPLETED", 1, 2),
        ("REJECTED", 1, 0),
    ]
    assert database.execute(unfinished).fetchall() == []
    assert database.execute(totals).fetchall() == [("invoices/4711.pdf", "1,250 euros")]
    count = database.execute("SELECT count(*) FROM documents WHERE part IS NOT NULL")
    assert count.fetchall() == [(2,)]


def _write_rows(folder: Path) -> None:
    """The rows of two documents, as they lie in the results bucket."""
    pipeline = Pipeline("none")
    pipeline.model.replies = [answer(generated.SUMMARY)]
    pipeline.run(generated.invoice(), "invoices/4711.pdf")
    pipeline.run(b"PK\x03\x04 a word processor's file", "letters/offer.docx")
    for key, body in pipeline.results.objects.items():
        if key.startswith("tables/"):
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / key).write_bytes(body)


def test_athena_has_the_columns_of_a_row(root: Path) -> None:
    ddl = (root / "docs/how-to/documents.sql").read_text("utf-8")
    columns = dict(re.findall(r"^  (\w+) (\w+)", ddl, re.MULTILINE))
    kinds = {"string": "string", "integer": "int bigint", "number": "double", "array": "array"}
    schema = TableRow.model_json_schema(mode="serialization")
    assert list(columns) == list(schema["properties"])
    for name, field in schema["properties"].items():
        kind = field.get("type") or field.get("anyOf", [{"type": "string"}])[0]["type"]
        assert columns[name] in kinds[kind].split(), name
    (facts,) = re.findall(r"facts array<struct<(.*)>>", ddl)
    named = [part.split(":")[0].strip() for part in facts.split(",")]
    assert named == list(schema["$defs"]["Fact"]["properties"])
    (parts,) = re.findall(r"'projection.part.values' = '(.*)'", ddl)
    assert parts.split(",") == list("0123456789abcdef")
    assert table_key("ab" * 16) == f"tables/documents/part=a/{'ab' * 16}.json"


def test_what_is_not_run_says_why(page: str) -> None:
    for reason, language, body in BLOCK.findall(page):
        assert reason or language in ("python", "text", "json", "sql"), body
