"""The HTTP API: what it answers, and that nothing leads where it should not."""

from __future__ import annotations

import base64
import importlib
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws
from recita.adapters.catalogue import DynamoCatalogue
from recita.adapters.dynamodb import DynamoDocuments
from recita.adapters.erasure import erased_row
from recita.adapters.links import S3Links
from recita.adapters.s3 import S3Results
from recita.models.base import now
from recita.models.document import Upload, result_key, step_key, work_key
from recita.models.manifest import Manifest
from recita.models.reasons import REFUSALS
from recita.models.record import Begun, StepRecord
from recita.steps.desk import Desk
from recita.wiring import wiring

from tests import tables
from tests.contract import openapi
from tests.fakes import Pipeline

REGION: Final = "eu-west-1"
NOBODY = "0" * 32


@cache
def published(text: bytes, key: str) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest of a document, and all that its run has written."""
    pipeline = Pipeline("es")
    return pipeline.run(text, key), pipeline.results.objects


def told(log: io.StringIO) -> str:
    """The function's own lines; boto3's are not on a log at Lambda's levels."""
    return "".join(line for line in log.getvalue().splitlines() if '"serve-api"' in line)


class Deployment:
    """The API's stores on moto."""

    def __init__(self) -> None:
        self.s3 = boto3.client("s3", region_name=REGION)
        for name in ("uploads-here", "results-here"):
            self.s3.create_bucket(
                Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        self.table = tables.create("DocumentsTable", "documents")
        self.results = S3Results("results-here")
        self.documents = DynamoDocuments("documents")
        self.desk = Desk(
            documents=self.documents,
            catalogue=DynamoCatalogue("documents"),
            results=self.results,
            links=S3Links("uploads-here", "results-here"),
        )

    def finish(self, text: bytes = b"Invoice 4711. " * 40, key: str = "in/a.txt") -> Manifest:
        manifest, files = published(text, key)
        for name, body in files.items():
            self.results.write(name, body, "application/json")
        self.documents.record(manifest, result_key(manifest.document_id, "manifest.json"))
        return manifest

    def begin(self, document: str) -> None:
        upload = Upload(document_id=document, bucket="uploads-here", key="in/b.txt", version_id="v")
        self.documents.started(self.documents.admit(upload))


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")  # where the tests' table is
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        found = Deployment()
        monkeypatch.setitem(wiring.__dict__, "desk", found.desk)
        yield found


def call(method: str, path: str, body: Any = None, **query: str) -> tuple[int, dict[str, Any]]:
    """Ask as API Gateway does, in its payload format 2.0."""
    event = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "headers": {"content-type": "application/json"},
        "queryStringParameters": query or None,
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }
    return sent(event)


