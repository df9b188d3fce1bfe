"""Commands and code in the docs: run by a test, or marked with why not; all can be read."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import boto3
import click
import pytest
from moto import mock_aws
from recita_cli.main import app
from typer.main import get_command

from tests.unit.test_parameters import PARAMETERS, refusal

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "client/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
BLOCK = re.compile(
    r"(?:<!-- (run|not run): ([^\n]+) -->\n)?^```(sh|bash|console|python)\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SAM = {
    "build": "build.command",
    "deploy": "deploy.command",
    "delete": "delete.command",
    "local generate-event": "local.generate_event.cli",
    "local invoke": "local.invoke.cli",
    "logs": "logs.command",
    "sync": "sync.command",
    "traces": "traces.command",
    "validate": "validate.validate",
}


class Block(NamedTuple):
    page: Path
    marker: str
    said: str
    language: str
    body: str


def blocks() -> Iterator[Block]:
    for page in PAGES:
        for found in BLOCK.findall(page.read_text("utf-8")):
            yield Block(page, *found)


def commands(program: str) -> Iterator[tuple[str, list[str]]]:
    """Every call of a program, with the page it is on; placeholders stand for one word."""
    for block in blocks():
        text = re.sub(r"<[^<>\n]+>", "x", block.body.replace("\\\n", " "))
        lines = text.splitlines()
        if block.language == "console":
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        for line in lines:
            for call in re.findall(rf"(?:^|[\s(/])({program} [a-z][^|;&#)]*)", line):
                yield block.page.name, shlex.split(call)[1:]


def read(command: click.Command, words: list[str]) -> None:
    """Raise where a command has no such option; nothing is done."""
    context = click.Context(command)
    command.make_parser(context).parse_args(list(words))


def test_every_block_is_run_or_says_why_not() -> None:
    unmarked = [f"{block.page.name}: {block.body[:60]!r}" for block in blocks() if not block.marker]
    assert unmarked == []
    assert sum(block.marker == "run" for block in blocks()) >= 6


def test_what_is_run_is_run_by_a_test_that_knows_the_page() -> None:
    for block in blocks():
        if block.marker == "run":
            assert block.page.name in (ROOT / block.said).read_text("utf-8"), block
        for named in re.findall(r"tests/[\w/]+\.py", block.said):
            assert (ROOT / named).exists(), block


def test_commands_of_recita_are_ones_it_has() -> None:
    known: dict[str, click.Command] = getattr(get_command(app), "commands")  # noqa: B009
    seen = set()
    for page, (name, *words) in commands("recita"):
        assert name in known, (page, name)
        read(known[name], words)
        seen.add(name)
    assert seen >= {"run", "up", "invoke", "erase", "redrive", "show"}


def test_commands_of_sam_are_ones_it_has() -> None:
    seen = set()
    for page, words in commands("sam"):
        name = next((name for name in SAM if " ".join(words).startswith(name)), None)
        assert name, (page, words)
        command = importlib.import_module(f"samcli.commands.{SAM[name]}").cli
        if name != "local generate-event":  # a group, whose commands tests/contract runs
            read(command, words[len(name.split()) :])
        seen.add(name)
    assert seen >= {"build", "deploy", "delete", "sync", "logs", "traces", "local invoke"}


def test_parameters_in_commands_are_ones_that_deploy() -> None:
    given = 0
    for block in blocks():
        for name, quoted, plain in re.findall(
            r"\b([A-Z][A-Za-z]+)=(?:\"([^\"]*)\"|([^\s`]+))", block.body
        ):
            if name in PARAMETERS and not plain.startswith("<"):
                assert refusal(name, quoted or plain) == "", (block.page.name, name)
                given += 1
    assert given >= 6


def test_targets_of_make_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    called = {
        name for page in PAGES for name in re.findall(r"`make (\w+)`", page.read_text("utf-8"))
    }
    for block in blocks():
        called |= set(re.findall(r"^(?:\$ )?make (\w+)", block.body, re.MULTILINE))
    assert called
    assert called <= targets


@pytest.fixture
def emptied(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The three buckets of a stack, with versions and a delete marker in each, and a neighbour."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        s3 = boto3.resource("s3")
        for stack in ("recita", "recita-prod"):
            for name in ("InputBucket", "ResultsBucket", "AccessLogsBucket"):
                bucket = s3.create_bucket(Bucket=f"{stack}-{name.lower()}")
                bucket.Versioning().enable()
                for body in (b"one", b"two"):
                    bucket.put_object(Key="a.pdf", Body=body)
                bucket.Object("a.pdf").delete()
        monkeypatch.setattr(boto3, "resource", {"s3": s3, "cloudformation": _Stacks()}.__getitem__)
        yield list(s3.buckets.all())


class _Stacks:
    """As much of CloudFormation as the page asks; moto's needs a package that is not here."""

    def Stack(self, stack: str) -> SimpleNamespace:  # noqa: N802 - boto3's name
        return SimpleNamespace(
            Resource=lambda name: SimpleNamespace(physical_resource_id=f"{stack}-{name.lower()}")
        )


def test_the_guide_to_deploying_empties_the_stacks_buckets_and_no_other(emptied: list[Any]) -> None:
    """docs/how-to/deploy.md, "Delete"."""
    (code,) = [b.body for b in blocks() if b.page.name == "deploy.md" and b.language == "python"]
    exec(compile(code, "deploy.md", "exec"), {})  # noqa: S102 - our own page
    left = {bucket.name: len(list(bucket.object_versions.all())) for bucket in emptied}
    assert sorted(left.values()) == [0, 0, 0, 3, 3, 3]
    assert all(("recita-prod" in name) == bool(count) for name, count in left.items())
