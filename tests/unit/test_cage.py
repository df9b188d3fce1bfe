"""The cage: whatever a decoder does, one document pays."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from recita import cage
from recita.decoding import image, pdf
from recita.errors import DocumentRejectedError

from tests.fakes import files

pytestmark = pytest.mark.disable_socket

QUICK = cage.Limits(seconds=1, memory=200 * cage.MEGABYTE)
SMALL = cage.Limits(seconds=20, memory=200 * cage.MEGABYTE)
ROOMY = cage.Limits(seconds=20, memory=400 * cage.MEGABYTE)


def rejection(
    function: Callable[..., object], *args: object, limits: cage.Limits = ROOMY
) -> DocumentRejectedError:
    with pytest.raises(DocumentRejectedError) as caught:
        cage.run(limits, function, *args)
    return caught.value


def burn() -> None:
    while True:
        pass


def eat() -> int:
    return len(b"x" * (2**20) * 1000)


def eat_and_swallow() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(2**24))


def kill_myself(number: int) -> None:
    faulthandler.disable()
    os.kill(os.getpid(), number)


def leak(path: str) -> str:
    print("secret")  # noqa: T201
    print("secret", file=sys.stderr)  # noqa: T201
    os.write(1, b"secret")
    logger = logging.getLogger("a.decoder")
    logger.addHandler(logging.FileHandler(path))
    logger.warning("secret")
    return "fine"


def fail(error: BaseException) -> None:
    raise error


def deep(depth: int) -> int:
    return deep(depth + 1)


def test_results_and_arguments_pass_through() -> None:
    assert cage.run(ROOMY, divmod, 7, 2) == (3, 1)
    assert len(cage.run(ROOMY, bytes, 30_000_000)) == 30_000_000


def test_a_sleeping_decoder_is_ended_by_the_clock() -> None:
    started = time.monotonic()
    assert rejection(time.sleep, 60, limits=QUICK).code == "timeout"
    assert time.monotonic() - started < 5


def test_a_busy_decoder_is_ended_by_its_cpu_time() -> None:
    assert rejection(burn, limits=QUICK).code == "timeout"


@pytest.mark.law(5)
@pytest.mark.parametrize("decoder", [eat, eat_and_swallow])
def test_a_greedy_decoder_runs_out_of_memory_alone(decoder: Callable[[], object]) -> None:
    assert rejection(decoder, limits=SMALL).code == "decompression-bomb"
    assert len(bytearray(300 * cage.MEGABYTE)) > 0  # our own limit is what it was


@pytest.mark.law(5)
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGKILL, "decompression-bomb"),  # as the kernel's out-of-memory killer does
        (signal.SIGXCPU, "timeout"),
        (signal.SIGSEGV, "corrupt"),
    ],
)
def test_a_killed_decoder_costs_one_document(number: signal.Signals, code: str) -> None:
    assert rejection(kill_myself, number).code == code
    assert cage.run(ROOMY, abs, -1) == 1


def test_no_children_are_left_behind() -> None:
    import multiprocessing

    for number in (signal.SIGKILL, signal.SIGSEGV):
        rejection(kill_myself, number)
    cage.run(ROOMY, abs, -1)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    "error", [ValueError("secret"), KeyError("secret"), SystemExit(3), KeyboardInterrupt()]
)
def test_any_exception_is_a_corrupt_document_and_quotes_nothing(error: BaseException) -> None:
    found = rejection(fail, error)
    assert found.code == "corrupt"
    assert "secret" not in str(found)


def test_endless_recursion_is_a_corrupt_document() -> None:
    assert rejection(deep, 0).code == "corrupt"


def test_a_rejection_keeps_its_code() -> None:
    found = rejection(fail, DocumentRejectedError("xfa", "a form"))
    assert (found.code, str(found)) == ("xfa", "a form")


def test_a_result_that_can_not_travel_is_a_corrupt_document() -> None:
    assert rejection(lambda: lambda: None).code == "corrupt"


def test_what_a_decoder_prints_or_logs_goes_nowhere(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    assert cage.run(ROOMY, leak, str(log)) == "fine"
    assert capfd.readouterr() == ("", "")
    assert "secret" not in (log.read_text() if log.exists() else "")


@pytest.mark.law(5)
def test_hostile_files_end_with_their_codes(tmp_path: Path) -> None:
    hostile = {
        pdf.measure: files.pdf(["x"])[:60],
        image.measure: b"\xff\xd8\xff\xe0",
        image.upright: files.picture(files.two_halves(600, 400))[:900],
    }
    for decoder, body in hostile.items():
        path = tmp_path / "hostile"
        path.write_bytes(body)
        assert rejection(decoder, path).code == "corrupt"
