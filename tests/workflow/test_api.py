"""The HTTP API on the laptop: upload by a form, wait, list, read, fetch."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from botocore import auth
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from recita.models.document import document_id
from recita_local import deploy

from tests.laptop import DocumentLaptop
from tests.parts import part

pytestmark = pytest.mark.stack

TEXT = b"Invoice 4711. The harbour company asks for 300 euros until the first of May. " * 8


@dataclass(frozen=True)
class Api:
    """The API of a laptop, reached by a path: its own name is known to browsers only."""

    laptop: DocumentLaptop

    @property
    def url(self) -> str:
        name = str(urlsplit(self.laptop.stack.outputs["ApiUrl"]).hostname).partition(".")[0]
        return f"{self.laptop.stack.endpoint_url}/_aws/execute-api/{name}/$default"

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        data = None if body is None else json.dumps(body)
        url = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
        request = AWSRequest(method, url, data=data, headers={"content-type": "application/json"})
        SigV4Auth(Credentials("test", "test"), "execute-api", "us-east-1").add_auth(request)
        return httpx.request(method, url, content=data, headers=dict(request.headers), timeout=30)

    def get(self, path: str, **query: str) -> Any:
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def api(recita: DocumentLaptop) -> Api:
    return Api(recita)


def offered(api: Api, **more: Any) -> dict[str, Any]:
    wanted = {"filename": "nota nº 7 (v2).txt", "content_type": "text/plain", "size": len(TEXT)}
    answer = api.ask("POST", "/uploads", wanted | more)
    assert answer.status_code == 201, answer.text
    form: dict[str, Any] = answer.json()
    return form


def posted(form: dict[str, Any], body: bytes = TEXT, **fields: str) -> httpx.Response:
    return httpx.post(
        form["url"], data={**form["fields"], **fields}, files={"file": body}, timeout=30
    )


def test_an_upload_by_a_form_is_listed_read_and_fetched(api: Api) -> None:
    form = offered(api, languages="none", speak="none")

    put = posted(form)

    assert put.status_code == 201, put.text
    laptop = api.laptop
    bucket = laptop.stack.outputs["InputBucketName"]
    document = document_id(bucket, form["key"], put.headers["x-amz-version-id"])
    manifest = laptop.manifest(document)
    (listed,) = api.get("/documents", source_key=form["key"])["documents"]
    assert (listed["document_id"], listed["status"]) == (document, "COMPLETED")
    day = listed["updated_at"][:10]
    kind = listed["document_type"]
    for query in ({"status": "COMPLETED", "day": day}, {"class": kind}, {}):
        found = api.get("/documents", limit="100", **query)["documents"]
        assert document in {one["document_id"] for one in found}
    shown = api.get(f"/documents/{document}")
    assert (shown["status"], shown["source_key"]) == ("COMPLETED", form["key"])
    assert [step["status"] for step in shown["steps"] if step["name"] == "understand-document"]
    assert shown["result"]["ledger"]["languages"]["requested"] == []
    files = api.get(f"/documents/{document}/artifacts")["artifacts"]
    assert [one["key"] for one in files] == [one.key for one in manifest.artifacts]
    for name in ("text.md", "pages/0001.json", "manifest.json"):
        link = api.get(f"/documents/{document}/artifacts/{name}")
        fetched = httpx.get(link["url"], timeout=30)
        assert fetched.content == laptop.read(document, name)
        assert fetched.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("body", "fields", "status", "code"),
    [
        (TEXT + b"x", {}, 400, "EntityTooLarge"),
        (b"", {}, 400, "EntityTooSmall"),
        (TEXT, {"key": "uploads/mine.txt"}, 403, "AccessDenied"),
        (TEXT, {"key": "attachments/x"}, 403, "AccessDenied"),
        (TEXT, {"Content-Type": "text/html"}, 403, "AccessDenied"),
        (TEXT, {"x-amz-meta-recita-languages": "es"}, 403, "AccessDenied"),
        (TEXT, {"x-amz-date": "20200101T000000Z"}, 400, "InvalidArgument"),
    ],
)
def test_a_form_is_good_for_what_it_was_asked_for_only(
    api: Api, body: bytes, fields: dict[str, str], status: int, code: str
) -> None:
    answer = posted(offered(api), body, **fields)

    assert (answer.status_code, f"<Code>{code}</Code>" in answer.text) == (status, True)


def test_a_form_that_has_expired_is_refused(api: Api) -> None:
    bucket = api.laptop.stack.outputs["InputBucketName"]
    s3 = api.laptop.client("s3")
    form = s3.generate_presigned_post(bucket, "uploads/late.txt", ExpiresIn=-1)

    answer = posted(form)

    assert (answer.status_code, "Policy expired" in answer.text) == (403, True)


def test_a_caller_without_a_signature_is_refused(api: Api) -> None:
    assert httpx.get(f"{api.url}/documents", timeout=30).status_code == 403
    assert api.ask("GET", "/uploads").status_code == 404


def test_a_link_that_has_expired_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, s3 = api.laptop.stack.outputs["ResultsBucketName"], api.laptop.client("s3")
    s3.put_object(Bucket=bucket, Key="work/linked.txt", Body=TEXT)

    def link() -> str:
        request = AWSRequest("GET", f"{api.laptop.stack.endpoint_url}/{bucket}/work/linked.txt")
        signer = auth.S3SigV4QueryAuth(Credentials("local", "local"), "s3", "us-east-1", 300)
        signer.add_auth(request)
        return str(request.url)

    fresh = link()
    earlier = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=301)
    monkeypatch.setattr(auth, "get_current_datetime", lambda: earlier)
    late = link()

    assert httpx.get(fresh, timeout=30).content == TEXT
    answer = httpx.get(late, timeout=30)
    assert (answer.status_code, "Request has expired" in answer.text) == (403, True)


class Pool(NamedTuple):
    """A user pool with one user and two clients of it."""

    issuer: str
    mine: str
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def pool(api: Api) -> Pool:
    cognito = api.laptop.client("cognito-idp")
    name = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    user = {"UserPoolId": name, "Username": "ana"}
    cognito.admin_create_user(**user)
    cognito.admin_set_user_password(**user, Password="Four-words-7", Permanent=True)
    tokens: dict[str, str] = {}
    clients = []
    for owner in ("mine", "others"):
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        made = cognito.create_user_pool_client(
            UserPoolId=name, ClientName=owner, ExplicitAuthFlows=flows
        )["UserPoolClient"]["ClientId"]
        given = cognito.initiate_auth(
            ClientId=made,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ana", "PASSWORD": "Four-words-7"},
        )["AuthenticationResult"]
        tokens |= {owner: given["IdToken"], f"{owner} access": given["AccessToken"]}
        clients.append(made)
    return Pool(f"https://cognito-idp.us-east-1.amazonaws.com/{name}", clients[0], tokens)


@pytest.fixture(scope="module")
def with_tokens(api: Api, pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> str:
    """template.yaml's API once more, before the same function, for the tokens of one client."""
    laptop = api.laptop
    resources = laptop.client("cloudformation").describe_stack_resources(StackName="recita")
    (function,) = (
        one["PhysicalResourceId"]
        for one in resources["StackResources"]
        if one["LogicalResourceId"] == "ServeApiFunction"
    )
    arn = laptop.client("lambda").get_function(FunctionName=function)["Configuration"]
    path = tmp_path_factory.mktemp("tokens") / "template.json"
    outputs = {"ApiUrl": {"Value": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}}}
    path.write_text(json.dumps(part(("Api",), outputs, ServeApiFunction=arn["FunctionArn"])))
    parameters = {"ApiAuth": "JWT", "ApiJwtIssuer": pool.issuer, "ApiJwtAudience": pool.mine}
    made = deploy.deploy(laptop.stack.endpoint_url, path, parameters, "tokens")
    name = str(urlsplit(made.outputs["ApiUrl"]).hostname).partition(".")[0]
    return f"{laptop.stack.endpoint_url}/_aws/execute-api/{name}/$default"


