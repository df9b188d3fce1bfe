"""A rate kept by many functions: the fake and DynamoDB give the same turns."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from recita.adapters.pace import DynamoPace
from recita.ports.limits import Pace
from recita_local.wire.codec import service_model
from recita_local.wire.quotas import Quotas, rates

from tests.fakes.limits import FakePace

both = pytest.mark.parametrize("kind", ["fake", "adapter"])

Make = Callable[[float, float], Pace]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def limits_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="limits",
            KeySchema=[{"AttributeName": "limit", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "limit", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(kind: str, clock: Clock) -> Make:
    def make(a_second: float, saved: float = 1) -> Pace:
        if kind == "fake":
            return FakePace(a_second, saved=saved, clock=clock)
        made = DynamoPace("limits", "textract", a_second, saved=saved)
        made.clock = clock
        return made

    return make


@both
def test_calls_at_once_go_one_after_the_other(pace: Make) -> None:
    two = pace(2, 1)
    assert [two.turn("read") for _ in range(4)] == [0, 0.5, 1.0, 1.5]


@both
def test_a_call_that_would_wait_long_is_refused_and_takes_no_turn(pace: Make, clock: Clock) -> None:
    one = pace(1, 1)
    assert [one.turn("read") for _ in range(6)] == [0, 1, 2, None, None, None]
    clock.now += 1.5
    assert one.turn("read") == 1.5


@both
def test_who_is_patient_waits_behind_those_who_have_a_turn(pace: Make) -> None:
    one = pace(1, 1)
    assert [one.turn("read") for _ in range(4)] == [0, 1, 2, None]
    assert one.turn("read", patience=10) == 3
    assert one.turn("read", patience=3) is None


@both
def test_what_is_saved_up_may_go_at_once_and_no_more(pace: Make, clock: Clock) -> None:
    four = pace(4, 2)
    assert [four.turn("read") for _ in range(3)] == [0, 0, 0.25]
    clock.now += 3600
    assert [four.turn("read") for _ in range(3)] == [0, 0, 0.25]


@both
def test_operations_are_counted_by_themselves(pace: Make) -> None:
    one = pace(1, 1)
    assert (one.turn("start"), one.turn("read"), one.turn("read")) == (0, 0, 1)


@both
def test_a_call_pays_in_units_and_the_next_one_waits_for_it(pace: Make, clock: Clock) -> None:
    tokens = pace(1000, 1)
    assert tokens.turn("converse", 5000) == 0
    assert tokens.turn("converse", 10) is None
    clock.now += 4
    assert tokens.turn("converse", 10) == pytest.approx(1.0)


@both
def test_a_wrong_clock_stops_nobody_for_long(pace: Make, clock: Clock) -> None:
    one = pace(1, 1)
    clock.now += 86_400
    one.turn("read")
    clock.now -= 86_400
    assert one.turn("read") == 0


@both
@given(
    st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 4)), min_size=1, max_size=12),
    st.sampled_from([1, 2, 5, 8]),
)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_bucket_of_the_same_rate_never_runs_dry(
    pace: Make, clock: Clock, calls: list[tuple[int, int]], rate: int
) -> None:
    clock.now += 3600  # full again
    saved = max(1.0, rate / 2)
    limiter, left, last = pace(rate, saved), saved, clock.now
    went = []
    for milliseconds, burst in calls:
        clock.now += milliseconds / 1000
        waits = (limiter.turn(f"read{rate}") for _ in range(burst))
        went += [clock.now + wait for wait in waits if wait is not None]
    for moment in sorted(went):
        left = min(saved, left + (moment - last) * rate) - 1
        last = moment
        assert left >= -0.02 * rate  # an item counts whole milliseconds


def test_functions_that_know_nothing_of_each_other_share_the_turns(clock: Clock) -> None:
    def turn() -> float | None:
        mine = DynamoPace("limits", "textract", 8, saved=1)
        mine.clock = clock
        return mine.turn("read")

    waits = [turn() for _ in range(20)]
    assert waits[:17] == [number / 8 for number in range(17)]
    assert waits[17:] == [None] * 3


@pytest.mark.parametrize("rate", [5, 8])
def test_a_thousand_calls_at_once_keep_below_the_quota_and_use_it(clock: Clock, rate: int) -> None:
    """The calls reach a service that saves up a second's worth, each up to 80 ms late."""
    chance = random.Random(rate)  # noqa: S311 - no secret
    pace = FakePace(rate, saved=rate / 2, clock=clock)
    begun, arrivals = clock.now, list[float]()
    asking = [(clock.now, number) for number in range(1000)]
    while asking:
        clock.now, number = heapq.heappop(asking)
        wait = pace.turn("detect_document_text")
        if wait is None:  # as the state machine: up to a minute later, by chance
            heapq.heappush(asking, (clock.now + chance.uniform(0, 60), number))
        else:
            arrivals.append(clock.now + wait + chance.uniform(0, 0.08))
    account, model = Clock(), service_model("textract").operation_model("DetectDocumentText")
    quotas = Quotas(rates(f"Textract.*={rate}"), account)
    for account.now in sorted(arrivals):
        quotas.spend("textract", model)  # raises the service's throttle
    assert 1000 / (max(arrivals) - begun) > 0.8 * rate
