"""Errors of AI services have the names that the state machine matches; nothing is retried here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from recita.adapters.failures import FAULTS, THROTTLES
from recita.adapters.polly import PollySpeech
from recita.adapters.rekognition import RekognitionVision
from recita.adapters.textract import TextractOcr
from recita.errors import (
    ProviderBusyError,
    ProviderRefusedError,
    ProviderThrottledError,
    ProviderUnavailableError,
)
from recita.meter import Meter

from tests.contract.stubbed import engines, stub, used

pytestmark = pytest.mark.usefixtures("aws")

ERRORS: list[tuple[str, int, type[Exception]]] = [
    *((code, 400, ProviderThrottledError) for code in sorted(THROTTLES)),
    *((code, 500, ProviderUnavailableError) for code in sorted(FAULTS)),
    ("LimitExceededException", 400, ProviderBusyError),
    ("SomethingNew", 429, ProviderThrottledError),
    ("SomethingNew", 503, ProviderUnavailableError),
    ("UnsupportedDocumentException", 400, ProviderRefusedError),
    ("BadDocumentException", 400, ProviderRefusedError),
    ("DocumentTooLargeException", 400, ProviderRefusedError),
    ("InvalidParameterException", 400, ProviderRefusedError),
    ("AccessDeniedException", 400, ProviderRefusedError),
]


@pytest.mark.parametrize(("code", "status", "expected"), ERRORS)
def test_service_errors_have_the_name_that_the_state_machine_matches(
    meter: Meter, code: str, status: int, expected: type[Exception]
) -> None:
    adapter = TextractOcr(meter)
    stubber = stub(adapter)
    stubber.add_client_error("detect_document_text", code, "why", status)
    with pytest.raises(expected, match=f"textract detect_document_text answered {code}: why"):
        adapter.read(b"x")
    assert used(meter) == []


@pytest.mark.parametrize(
    "error",
    [
        lambda: ReadTimeoutError(endpoint_url="https://x"),
        lambda: EndpointConnectionError(endpoint_url="https://x"),
    ],
)
def test_a_service_out_of_reach_is_unavailable(
    meter: Meter, error: Callable[[], Exception]
) -> None:
    adapter = TextractOcr(meter)

    def down(**_: object) -> None:
        raise error()

    adapter._textract._client.detect_document_text = down
    with pytest.raises(ProviderUnavailableError):
        adapter.read(b"x")


def test_a_local_engine_owns_up(meter: Meter) -> None:
    adapter = TextractOcr(meter)
    headers = {"x-local-engine": "rapidocr/3.10.0"}
    reply = {"DocumentMetadata": {"Pages": 1}, "Blocks": [],
             "ResponseMetadata": {"HTTPHeaders": headers, "HTTPStatusCode": 200}}  # fmt: skip
    stub(adapter, ("detect_document_text", reply, None))
    adapter.read(b"x")
    assert engines(meter) == [("textract", "rapidocr/3.10.0")]


def test_nothing_is_retried_beneath_the_state_machine(meter: Meter) -> None:
    for adapter in (TextractOcr(meter), RekognitionVision(meter), PollySpeech(meter)):
        provider = next(v for v in vars(adapter).values() if hasattr(v, "_client"))
        assert provider._client.meta.config.retries["total_max_attempts"] == 1
