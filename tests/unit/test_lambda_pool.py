"""Which Lambda processes leave, and which stay warm."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import stepfunctions as sfn
from recita_local.aws import lambda_pool
from recita_local.aws.patching import MARK


@dataclass(eq=False)
class Process:
    idle: float
    in_use: bool = False
    last_used: float = field(init=False)

    def __post_init__(self) -> None:
        self.last_used = time.time() - self.idle


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    gone: list[Any] = []
    monkeypatch.setattr(lambda_runtime, "kill_workers", gone.extend)
    return gone


def fill(monkeypatch: pytest.MonkeyPatch, **pools: list[Process]) -> None:
    monkeypatch.setattr(lambda_runtime, "_workers", pools)


def test_the_least_recently_used_leave(monkeypatch: pytest.MonkeyPatch, killed: list[Any]) -> None:
    old, older, new = Process(20), Process(30), Process(1)
    fill(monkeypatch, read=[older, new], speak=[old])
    assert lambda_pool.evict(most=1) == 2
    assert killed == [older, old]
    assert lambda_runtime._workers == {"read": [new], "speak": []}


def test_a_busy_process_stays(monkeypatch: pytest.MonkeyPatch, killed: list[Any]) -> None:
    fill(monkeypatch, read=[Process(9999, in_use=True), Process(1)])
    lambda_pool.evict(most=1)
    assert [process.idle for process in killed] == [1]


def test_a_long_idle_process_leaves(monkeypatch: pytest.MonkeyPatch, killed: list[Any]) -> None:
    fill(monkeypatch, read=[Process(601)], speak=[Process(599)])
    lambda_pool.evict()
    assert [process.idle for process in killed] == [601]


def test_the_service_that_invokes_uses_the_pool_that_evicts() -> None:
    from ministack.services import lambda_svc

    lambda_pool.apply()
    assert getattr(lambda_svc.release_worker, MARK)
    assert getattr(lambda_svc._acquire_execution_slot, MARK)


def test_calls_that_wait_are_served_in_the_order_they_came() -> None:
    free = threading.Semaphore(0)
    tried: list[str] = []

    def acquire(function: dict[str, Any], _config: dict[str, Any]) -> tuple[str | None, str | None]:
        tried.append(function["name"])
        return ("slot", None) if free.acquire(blocking=False) else (None, "account")

    wait = lambda_pool._waiting(acquire)
    served: list[str] = []
    threads = []
    for name in "abc":
        threads.append(threading.Thread(target=lambda n=name: served.append(_served(wait, n))))
        threads[-1].start()
        time.sleep(0.05)
    assert set(tried) == {"a"}
    for number in (1, 2, 3):
        free.release()
        while len(served) < number:
            time.sleep(0.01)
    assert served == ["a", "b", "c"]


def _served(wait: Any, name: str) -> str:
    assert wait({"name": name}, {}) == ("slot", None)
    return name


def test_a_function_over_its_own_limit_does_not_wait() -> None:
    wait = lambda_pool._waiting(lambda _function, _config: (None, "function"))
    assert wait({}, {}) == (None, "function")


def test_waiting_for_a_slot_is_not_on_a_tasks_time(monkeypatch: pytest.MonkeyPatch) -> None:
    free_at = time.monotonic() + 0.6

    def acquire(_function: Any, _config: Any) -> tuple[Any, str]:
        return ("slot", "") if time.monotonic() > free_at else (None, "account")

    in_line = lambda_pool._waiting(acquire)

    def invoke(_resource: str, seconds: float) -> Any:
        slot, _ = in_line({}, {})
        time.sleep(seconds)
        return slot

    monkeypatch.setattr(sfn, "_invoke_resource", invoke)
    timed = lambda_pool._timing_work(None)
    assert timed("arn", 0.05, 0.3) == "slot"
    with pytest.raises(sfn._ExecutionError) as caught:
        timed("arn", 0.6, 0.3)
    assert caught.value.error == "States.Timeout"
