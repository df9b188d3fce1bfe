"""Every event in ``events/`` through its handler and the real Lambda runtime client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.laptop import DocumentLaptop

pytestmark = pytest.mark.stack

ROOT = Path(__file__).resolve().parents[2]
RECITA = Path(sys.executable).with_name("recita")
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
EVENTS = sorted(
    path for path in (ROOT / "events").glob("*.json") if path.name.split(".")[0] in FUNCTIONS
)
OURS = {
    # The events' objects don't exist: only errors of ours may end a function, by name.
    "DocumentRejectedError",
    "ProviderRefusedError",
    "ProviderUnavailableError",
    "UnderstandingFailedError",
}


def test_every_function_has_an_event() -> None:
    assert {event.name.split(".")[0] for event in EVENTS} == set(FUNCTIONS)


@pytest.mark.parametrize("event", EVENTS, ids=lambda path: path.name)
def test_an_event_runs_through_its_handler(recita: DocumentLaptop, event: Path) -> None:
    answer = subprocess.run(  # noqa: S603 - our own command
        [str(RECITA), "invoke", event.name.split(".")[0], "-e", str(event)],
        env={**os.environ, "RECITA_HOME": str(recita.stack.home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if answer.returncode == 0:
        json.loads(answer.stdout)
        return
    assert answer.returncode == 1, answer.stderr
    assert any(name in answer.stderr for name in OURS), answer.stderr[-2000:]
