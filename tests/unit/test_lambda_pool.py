"""Which Lambda processes leave, and which stay warm."""

from __future__ import annotations

import contextvars
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import stepfunctions as sfn
from recita_local.aws import lambda_pool, waiting_line
from recita_local.aws.patching import MARK
from recita_local.aws.waiting_line import WaitingLine


@dataclass(eq=False)
class Process:
    idle: float
    in_use: bool = False
    _cold: bool = False
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


class Account:
    """Slots of an account, and the line before them."""

    def __init__(self, slots: int, ready: str = "abc") -> None:
        self.free = slots
        self.line = WaitingLine(self._take, lambda name, _waited: name in ready)
        self.release = self.line.releasing(self._give_back)
        self.served: list[str] = []

    def _take(self, _function: Any, config: dict[str, Any]) -> tuple[Any, Any]:
        if not self.free:
            return None, "account"
        self.free -= 1
        self.served.append(config["FunctionName"])
        return "slot", None

    def _give_back(self, _slot: Any) -> None:
        self.free += 1

    def wait(self, *names: str) -> None:
        """Let each wait in a thread of its own, one after the other."""
        for name in names:
            before = len(self.line._tickets)
            given = {"FunctionName": name}
            run = contextvars.copy_context().run
            threading.Thread(target=run, args=(self.line.acquire, {}, given), daemon=True).start()
            while len(self.line._tickets) == before:
                time.sleep(0.001)


def test_calls_that_wait_are_served_in_the_order_they_came() -> None:
    account = Account(slots=0)
    account.wait("a", "b", "c")
    for _ in "abc":
        account.release("slot")
    assert account.served == ["a", "b", "c"]


def test_calls_that_need_no_new_process_are_served_first() -> None:
    account = Account(slots=0, ready="b")
    account.wait("a", "b", "c", "b")
    for _ in range(4):
        account.release("slot")
    assert account.served == ["b", "b"]


def test_calls_of_the_document_that_began_first_go_first() -> None:
    account = Account(slots=0)
    for name, begun in (("b", 2.0), ("a", 1.0), ("c", 3.0)):
        context = contextvars.copy_context()
        context.run(waiting_line.BEGUN.set, begun)
        context.run(account.wait, name)
    for _ in "abc":
        account.release("slot")
    assert account.served == ["a", "b", "c"]


def test_a_call_that_waited_too_long_is_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_line, "LONGEST_WAIT_SECONDS", 0.01)
    account = Account(slots=0)
    assert account.line.acquire({}, {"FunctionName": "a"}) == (None, "account")
    assert not account.line._tickets


def test_a_function_over_its_own_limit_does_not_wait() -> None:
    line = WaitingLine(lambda _function, _config: (None, "function"), lambda *_: True)
    assert line.acquire({}, {}) == (None, "function")


def test_room_for_a_process_is_lent_by_the_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_pool, "MOST_WARM", 2)
    busy, idle = Process(0, in_use=True), Process(1)
    pools = {"1:us:read:$LATEST": [busy], "1:us:speak:$LATEST": [idle]}
    monkeypatch.setattr(lambda_runtime, "_workers", pools)
    assert lambda_pool._has_process("speak", 0)
    assert lambda_pool._has_process("publish", 0)  # its first
    assert not lambda_pool._has_process("read", 9)
    idle.last_used -= lambda_pool.LENDING_SECONDS
    assert lambda_pool._has_process("read", 9)
    assert not lambda_pool._has_process("read", 0)


def test_as_many_processes_start_at_a_time_as_there_are_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lambda_pool, "STARTS", 1)
    starting = Process(0, in_use=True, _cold=True)
    monkeypatch.setattr(lambda_runtime, "_workers", {"1:us:read:$LATEST": [starting]})
    assert not lambda_pool._has_process("speak", 9)
    starting._cold = False
    assert lambda_pool._has_process("speak", 0)


def test_waiting_for_a_slot_is_not_on_a_tasks_time(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(slots=0)
    in_line = lambda_pool._queueing(account.line)
    threading.Timer(0.6, account.release, ("slot",)).start()

    def invoke(_resource: str, seconds: float) -> Any:
        slot, _ = in_line({}, {"FunctionName": "a"})
        time.sleep(seconds)
        account.release(slot)
        return slot

    monkeypatch.setattr(sfn, "_invoke_resource", invoke)
    timed = lambda_pool._timing_work(None)
    assert timed("arn", 0.05, 0.3) == "slot"
    with pytest.raises(sfn._ExecutionError) as caught:
        timed("arn", 0.6, 0.3)
    assert caught.value.error == "States.Timeout"