def test_a_caller_with_a_token_for_the_audience_is_answered(with_tokens: str, pool: Pool) -> None:
    for token in ("mine", "mine access"):
        headers = {"authorization": f"Bearer {pool.tokens[token]}"}
        answer = httpx.get(f"{with_tokens}/documents?limit=1", headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"documents", "next"}


def test_other_tokens_are_refused(with_tokens: str, pool: Pool) -> None:
    head, claims, signature = pool.tokens["mine"].split(".")
    forged = json.loads(urlsafe_b64decode(claims + "=="))
    forged = urlsafe_b64encode(json.dumps({**forged, "sub": "root"}).encode()).decode().rstrip("=")
    unsigned = urlsafe_b64encode(b'{"alg": "none"}').decode().rstrip("=")
    for token in (
        None,
        "x",
        pool.tokens["others"],
        f"{head}.{forged}.{signature}",
        f"{unsigned}.{claims}.",
        f"{head}.{claims}.{signature[:-4]}AAAA",
    ):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        for path in ("/documents", f"/documents/{'0' * 32}"):
            answer = httpx.get(f"{with_tokens}{path}", headers=headers, timeout=30)
            assert answer.status_code == 401, token


def test_what_is_asked_wrongly_is_told_with_a_reason(api: Api) -> None:
    answer = api.ask("GET", "/documents/no-id")
    path = f"/documents/{'0' * 32}/artifacts/pages/../manifest.json"

    assert (answer.status_code, answer.json()["code"]) == (400, "id-unusable")
    assert api.ask("GET", path).status_code == 404