def sent(event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    handler = importlib.import_module("serve_api.app").lambda_handler
    reply = handler(event, LambdaContext())
    headers = {**reply.get("headers", {}), **reply.get("multiValueHeaders", {})}
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["cache-control"] == "no-store"
    assert headers["content-type"] == "application/json"
    asked, body = event["requestContext"]["http"], json.loads(reply["body"])
    assert openapi.violations(asked["method"], asked["path"], reply["statusCode"], body) == []
    return reply["statusCode"], body


def refused(answer: tuple[int, dict[str, Any]]) -> str:
    """The code of a refusal, whose status and hint are those of the code."""
    status, body = answer
    assert set(body) == {"code", "message", "hint"}
    assert (status, body["hint"]) == REFUSALS[body["code"]]
    return str(body["code"])


def policy(form: dict[str, Any]) -> list[Any]:
    found: list[Any] = json.loads(base64.b64decode(form["fields"]["policy"]))["conditions"]
    return found


WANTED = {"filename": "Rechnung nº 7.pdf", "content_type": "application/pdf"}


def test_an_upload_is_offered_for_one_key_one_type_and_a_size(deployment: Deployment) -> None:
    assert deployment
    status, form = call("POST", "/uploads", WANTED | {"size": 1234, "languages": "es,fr-CA"})
    _, other = call("POST", "/uploads", WANTED)

    assert status == 201
    assert form["key"].startswith("uploads/")
    assert form["key"].endswith("/Rechnung nº 7.pdf")
    assert form["key"] != other["key"]
    assert form["key"] == form["fields"]["key"]
    conditions = policy(form)
    assert ["content-length-range", 1, 1234] in conditions
    assert {"Content-Type": "application/pdf"} in conditions
    assert {"x-amz-meta-recita-languages": "es,fr-CA"} in conditions
    assert {"key": form["key"]} in conditions or ["eq", "$key", form["key"]] in conditions
    assert not [one for one in conditions if "starts-with" in one]
    assert ["content-length-range", 1, 500 * 1024 * 1024] in policy(other)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"filename": "../../etc/passwd"}, "filename-unusable"),
        ({"filename": "a\\b.pdf"}, "filename-unusable"),
        ({"filename": ".."}, "filename-unusable"),
        ({"filename": ""}, "filename-unusable"),
        ({"filename": "a\r\nb.pdf"}, "filename-unusable"),
        ({"filename": "fdp.\u202eexe"}, "filename-unusable"),
        ({"filename": "${filename}"}, "filename-unusable"),
        ({"filename": "n" * 201}, "filename-unusable"),
        ({"content_type": "application/x-msdownload"}, "type-unsupported"),
        ({"content_type": "application/pdf\r\nx: y"}, "type-unsupported"),
        ({"size": 500 * 1024 * 1024 + 1}, "upload-too-large"),
        ({"size": 0}, "body-unusable"),
        ({"size": "big"}, "body-unusable"),
        ({"filename": None}, "body-unusable"),
        ({"bucket": "another"}, "body-unusable"),
        ({"languages": "klingon"}, "option-unusable"),
        ({"speak": "loudly"}, "option-unusable"),
        ({"describe_images": "labels any of [Pérson]"}, "option-unusable"),
        ({"describe_images": "labels any of [" + "Person," * 300 + "Person]"}, "option-unusable"),
    ],
)
def test_an_upload_that_would_fail_is_not_offered(
    deployment: Deployment, change: dict[str, Any], code: str
) -> None:
    assert deployment
    assert refused(call("POST", "/uploads", WANTED | change)) == code


@pytest.mark.parametrize("body", [None, "", "[]", "{", "null", '"x"'])
def test_a_body_that_is_none_is_refused(deployment: Deployment, body: str | None) -> None:
    assert deployment
    assert refused(call("POST", "/uploads", body)) == "body-unusable"


def test_a_body_that_is_no_text_is_refused(deployment: Deployment) -> None:
    assert deployment
    event = {
        "rawPath": "/uploads",
        "requestContext": {"http": {"method": "POST", "path": "/uploads"}, "stage": "$default"},
        "body": base64.b64encode(b"\xff\xfe\x00").decode(),
        "isBase64Encoded": True,
    }
    assert refused(sent(event)) == "body-unusable"


def seeded(deployment: Deployment, documents: int = 5) -> None:
    for number in range(documents):
        at = (now() - timedelta(minutes=number)).isoformat()
        deployment.table.put_item(
            Item={
                "document_id": f"{number:032x}",
                "status": "FAILED" if number % 2 else "COMPLETED",
                "source_key": "same.pdf",
                "document_type": "invoice",
                "updated_at": at,
            }
        )


def test_a_list_goes_on_page_by_page(deployment: Deployment) -> None:
    seeded(deployment)
    ids, query = [], {"limit": "2"}
    while True:
        status, page = call("GET", "/documents", **query)
        assert status == 200
        ids += [one["document_id"] for one in page["documents"]]
        if page["next"] is None:
            break
        query["next"] = page["next"]

    assert ids == [f"{number:032x}" for number in range(5)]


def test_a_list_is_of_what_was_asked_for(deployment: Deployment) -> None:
    seeded(deployment)
    query = {"class": "invoice", "status": "FAILED", "day": now().date().isoformat()}
    _, page = call("GET", "/documents", **query)
    _, by_key = call("GET", "/documents", source_key="same.pdf", limit="100")

    assert {one["status"] for one in page["documents"]} <= {"FAILED"}
    assert len(by_key["documents"]) == 5
    assert call("GET", "/documents", source_key="none.pdf")[1] == {"documents": [], "next": None}


