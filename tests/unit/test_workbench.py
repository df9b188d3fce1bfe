"""The record that every run of a step leaves behind."""

from __future__ import annotations

import pytest
from recita.meter import Meter
from recita.models.base import now
from recita.models.document import step_key, work_key
from recita.models.record import Begun, StepRecord
from recita.steps.workbench import RUN, Workbench, to_json

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


def test_a_new_execution_begins_a_new_bill() -> None:
    results = FakeResults()
    run(results, 1, fails=False)
    assert sum(item.units for item in run(results, 1, fails=False).usage) == 100


def test_what_was_paid_since_the_run_began_stays_on_its_bill() -> None:
    results = FakeResults()
    begun = Begun(at=now())
    results.write(work_key(DOCUMENT, RUN), to_json(begun), "application/json")
    with pytest.raises(RuntimeError):
        run(results, 1, fails=True)
    # As after CONTINUE: a first attempt, of the same run.
    assert sum(item.units for item in run(results, 1, fails=False).usage) == 200
    results.write(work_key(DOCUMENT, RUN), to_json(Begun(at=now())), "application/json")
    assert sum(item.units for item in run(results, 1, fails=False).usage) == 100
