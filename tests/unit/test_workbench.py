"""The record that every run of a step leaves behind."""

from __future__ import annotations

import pytest
from recita.meter import Meter
from recita.models.document import step_key, work_key
from recita.models.record import StepRecord
from recita.steps.workbench import Workbench

from tests.fakes.storage import FakeResults

DOCUMENT = "0" * 32


def run(results: FakeResults, attempt: int, *, fails: bool) -> StepRecord:
    meter = Meter()
    with Workbench(results, meter).step(DOCUMENT, "speak-summary:es", attempt):
        meter.count("polly", "SynthesizeSpeech", units=100, unit="neural characters")
        if fails:
            raise RuntimeError("throttled")
    return record(results)


def record(results: FakeResults) -> StepRecord:
    body = results.objects[step_key(DOCUMENT, "speak-summary:es")]
    return StepRecord.model_validate_json(body)


def test_what_a_failed_attempt_paid_stays_on_the_bill() -> None:
    results = FakeResults()
    with pytest.raises(RuntimeError):
        run(results, 1, fails=True)
    assert record(results).status == "FAILED"
    done = run(results, 2, fails=False)
    assert (done.status, done.attempts) == ("SUCCEEDED", 2)
    assert sum(item.units for item in done.usage) == 200


def test_what_a_step_paid_stays_on_the_bill_until_inspection_begins_anew() -> None:
    results = FakeResults()
    run(results, 1, fails=False)
    assert sum(item.units for item in run(results, 1, fails=False).usage) == 200
    results.remove(work_key(DOCUMENT, "steps/"))
    assert sum(item.units for item in run(results, 1, fails=False).usage) == 100
