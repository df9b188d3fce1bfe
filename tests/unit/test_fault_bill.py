"""What was paid again, and for which reason, by logs of calls as the laptop writes them."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.fault_bill import Death, bill
from benchmarks.fault_lab import Verdict


def call(at: float, key: str, process: str = "7", **more: Any) -> dict[str, Any]:
    return {
        "at": at,
        "service": "translate",
        "operation": "TranslateText",
        "document": "d",
        "key": key,
        "process": process,
        "lost": "",
        "units": 5,
    } | more


def killed(at: float, process: str = "7") -> dict[str, Any]:
    asked = {"service": "s3", "operation": "PUT", "key": "k", "document": "d"}
    return {"at": at, "fault": "kill-before", "process": process} | asked


def refused(at: float) -> dict[str, Any]:
    return killed(at) | {"fault": "throttle"}


@pytest.mark.parametrize(
    ("lines", "deaths", "excused"),
    [
        ([call(1, "a"), call(3, "a", "8")], [], 0),
        ([call(1, "a", lost="truncate"), call(3, "a")], [], 1),
        ([call(1, "a"), killed(2), call(3, "a", "8")], [], 1),
        ([call(1, "a"), killed(2, "9"), call(3, "a", "8")], [], 0),
        ([call(1, "a"), call(1.5, "b"), killed(2), call(3, "a", "8"), call(4, "b", "8")], [], 1),
        ([call(1, "a"), *[refused(2)] * 3, call(3, "a", "8")], [], 0),
        ([call(1, "a"), *[refused(2)] * 4, call(3, "a", "8")], [], 1),
        ([call(1, "a"), call(3, "a", "8")], [Death(2, 2.5)], 1),
        ([call(1, "a"), call(3, "a", "8")], [Death(4, 5)], 0),
        ([call(1, "a"), call(1, "c", "8"), call(3, "a", "9"), call(3, "c", "9")], [Death(2, 2)], 2),
    ],
    ids=[
        "no reason",
        "its reply was lost",
        "its process died",
        "another process died",
        "only the last answer of a process was on its way",
        "its write was repeated",
        "its write failed",
        "the laptop died",
        "it died afterwards",
        "one answer a process",
    ],
)
def test_what_is_paid_again_needs_a_reason(
    lines: list[dict[str, Any]], deaths: list[Death], excused: int
) -> None:
    verdict = Verdict()
    bill(verdict, lines, deaths)
    calls = [line for line in lines if "fault" not in line]
    assert verdict.paid_calls == len(calls)
    assert verdict.minimum_calls == len({line["key"] for line in calls})
    again = verdict.paid_calls - verdict.minimum_calls
    assert (verdict.after_lost_replies, verdict.unexplained) == (excused, again - excused)
    assert bool(verdict.culprits) == (again > excused)


def test_two_documents_that_ask_the_same_pay_for_themselves() -> None:
    verdict = Verdict()
    bill(verdict, [call(1, "a"), call(2, "a", document="e")], [])
    assert (verdict.paid_calls, verdict.minimum_calls, verdict.unexplained) == (2, 2, 0)
