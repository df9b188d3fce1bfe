"""Which service a request is for, by its signature and path."""

from __future__ import annotations

from typing import Any

import pytest
from recita_local.gateway import service_of

SIGNED = "AWS4-HMAC-SHA256 Credential=local/20261121/us-east-1/{}/aws4_request, SignedHeaders=host"


def scope(path: str = "/", query: str = "") -> dict[str, Any]:
    return {"type": "http", "path": path, "query_string": query.encode()}


@pytest.mark.parametrize(
    ("signed", "path", "service"),
    [
        ("textract", "/", "textract"),
        ("rekognition", "/", "rekognition"),
        ("translate", "/", "translate"),
        ("polly", "/v1/speech", "polly"),
        ("bedrock", "/model/amazon.nova-lite-v1:0/converse", "bedrock-runtime"),
        ("bedrock", "/guardrail/abc/version/1/apply", "bedrock-runtime"),
        ("bedrock", "/guardrails", "bedrock"),
        ("bedrock", "/guardrails/abc", "bedrock"),
        ("bedrock", "/foundation-models", None),
        ("s3", "/textract/model/x", None),
        ("states", "/", None),
    ],
)
def test_a_signature_names_the_service(signed: str, path: str, service: str | None) -> None:
    headers = {b"authorization": SIGNED.format(signed)}
    assert service_of(headers, scope(path)) == service


def test_a_presigned_query_names_the_service() -> None:
    query = "X-Amz-Credential=local%2F20261121%2Fus-east-1%2Fpolly%2Faws4_request&X-Amz-Date=1"
    assert service_of({}, scope("/v1/speech", query)) == "polly"
    assert service_of({}, scope("/v1/speech")) is None