@pytest.mark.parametrize(
    "query",
    [
        {"status": "DONE"},
        {"status": "COMPLETED,FAILED"},
        {"day": "2026-02-30"},
        {"day": "20260501"},
        {"day": "today"},
        {"class": "novel"},
        {"source_key": ""},
        {"source_key": "k" * 1025},
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "-1"},
        {"limit": "٣"},
        {"order": "oldest"},
    ],
)
def test_a_filter_that_is_none_is_refused(deployment: Deployment, query: dict[str, str]) -> None:
    assert deployment
    assert refused(call("GET", "/documents", **query)) == "query-unusable"


def test_a_place_in_a_list_holds_for_that_list_alone(deployment: Deployment) -> None:
    seeded(deployment)
    _, page = call("GET", "/documents", limit="2", status="COMPLETED")
    token = page["next"]

    assert call("GET", "/documents", limit="1", status="COMPLETED", next=token)[0] == 200
    for other in ({"status": "FAILED"}, {}, {"status": "COMPLETED", "class": "invoice"}):
        assert refused(call("GET", "/documents", next=token, **other)) == "page-unusable"


def test_no_changed_place_is_taken(deployment: Deployment) -> None:
    seeded(deployment)
    _, page = call("GET", "/documents", limit="2")
    token = page["next"]
    changed = {token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
               for at in range(0, len(token), 7)}  # fmt: skip
    told = base64.urlsafe_b64encode(b"0" * 16 + b"2026-05-01T12:00:00+00:00 " + b"0" * 32)
    changed |= {token + "=", token + "A", token[:-1], "", "é", "%00", "A" * 5000, told.decode()}
    for one in changed:
        assert refused(call("GET", "/documents", limit="2", next=one)) == "page-unusable", one


def test_a_document_that_has_ended_shows_its_result(deployment: Deployment) -> None:
    manifest = deployment.finish()

    status, shown = call("GET", f"/documents/{manifest.document_id}")

    assert status == 200
    assert (shown["status"], shown["run"]) == (manifest.status, 1)
    assert shown["source_key"] == "in/a.txt"
    assert [step["name"] for step in shown["steps"]] == [step.name for step in manifest.steps]
    assert manifest.summary
    assert shown["result"]["summary"]["text"] == manifest.summary.text
    assert shown["result"]["ledger"]["pages"]["total"] == len(manifest.pages)
    assert not {"pages", "images", "artifacts", "guardrails"} & set(shown["result"])


def test_a_document_on_its_way_shows_the_steps_of_this_run(deployment: Deployment) -> None:
    document = "a" * 32
    deployment.begin(document)
    begun = now()
    for name, minutes in (("inspect-document", -60), ("read-pages", 1)):
        at = begun + timedelta(minutes=minutes)
        record = StepRecord.model_validate(
            {"name": name, "status": "FAILED", "started_at": at, "ended_at": at,
             "error": {"name": "ProviderThrottledError", "message": "textract: too fast"}}
        )  # fmt: skip
        deployment.results.write(
            step_key(document, name), record.model_dump_json().encode(), "application/json"
        )
    deployment.results.write(
        work_key(document, "run.json"),
        Begun(at=begun).model_dump_json().encode(),
        "application/json",
    )

    status, shown = call("GET", f"/documents/{document}")

    assert (status, shown["status"], shown["result"]) == (200, "PROCESSING", None)
    (step,) = shown["steps"]
    assert (step["name"], step["error"]["name"]) == ("read-pages", "ProviderThrottledError")
    assert refused(call("GET", f"/documents/{document}/artifacts")) == "document-unfinished"


def test_a_document_that_was_refused_says_why(deployment: Deployment) -> None:
    manifest = deployment.finish(b"")

    _, shown = call("GET", f"/documents/{manifest.document_id}")

    assert shown["status"] == "REJECTED"
    assert shown["reason"]["code"] == "empty"
    assert shown["reason"]["hint"]


