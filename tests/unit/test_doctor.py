"""`recita doctor`: required and optional, one fix per line, nothing changed."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from recita_cli.main import app
from recita_local import doctor
from typer.testing import CliRunner

ANY_PORT = 0
"""The system finds a free one."""


def by_name(port: int = ANY_PORT) -> dict[str, doctor.Check]:
    return {check.name: check for check in doctor.examine(port)}


@pytest.fixture
def nobody_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recita_local.stack.running", lambda: None)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.usefixtures("nobody_home")
def test_every_problem_has_exactly_one_line_to_type() -> None:
    for check in doctor.examine(ANY_PORT):
        assert "\n" not in check.fix + check.detail
        assert bool(check.fix) == (check.state != "ok"), check


@pytest.mark.usefixtures("nobody_home")
def test_it_is_fast() -> None:
    started = time.monotonic()
    doctor.examine()
    assert time.monotonic() - started < 5


@pytest.mark.usefixtures("nobody_home")
def test_a_port_of_somebody_else_is_missing(taken_port: int) -> None:
    check = by_name(taken_port)["port"]
    assert check.state == "missing"
    assert "RECITA_PORT" in check.fix


def test_a_port_of_ours_is_fine(taken_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = SimpleNamespace(endpoint_url=f"http://127.0.0.1:{taken_port}")
    monkeypatch.setattr("recita_local.stack.running", lambda: ours)
    assert by_name(taken_port)["port"].state == "ok"


@pytest.mark.usefixtures("nobody_home")
@pytest.mark.parametrize(
    ("free", "state"), [(10_000_000_000, "ok"), (1_000_000_000, "optional"), (1_000, "missing")]
)
def test_disk(free: int, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert by_name()["disk"].state == state


@pytest.mark.usefixtures("nobody_home")
def test_a_machine_without_apertium_and_voices_can_still_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APERTIUM_MODES", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    found = by_name()
    assert found["Translate engine"].state == "optional"
    assert "apt-get install" in found["Translate engine"].fix
    assert found["voices"].state == "optional"
    assert found["models"].state == "optional"
    assert found["npm"].state == "optional"
    assert found["sam build"].state == "optional"
    assert not [check for check in found.values() if check.state == "missing"]


@pytest.mark.usefixtures("nobody_home")
def test_a_package_that_is_not_installed_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(doctor.PACKAGES, "AWS itself", ("no_such_package",))
    check = by_name()["AWS itself"]
    assert (check.state, check.fix) == ("missing", "make setup")


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("optional", 0), ("missing", 1)])
def test_only_what_is_required_fails_the_command(
    state: Any, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix = "" if state == "ok" else "make setup"
    made = [doctor.Check("thing", state, "as it is", fix)]
    monkeypatch.setattr(doctor, "examine", lambda _: made)

    text = CliRunner().invoke(app, ["doctor"])
    data = CliRunner().invoke(app, ["doctor", "--json"])

    assert (text.exit_code, data.exit_code) == (code, code)
    assert text.stdout.count("\n") == 1
    assert json.loads(data.stdout) == [
        {"name": "thing", "state": state, "detail": "as it is", "fix": fix}
    ]


@pytest.mark.usefixtures("nobody_home")
def test_what_is_refused_without_its_models_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    check = by_name()["Rekognition models"]
    assert check.state == "optional"
    assert "labels and faces are refused without objects-coco" in check.detail
    assert check.fix == "make setup"


def test_models_of_rekognition_are_declared() -> None:
    from recita_local import weights
    from recita_local.services.rekognition.installed import FETCHED

    assert set(FETCHED) <= set(weights.names())
