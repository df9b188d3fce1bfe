"""Calls a second."""

from __future__ import annotations

import pytest
from recita_local.wire.codec import service_model
from recita_local.wire.quotas import Quotas, from_environment, rates
from recita_local.wire.service import ServiceError


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Account:
    """Quotas under a clock of their own."""

    def __init__(self, text: str) -> None:
        self.clock = Clock()
        self._quotas = Quotas(rates(text), self.clock)

    def allowed(self, service: str, operation: str, calls: int) -> int:
        """How many of so many calls at once are answered."""
        return sum(self._is_allowed(service, operation) for _ in range(calls))

    def _is_allowed(self, service: str, operation: str) -> bool:
        try:
            self._quotas.spend(service, service_model(service).operation_model(operation))
        except ServiceError:
            return False
        return True


def test_without_the_variable_every_call_is_answered() -> None:
    assert rates("") == {}
    assert Account("").allowed("textract", "DetectDocumentText", 1000) == 1000


def test_a_second_of_calls_is_answered_and_the_rest_is_not() -> None:
    account = Account("Textract.DetectDocumentText=3")
    assert account.allowed("textract", "DetectDocumentText", 10) == 3
    account.clock.now = 1.0
    assert account.allowed("textract", "DetectDocumentText", 10) == 3
    account.clock.now = 100.0
    assert account.allowed("textract", "DetectDocumentText", 10) == 3  # no hour's worth is saved up


def test_a_rate_below_one_answers_every_so_many_seconds() -> None:
    account = Account("Polly.SynthesizeSpeech=0.25")
    seen = []
    for second in range(9):
        account.clock.now = float(second)
        seen.append(account.allowed("polly", "SynthesizeSpeech", 1))
    assert seen == [1, 0, 0, 0, 1, 0, 0, 0, 1]


def test_an_operations_own_rate_goes_before_its_services() -> None:
    account = Account("Textract.*=5, textract.DetectDocumentText = 2")
    assert account.allowed("textract", "DetectDocumentText", 9) == 2
    assert account.allowed("textract", "AnalyzeDocument", 9) == 5
    assert account.allowed("textract", "GetDocumentAnalysis", 9) == 5  # each by itself
    assert account.allowed("translate", "TranslateText", 9) == 9


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("textract", "StartDocumentTextDetection", "ProvisionedThroughputExceededException"),
        ("rekognition", "DetectLabels", "ProvisionedThroughputExceededException"),
        ("translate", "TranslateText", "TooManyRequestsException"),
        ("polly", "SynthesizeSpeech", "ThrottlingException"),
        ("bedrock-runtime", "Converse", "ThrottlingException"),
    ],
)
def test_a_call_too_many_gets_the_services_own_error(
    service: str, operation: str, code: str
) -> None:
    quotas = Quotas(rates(f"{service}.*=1"), Clock())
    model = service_model(service).operation_model(operation)
    quotas.spend(service, model)
    with pytest.raises(ServiceError) as caught:
        quotas.spend(service, model)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text",
    ["Textract=5", "Textract.*=0", "Textract.*=many", "Textract.*=-1", "S3.PutObject=1",
     "Textract.DetectText=1", "Textract.*=1;Polly.*=1"],
)  # fmt: skip
def test_what_is_no_rate_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="RECITA_LOCAL_TPS"):
        from_environment({"RECITA_LOCAL_TPS": text})
