"""What boto3 raises, under names that the state machine matches."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ParamValidationError, ReadTimeoutError
from recita.adapters.failures import classified
from recita.errors import (
    ProviderError,
    ProviderRefusedError,
    ProviderThrottledError,
    ProviderUnavailableError,
)


def answer(code: str, status: int) -> ClientError:
    metadata = {"HTTPStatusCode": status}
    response = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": metadata}
    return ClientError(response, "PutItem")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("SlowDown", 503, ProviderThrottledError),
        ("ProvisionedThroughputExceededException", 400, ProviderThrottledError),
        ("InternalError", 500, ProviderUnavailableError),
        ("AccessDenied", 403, ProviderRefusedError),
    ],
)
def test_services_errors_are_sorted(code: str, status: int, kind: type[ProviderError]) -> None:
    assert type(classified(answer(code, status))) is kind


def test_a_lost_connection_is_retried() -> None:
    error = ReadTimeoutError(endpoint_url="http://127.0.0.1")
    assert isinstance(classified(error), ProviderUnavailableError)


def test_a_wrong_parameter_is_not_retried_and_not_quoted() -> None:
    error = ParamValidationError(report="Invalid value: the secret of the document")
    found = classified(error, "translate", "translate_text")
    assert isinstance(found, ProviderRefusedError)
    assert "secret" not in str(found)
