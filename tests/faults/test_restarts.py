"""The laptop dies in the middle of its work, and `recita up` finishes every document."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest
from recita_local import stack

from benchmarks.fault_lab import ENVIRONMENT, FaultLab, letter

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1500)]
UPLOADS = 4


def kill(running: stack.Stack) -> None:
    os.kill(running.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        while True:  # until nobody answers any more
            urllib.request.urlopen(f"{running.endpoint_url}/_recita/health", timeout=5).close()  # noqa: S310 - our own loopback


def end(running: stack.Stack) -> None:
    stack.stop(running.home)


@pytest.mark.parametrize("die", [kill, end])
def test_a_laptop_that_dies_loses_no_document(
    lab: FaultLab, die: Callable[[stack.Stack], None]
) -> None:
    lab.plan(rules=[{"kinds": ["slow"], "rate": 0.3}], seconds=0.2)
    name = die.__name__
    for number in range(UPLOADS):
        lab.upload(f"{name}-{number}.txt", letter(f"{name} {number}"), languages="none")
    while len(lab.waiting()) == UPLOADS:
        time.sleep(0.2)
    assert lab.waiting(), "all were done before it died"
    lab.restart(die)
    assert lab.settle(600), lab.waiting()
    verdict = lab.judged()
    wrong = verdict.lost, verdict.doubled, verdict.stuck, verdict.dishonest, verdict.unexplained
    assert wrong == (0, 0, 0, 0, 0), verdict.culprits
    assert verdict.completed == UPLOADS
    # As many answers as functions can be at work, and no more, can have been on their way.
    assert verdict.paid_calls - verdict.minimum_calls <= int(ENVIRONMENT["RECITA_LOCAL_LAMBDAS"])


def test_an_engine_that_dies_costs_a_retry(lab: FaultLab) -> None:
    lab.plan(rules=[{"kinds": ["slow"], "rate": 0}])
    documents = [
        lab.upload(f"engine-{number}.txt", letter(f"engine {number}"), languages="es")
        for number in range(3)
    ]
    for _ in range(6):  # then they may finish, however slow the machine is
        for engine in ("language", "translation", "speech"):
            lab.kill_engine(engine)
        time.sleep(1.5)
        if len(lab.waiting()) < len(documents):
            break
    assert lab.settle(600), lab.waiting()
    verdict = lab.judged()
    wrong = verdict.lost, verdict.doubled, verdict.stuck, verdict.dishonest, verdict.unexplained
    assert wrong == (0, 0, 0, 0, 0), verdict.culprits
    assert verdict.completed == len(documents)
