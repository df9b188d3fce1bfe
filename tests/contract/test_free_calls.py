"""Calls that cost next to nothing are repeated, so that no answer that was paid is lost."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from recita.adapters.clients import ATTEMPTS
from recita.adapters.s3 import S3Results

pytestmark = pytest.mark.usefixtures("aws")


class Raw:
    """The body of a reply, as urllib3 gives it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Any:
        yield self._body


def answering(results: S3Results, *codes: str) -> list[str]:
    """Let S3 answer with these errors, then well; return the requests' addresses as they come."""
    asked: list[str] = []

    def reply(request: Any, **_: Any) -> Any:
        asked.append(request.url)
        code = codes[len(asked) - 1] if len(asked) <= len(codes) else ""
        body = f"<Error><Code>{code}</Code><Message>m</Message></Error>" if code else ""
        headers: Any = {}
        return AWSResponse(request.url, 403 if code else 200, headers, Raw(body.encode()))

    events: Any = results._s3.meta.events
    events.register("before-send.s3", reply)
    return asked


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recita.adapters.clients.PAUSE_SECONDS", 0.0)


def test_a_write_that_meets_a_wrong_clock_is_repeated() -> None:
    results = S3Results("bucket")
    asked = answering(results, "RequestTimeTooSkewed", "RequestTimeTooSkewed")
    results.write("work/answer.json", b"{}", "application/json")
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("code", "tries"), [("RequestTimeTooSkewed", ATTEMPTS), ("AccessDenied", 1)]
)
def test_a_clock_that_stays_wrong_and_a_refusal_are_told(code: str, tries: int) -> None:
    results = S3Results("bucket")
    asked = answering(results, *[code] * 9)
    with pytest.raises(ClientError, match=code):
        results.write("work/answer.json", b"{}", "application/json")
    assert len(asked) == tries
