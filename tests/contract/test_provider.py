"""One way to call an AI service: at the stack's pace, once, and errors counted by name."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.stub import Stubber
from recita.adapters.bedrock import BedrockGuardrail, BedrockModel
from recita.adapters.provider import Provider
from recita.errors import ProviderError, ProviderPacedError, ProviderThrottledError
from recita.meter import Meter
from recita.models.summary import GuardrailUsed
from recita.observability import report
from recita.ports import MAX_TOKENS, Prompt

from tests.contract.stubbed import METADATA, stub
from tests.fakes.deployed import metrics
from tests.fakes.limits import FakePace

ROOT = Path(__file__).resolve().parents[2]

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
          ("ProviderThrottles", {})]),
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


def paced(service: str, pace: FakePace | None) -> tuple[Provider, Meter]:
    meter = Meter()
    return Provider(service, meter, pace=pace), meter


def test_a_call_whose_turn_is_far_off_asks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    pace = FakePace(0.1, clock=lambda: 0)
    pace.turn("describe_voices")
    provider, meter = paced("polly", pace)
    with Stubber(provider._client), pytest.raises(ProviderPacedError):  # that has no answer
        provider.call("describe_voices")
    report(meter)
    found = [one.name for one in metrics(capsys.readouterr().out)]
    assert found == ["ProviderErrors"]  # no throttle: Polly knows nothing of it


def test_a_call_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("recita.adapters.provider.time.sleep", slept.append)
    provider, _ = paced("polly", FakePace(1, clock=lambda: 0))
    with Stubber(provider._client) as answering:
        for _ in range(3):
            answering.add_response("describe_voices", METADATA | {"Voices": []})
            provider.call("describe_voices")
    assert slept == [1, 2]


def test_who_has_paid_already_waits_longer_than_who_has_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("recita.adapters.provider.time.sleep", slept.append)
    provider, meter = paced("polly", pace := FakePace(1, clock=lambda: 0))
    for _ in range(4):
        pace.turn("describe_voices")
    with pytest.raises(ProviderPacedError):
        provider.call("describe_voices")
    meter.count("polly", "SynthesizeSpeech", units=100, unit="neural characters")
    with Stubber(provider._client) as answering:
        answering.add_response("describe_voices", METADATA | {"Voices": []})
        provider.call("describe_voices")
    assert slept == [3]


def test_tokens_and_text_units_are_what_bedrock_counts() -> None:
    model_pace, guard_pace = FakePace(1e6, clock=lambda: 0), FakePace(100, clock=lambda: 0)
    used = GuardrailUsed(id="g", version="1")
    model = BedrockModel(Meter(), "amazon.nova-lite-v1:0", used, pace=model_pace)
    guardrail = BedrockGuardrail(Meter(), used, pace=guard_pace)
    for adapter in (model, guardrail):
        stub(adapter)  # no answer: the turn comes before the call
    with pytest.raises(ProviderError):
        model.ask(Prompt(task="t", system="", note="", document="a" * 3000, query=""))
    with pytest.raises(ProviderError):
        guardrail.check_input("a" * 4001)
    assert model_pace.ready == {"converse": (1000 + MAX_TOKENS) / 1e6}
    assert guard_pace.ready == {"apply_guardrail": 5 / 100}


RETRIES = {
    name: retrier["MaxAttempts"]
    for retrier in json.loads((ROOT / "statemachine" / "document.asl.json").read_text("utf-8"))[
        "States"
    ]["Understand Document"]["Retry"]
    for name in retrier["ErrorEquals"]
}


@pytest.mark.parametrize(
    "service", ["textract", "rekognition", "bedrock-runtime", "translate", "polly"]
)
def test_a_throttle_is_answered_to_one_request_for_each_of_the_machines_attempts(
    service: str,
) -> None:
    provider, _ = paced(service, None)
    seen: list[str] = []

    def throttle(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        seen.append(request.url)
        headers = HTTPHeaders.from_dict({"x-amzn-errortype": "ThrottlingException"})
        body = io.BytesIO(b'{"__type": "ThrottlingException", "message": "slow"}')
        return AWSResponse(request.url, 429, headers, Raw(body))

    provider._client.meta.events.register("before-send.*.*", throttle)
    operation, params = CALLS[service]
    attempts = 1 + RETRIES["ProviderThrottledError"]
    for _ in range(attempts):  # as the state machine does
        with pytest.raises(ProviderThrottledError):
            provider.call(operation, **params)
    assert len(seen) == attempts


class Raw:
    """A body as botocore reads it."""

    def __init__(self, body: io.BytesIO) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body.read()


CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "textract": ("get_document_analysis", {"JobId": "1"}),
    "rekognition": ("detect_labels", {"Image": {"Bytes": b"a"}}),
    "bedrock-runtime": ("apply_guardrail", PARAMS["apply_guardrail"]),
    "translate": (
        "translate_text",
        {"Text": "a", "SourceLanguageCode": "en", "TargetLanguageCode": "es"},
    ),
    "polly": ("describe_voices", {}),
}
