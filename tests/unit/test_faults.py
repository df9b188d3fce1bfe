"""Faults on request."""

from __future__ import annotations

import pytest
from recita_local.wire.faults import Fault, Faults
from recita_local.wire.service import ServiceError


def test_a_fault_is_used_up_by_the_calls_it_was_planned_for() -> None:
    faults = Faults()
    faults.plan("translate", "TranslateText", Fault("ThrottlingException"), times=2)
    for _ in range(2):
        with pytest.raises(ServiceError) as caught:
            faults.due("translate", "TranslateText")
        assert caught.value.code == "ThrottlingException"
    faults.due("translate", "TranslateText")


def test_other_operations_are_left_alone() -> None:
    faults = Faults()
    faults.plan("translate", "TranslateText", Fault("ThrottlingException"))
    faults.due("translate", "ListLanguages")
    faults.due("polly", "SynthesizeSpeech")


def test_a_fault_may_be_an_answer() -> None:
    faults = Faults()
    body = b'{"service": "polly", "operation": "SynthesizeSpeech", "reply": {"A": 1}}'
    assert faults.request(body) == {"planned": 1}
    assert faults.due("polly", "SynthesizeSpeech") == {"A": 1}
    assert faults.due("polly", "SynthesizeSpeech") is None


def test_a_request_plans_and_an_empty_one_clears() -> None:
    faults = Faults()
    body = b'{"service": "polly", "operation": "SynthesizeSpeech", "code": "X", "status": 503}'
    assert faults.request(body) == {"planned": 1}
    faults.request(b"")
    faults.due("polly", "SynthesizeSpeech")
