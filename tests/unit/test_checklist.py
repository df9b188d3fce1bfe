"""The points of docs/checklist.md: what is named there is there, and what had no test has one."""

from __future__ import annotations

import ast
import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from recita.models.document import Document
from recita.models.steps import Failure, PicturesFound, PublishInput
from recita.steps import collect_ocr, find_pictures
from recita_local.gateway import Gateway

if TYPE_CHECKING:
    from tests.unit.conftest import Stack

ROOT = Path(__file__).resolve().parents[2]
ASL = ROOT / "statemachine" / "document.asl.json"
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| (held|argued) \| ([^|]*)\|$", re.MULTILINE)
LARGEST_STATE = 262_144
"""Bytes that Step Functions takes as input or output of a state."""
SMALL_STATE = 32 * 1024
"""Bytes above which AWS advises to hand on a reference."""
LONGEST_HISTORY = 25_000
"""Events of one execution of a Standard state machine."""
PAGES, LANGUAGES = 3000, 10
DECISION = ROOT / "docs" / "decisions" / "0023-findings.md"


def _rows() -> list[tuple[int, str, list[str]]]:
    page = (ROOT / "docs" / "checklist.md").read_text("utf-8")
    return [
        (int(number), state, re.findall(r"`([^`]+)`", tests))
        for number, _, state, tests in ROW.findall(page)
    ]


def test_every_point_stands_on_the_page_once() -> None:
    assert [number for number, _, _ in _rows()] == list(range(1, 45))


