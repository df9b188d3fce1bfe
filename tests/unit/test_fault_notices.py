"""Notifications and messages that are lost, late or doubled by a plan."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from ministack.services import s3
from recita_local.aws import notices
from recita_local.wire import plan as plans
from recita_local.wire.lab import LAB
from recita_local.wire.plan import NOTICES

if TYPE_CHECKING:
    from collections.abc import Iterator

INVISIBLE = 2e9
"""When the messages of a batch may be received again."""


@pytest.fixture(autouse=True)
def _no_plan_afterwards() -> Iterator[None]:
    yield
    LAB.plan = plans.Plan()


def planned(operation: str, kind: str) -> None:
    rule = {"service": NOTICES, "operation": operation, "kinds": [kind], "rate": 1}
    LAB.plan = plans.read({"rules": [rule], "seconds": 0.01})


class Queue:
    """What ministack does with a batch: the function works on records, the batch is deleted."""

    def __init__(self, *keys: str) -> None:
        self.worked: list[str] = []
        self.left: list[dict[str, Any]] = [
            {"id": key, "visible_at": INVISIBLE, "body": json.dumps(_event(key))} for key in keys
        ]

    def run(self, _esm: Any, _function: Any, event: Any, batch: Any, *_queue: str) -> None:
        self.worked += [record["messageId"] for record in event["Records"]]
        self.left = [message for message in self.left if message not in batch]

    def hand_over(self) -> None:
        records = [{"messageId": message["id"]} for message in self.left]
        handing_over = notices._handing_over(self.run)
        handing_over({}, {}, {"Records": records}, list(self.left), "url", "name")


def _event(key: str) -> dict[str, Any]:
    return {"detail": {"bucket": {"name": "b"}, "object": {"key": key}}}


def test_a_batch_without_a_plan_is_worked_on_and_deleted() -> None:
    queue = Queue("a", "b")
    queue.hand_over()
    assert (queue.worked, queue.left) == (["a", "b"], [])


@pytest.mark.parametrize(
    ("kind", "worked", "soon"),
    [("doubled", ["a", "b"], True), ("late", [], True), ("lost", [], False)],
)
def test_a_message_comes_again(kind: str, worked: list[str], soon: bool) -> None:  # noqa: FBT001 - a column of the table
    planned("Receive", kind)
    queue = Queue("a", "b")
    queue.hand_over()
    assert queue.worked == worked
    assert [message["id"] for message in queue.left] == ["a", "b"]
    assert [one["visible_at"] < time.time() + 60 for one in queue.left] == [soon, soon]


def test_the_rest_of_a_batch_is_worked_on() -> None:
    rule = {"service": NOTICES, "operation": "Receive", "kinds": ["lost"], "rate": 0.5}
    LAB.plan = plans.read({"seed": "a", "rules": [rule]})
    queue = Queue(*map(str, range(10)))
    queue.hand_over()
    left = [str(message["id"]) for message in queue.left]
    assert 0 < len(left) < 10
    assert sorted(queue.worked + left) == sorted(map(str, range(10)))


@pytest.mark.parametrize(("kind", "times"), [("lost", 0), ("doubled", 2), ("late", 1)])
def test_the_end_of_an_execution_is_told(kind: str, times: int) -> None:
    planned("ExecutionEnded", kind)
    told, done = [], threading.Event()

    def emit(execution: dict[str, Any]) -> None:
        told.append(execution["status"])
        done.set()

    telling = notices._telling_of_ends(emit)
    telling({"name": "e", "status": "SUCCEEDED"})
    assert done.wait(5 if times else 0.1) == bool(times)
    assert told == ["SUCCEEDED"] * times


def test_the_beginning_of_an_execution_is_nobodys_fault() -> None:
    planned("ExecutionEnded", "lost")
    told: list[str] = []
    notices._telling_of_ends(lambda execution: told.append(execution["status"]))(
        {"name": "e", "status": "RUNNING"}
    )
    assert told == ["RUNNING"]


@pytest.mark.parametrize(("bucket", "times"), [("told", 0), ("silent", 1)])
def test_only_events_that_somebody_hears_are_lost(
    bucket: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned("ObjectCreated", "lost")
    monkeypatch.setattr(s3, "_bucket_notifications", {"told": "<EventBridgeConfiguration/>"})
    fired: list[str] = []
    notices._telling_of_objects(lambda bucket, _key: fired.append(bucket))(bucket, "key")
    assert fired == [bucket] * times
