"""One way to call an AI service: its errors are counted by name."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber
from recita.adapters.provider import Provider
from recita.errors import ProviderError
from recita.meter import Meter
from recita.observability import report

from tests.fakes.deployed import metrics

pytestmark = pytest.mark.usefixtures("aws")

PARAMS: dict[str, dict[str, Any]] = {
    "get_document_analysis": {"JobId": "1"},
    "apply_guardrail": {
        "guardrailIdentifier": "g",
        "guardrailVersion": "1",
        "source": "INPUT",
        "content": [{"text": {"text": "a"}}],
    },
}


@pytest.mark.parametrize(
    ("service", "operation", "code", "expected"),
    [
        ("polly", "describe_voices", "ThrottlingException",
         [("ProviderErrors", {"provider": "polly", "error": "ThrottlingException"}),
          ("ProviderThrottles", {"provider": "polly"})]),
        ("textract", "get_document_analysis", "InvalidJobIdException",
         [("ProviderErrors", {"provider": "textract", "error": "InvalidJobIdException"})]),
        ("bedrock-runtime", "apply_guardrail", "ServiceUnavailableException",
         [("ProviderErrors",
           {"provider": "bedrock-runtime", "error": "ServiceUnavailableException"}),
          ("GuardrailErrors", {})]),
    ],
)  # fmt: skip
def test_an_error_of_a_service_is_counted_by_its_name(
    service: str,
    operation: str,
    code: str,
    expected: list[tuple[str, dict[str, str]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    provider = Provider(service, meter := Meter())
    with Stubber(provider._client) as answering:
        answering.add_client_error(operation, code)
        with pytest.raises(ProviderError, match=code):
            provider.call(operation, **PARAMS.get(operation, {}))
    report(meter)
    found = list(metrics(capsys.readouterr().out))
    own = [({k: v for k, v in one.dimensions.items() if k != "service"}) for one in found]
    assert list(zip((one.name for one in found), own, strict=True)) == expected
