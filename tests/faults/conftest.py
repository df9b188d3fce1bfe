"""One laptop with engines that answer at once, for all tests of faults."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from recita_local import stack

from benchmarks.fault_lab import FaultLab, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

PARAMETERS = {"OcrNotificationSeconds": "5", "OcrPollSeconds": "1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultLab]:
    home = tmp_path_factory.mktemp("faults")
    log = home / "calls.jsonl"
    log.touch()
    with environment(log):
        yield FaultLab(stack.start(home, port=free_port(), parameters=PARAMETERS), log)
    stack.stop(home)


@pytest.fixture
def lab(shared: FaultLab) -> Iterator[FaultLab]:
    """The laptop, with nothing planned and nothing uploaded."""
    shared.plan()
    for kept in (shared.uploads, shared.uploaded_at, shared.done_at):
        kept.clear()
    shared.log.write_text("")
    yield shared
    shared.plan()