def test_every_test_that_the_page_names_is_there() -> None:
    named = {test for _, _, tests in _rows() for test in tests}
    found = {
        f"{path.relative_to(ROOT).as_posix()}::{node.name}"
        for path in {ROOT / test.partition("::")[0] for test in named}
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert named - found == set()


@pytest.mark.parametrize(("number", "state", "tests"), _rows())
def test_a_point_is_held_or_argued(number: int, state: str, tests: list[str]) -> None:
    arguments = re.findall(r"^- \*\*(\d+)[.,]", DECISION.read_text("utf-8"), re.MULTILINE)

    assert tests
    assert (str(number) in arguments) == (state == "argued")


def test_what_is_old_goes(stack: Stack) -> None:
    for name, kept in (("InputBucket", 90), ("ResultsBucket", 90), ("AccessLogsBucket", 1)):
        rules = stack.properties(name)["LifecycleConfiguration"]["Rules"]
        shown = [one for rule in rules for one in stack.listed(rule) if "Id" in one]
        old = {
            rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
            for rule in shown
            if "Prefix" not in rule and "NoncurrentVersionExpiration" in rule
        }
        assert old == {kept}, name
        assert all(rule["Status"] == "Enabled" for rule in shown)
    results = stack.properties("ResultsBucket")["LifecycleConfiguration"]["Rules"]
    expired = {rule.get("Prefix") for rule in results if "ExpirationInDays" in rule}
    assert expired == {"work/", "backfill/"}  # never what a reader has been told of


def test_the_table_can_refuse_to_be_deleted(stack: Stack) -> None:
    import tomllib

    table = stack.properties("DocumentsTable")
    prod = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))["prod"]["deploy"]

    assert table["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
    assert "DeletionProtection=true" in prod["parameters"]["parameter_overrides"]


@pytest.mark.parametrize(
    ("headers", "answered"),
    [
        ({"host": "127.0.0.1:4599"}, True),
        ({"host": "localhost:4599", "origin": "http://localhost:4599"}, True),
        ({"host": "rebound.example:4599"}, False),
        ({"host": "127.0.0.1.example"}, False),
        ({"host": "127.0.0.1:4599", "origin": "https://example.com"}, False),
        ({"host": "127.0.0.1:4599", "origin": "null"}, False),
        ({}, False),
    ],
)
def test_the_laptop_answers_this_computer_only(headers: dict[str, str], *, answered: bool) -> None:
    sent: list[dict[str, Any]] = []

    async def aws(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    wire: Any = None  # is not reached
    gateway: Any = Gateway(wire, aws, {})
    asyncio.run(gateway(scope, receive, send))

    assert sent[0]["status"] == (200 if answered else 403)


def _machine() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ASL.read_text("utf-8"))
    return found


def _most(stack: Stack, parameter: str) -> int:
    return int(stack.source["Parameters"][parameter]["MaxValue"])


def _batches(stack: Stack) -> int:
    return -(-_most(stack, "MaxPictures") // find_pictures.BATCH)


def _large(failures: tuple[Failure, ...]) -> int:
    """Bytes of what is handed on for a document whose every field is as long as it can be."""
    document = Document(
        document_id="f" * 32,
        bucket="b" * 63,
        key="😀" * 256,  # 1,024 bytes
        version_id="v" * 1024,
        sha256="0" * 64,
        bytes=500_000_000,
        pages=PAGES,
        languages=("es-MX",) * LANGUAGES,
        parent="f" * 32,
    )
    given = PublishInput(document=document, execution="f" * 40, failures=failures)
    return len(given.model_dump_json().encode())


def test_a_large_documents_state_is_small(stack: Stack) -> None:
    text = ASL.read_text("utf-8")
    causes = re.findall(r"\$substring\('' & \$states\.errorOutput\.Cause, 0, (\d+)\)", text)
    assert len(causes) == text.count("errorOutput.Cause"), "every cause is cut"
    batches = _batches(stack)
    found = PicturesFound(status="SUCCEEDED", batches=tuple(range(batches)))

    assert _large(()) + len(found.model_dump_json()) < SMALL_STATE / 4
    longest = Failure(step="s" * 30, error="e" * 256, cause="😀" * max(map(int, causes)))
    short = Failure(step="s" * 30, error="e" * 60, cause="😀" * min(map(int, causes)))
    alone = len(causes) - 1 + LANGUAGES
    assert _large((*[longest] * alone, *[short] * batches)) < LARGEST_STATE


def test_a_large_documents_history_is_short(stack: Stack) -> None:
    """Every task as often as it can be, each throttled as often as is borne."""
    states, times = dict(_states(_machine())), _times(stack)
    events = sum(_events(state) * times.get(name, 1) for name, state in states.items())

    assert set(times) <= set(states)
    assert events < LONGEST_HISTORY


def _times(stack: Stack) -> dict[str, int]:
    """How often states in loops and Maps run: parts of two rounds, looks, batches, languages."""
    parts = 2 * -(-PAGES // collect_ocr.PART_PAGES)
    looks = parts + 2 * collect_ocr.MAX_CHECKS
    batches = _batches(stack)
    loops = {"Collect OCR": looks, "OCR Progress": looks, "Wait For OCR": looks, "Start OCR": 2}
    pictures = {"See Images": batches, "Batch Seen": batches, "Batch Failed": batches}
    described = {"Describe Images": batches, "Pictures Described": batches}
    spoken = _machine()["States"]["Translate And Speak"]["ItemProcessor"]["States"]
    return loops | pictures | described | dict.fromkeys(spoken, LANGUAGES)


def _states(machine: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name, state in machine["States"].items():
        found.append((name, state))
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor")):
            found += _states(inner) if inner else []
    return found


def _events(state: dict[str, Any]) -> int:
    """Entered and exited; of a task scheduled, started and ended, anew with every retry.

    A call that waits for its turn in a rate (ProviderPacedError) is left out: see the decision.
    """
    if state["Type"] != "Task":
        return 4  # a Map's and a Parallel's own, too
    retries: int = max(
        retrier["MaxAttempts"]
        for retrier in state["Retry"]
        if "ProviderPacedError" not in retrier["ErrorEquals"]
    )
    return 2 + 3 * (1 + retries)
