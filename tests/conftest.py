"""What every test may ask for."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.laptop import DocumentLaptop

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for `tests.fakes`, whatever the import mode
CORPUS = ROOT.parent / "shared" / "corpus"

RATES = {
    "TextractTps": "10000",
    "TextractOpenJobs": "10000",
    "RekognitionTps": "10000",
    "BedrockTpm": "1000000000",
    "GuardrailUps": "100000",
    "TranslateTps": "10000",
    "PollyTps": "10000",
}
"""Kept as on AWS, where each call asks the table first, and too high to slow a test."""


@pytest.fixture(autouse=True)
def _no_settings_of_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody exported for their own stack must not steer the tests'."""
    for name in ("RECITA_HOME", "RECITA_PORT", "RECITA_LOCAL_TPS", "RECITA_LOCAL_WAITS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def corpus() -> Path:
    """The folder of real sample documents that lies beside some checkouts."""
    if not CORPUS.is_dir():
        pytest.skip("no corpus beside this checkout: tests on real sample files did not run")
    return CORPUS


@pytest.fixture(scope="session")
def recita(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentLaptop]:
    """The laptop stack with template.yaml deployed, on a free port, in a folder of its own."""
    from recita_local import stack

    from tests.laptop import DocumentLaptop

    home = tmp_path_factory.mktemp("recita")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    parameters = {
        "OcrNotificationSeconds": "10",
        "OcrPollSeconds": "1",
        "SpeechTaskCharacters": "150",
        "SpeechNotificationSeconds": "30",
        "ModerationAction": "block",
        "BlockedPhrase": "el jardín secreto",  # of a translation, in no document
        "BackfillBucket": "archive-of-old",
        "ApiAuth": "IAM",
        "CopyBucket": "copies-of-results",
        "CustomerKey": "true",
        "Voices": "fr-CA=Gabrielle",  # a voice of Polly's that the laptop lacks
        **RATES,
    }
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RECITA_LOCAL_WAITS", "0.1")  # between retries, which nobody watches
        running = stack.start(home, port=port, parameters=parameters)
    laptop = DocumentLaptop(running)
    events = laptop.client("events")
    for rule in events.list_rules(NamePrefix="recita-CopyRule")["Rules"]:
        events.disable_rule(Name=rule["Name"])  # but for tests of copies, nobody wants any
    yield laptop
    stack.stop(home)
