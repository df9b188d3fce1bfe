"""Engines in their own processes: what callers get, and what is left when they end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from recita_local.engines import EngineCrashedError, EngineError, EngineHost
from recita_local.wire.service import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator


class StubbornError(Exception):
    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


class StubEngine:
    """Runs in the other process, which finds it by this module's name."""

    def add(self, left: int, right: int) -> int:
        return left + right

    def refuse(self) -> None:
        raise ServiceError("BadDocumentException", "torn", status=422, Page=3)

    def stubborn(self) -> None:
        raise StubbornError("one", "two")

    def lock(self) -> Any:
        return threading.Lock()

    def die(self) -> None:
        os._exit(3)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def pid(self) -> int:
        return os.getpid()


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineHost]:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    host = EngineHost("test_engines:StubEngine")
    yield host
    host.close()


def test_a_call_crosses_and_counts(host: EngineHost) -> None:
    assert host.call("add", 2, right=3) == 5
    assert host.usage.calls == 1
    assert host.usage.busy_seconds > 0


def test_a_service_error_keeps_code_status_and_fields(host: EngineHost) -> None:
    with pytest.raises(ServiceError) as caught:
        host.call("refuse")
    error = caught.value
    assert (error.code, error.message, error.status) == ("BadDocumentException", "torn", 422)
    assert error.fields == {"Page": 3}


@pytest.mark.parametrize(("method", "text"), [("stubborn", "one and two"), ("lock", "lock")])
def test_what_cannot_be_pickled_is_told(host: EngineHost, method: str, text: str) -> None:
    with pytest.raises(EngineError, match=text):
        host.call(method)
    assert host.call("add", 1, 1) == 2


def test_a_dead_engine_says_so_and_comes_back(host: EngineHost) -> None:
    with pytest.raises(EngineCrashedError):
        host.call("die")
    assert host.call("add", 1, 1) == 2


def test_close_does_not_wait_for_a_call(host: EngineHost) -> None:
    failed: list[BaseException] = []

    def call() -> None:
        try:
            host.call("sleep", 30)
        except EngineCrashedError as error:
            failed.append(error)

    host.call("pid")
    thread = threading.Thread(target=call)
    thread.start()
    time.sleep(0.1)
    begun = time.monotonic()
    host.close()
    thread.join(5)
    assert failed
    assert time.monotonic() - begun < 5


def test_an_engine_leaves_with_a_killed_parent(tmp_path: Path) -> None:
    code = (
        "import os, sys, threading, time\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from recita_local.engines import EngineHost\n"
        "if __name__ == '__main__':\n"
        "    host = EngineHost('test_engines:StubEngine')\n"
        "    print(host.call('pid'), flush=True)\n"
        "    threading.Thread(target=host.call, args=('sleep', 30), daemon=True).start()\n"
        "    time.sleep(0.2)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(code)
    parent = subprocess.run([sys.executable, script], capture_output=True, check=False)  # noqa: S603
    stat = Path(f"/proc/{int(parent.stdout)}/stat")
    deadline = time.monotonic() + 5
    while stat.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not stat.exists()