def test_files_are_linked_for_minutes_and_saved_not_shown(deployment: Deployment) -> None:
    manifest = deployment.finish()
    path = f"/documents/{manifest.document_id}/artifacts"
    _, listed = call("GET", path)
    names = [one["key"] for one in listed["artifacts"]]
    assert names == [one.key for one in manifest.artifacts]

    for name in [next(one for one in names if "/" in one), "manifest.json"]:
        status, link = call("GET", f"{path}/{name}")
        url = urlsplit(link["url"])
        query = parse_qs(url.query)
        assert (status, link["key"]) == (200, name)
        assert url.path.endswith(f"documents/{manifest.document_id}/{name}")
        assert int(query["X-Amz-Expires"][0]) <= 300
        assert query["response-content-disposition"][0].startswith("attachment;")
        assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]


@pytest.mark.parametrize(
    "name",
    [
        "../" + NOBODY + "/manifest.json",
        "..%2fmanifest.json",
        "/manifest.json",
        "manifest.json/",
        "pages/../manifest.json",
        "nothing.txt",
        "Manifest.json",
    ],
)
def test_no_name_leads_to_what_is_no_file_of_the_result(deployment: Deployment, name: str) -> None:
    manifest = deployment.finish()

    answer = call("GET", f"/documents/{manifest.document_id}/artifacts/{name}")

    assert refused(answer) in {"artifact-unknown", "route-unknown"}


@pytest.mark.parametrize(
    "name", ["x", "A" * 32, "0" * 31, "0" * 33, NOBODY + ".2", "0" * 31 + "g", "manifest.json"]
)
@pytest.mark.parametrize("rest", ["", "/artifacts", "/artifacts/manifest.json"])
def test_an_id_that_is_none_is_refused(deployment: Deployment, name: str, rest: str) -> None:
    assert deployment
    assert refused(call("GET", f"/documents/{name}{rest}")) == "id-unusable"


@pytest.mark.parametrize("rest", ["", "/artifacts", "/artifacts/manifest.json"])
def test_what_is_not_there_or_gone_is_told_apart(deployment: Deployment, rest: str) -> None:
    deployment.table.put_item(Item=erased_row("e" * 32, now()))

    assert refused(call("GET", f"/documents/{NOBODY}{rest}")) == "document-unknown"
    assert refused(call("GET", f"/documents/{'e' * 32}{rest}")) == "document-erased"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/uploads"), ("DELETE", f"/documents/{NOBODY}"), ("POST", "/documents"),
     ("GET", f"/documents/{NOBODY}/artifacts/"), ("GET", "/documents/../uploads")],
)  # fmt: skip
def test_other_paths_and_methods_are_none(deployment: Deployment, method: str, path: str) -> None:
    assert deployment
    assert refused(call(method, path)) == "route-unknown"


def test_a_failure_is_logged_by_its_name_and_told_without(
    deployment: Deployment, log: io.StringIO
) -> None:
    deployment.table.delete()

    answer = call("GET", "/documents", source_key="secret name.pdf")

    assert refused(answer) == "unavailable"
    assert "secret name" not in json.dumps(answer) + told(log)
    assert '"outcome":"FAILED"' in told(log).replace(" ", "")


def test_nothing_of_a_document_is_logged(deployment: Deployment, log: io.StringIO) -> None:
    manifest = deployment.finish(b"The zebra signed invoice 4711. " * 30, "in/zebra.txt")
    call("GET", f"/documents/{manifest.document_id}")
    call("POST", "/uploads", WANTED | {"filename": "zebra.pdf"})
    call("GET", "/documents", source_key="in/zebra.txt")

    assert '"http_status"' in told(log)
    assert "zebra" not in told(log)


def test_forms_and_links_are_for_the_region_of_the_buckets(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = boto3.Session(region_name=REGION)
    monkeypatch.setattr(boto3, "client", session.client)
    links = S3Links("uploads-here", "results-here")

    link = links.download("documents/x/manifest.json", now() + timedelta(minutes=5))

    assert deployment
    assert urlsplit(link.url).netloc == f"results-here.s3.{REGION}.amazonaws.com"
