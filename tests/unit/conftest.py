"""The stack that ``template.yaml`` describes, for the tests that hold it to its promises."""

from __future__ import annotations

import copy
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.fakes import Pipeline
    from tests.operated import OperatedStack

Resource = dict[str, Any]


@dataclass(frozen=True)
class Stack:
    """The template as it is written, and its resources after SAM's transform."""

    source: Resource
    resources: dict[str, Resource]

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Properties by logical id."""
        return {
            name: resource["Properties"]
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def properties(self, name: str) -> Resource:
        found: Resource = self.resources[name]["Properties"]
        return found

    @property
    def functions(self) -> dict[str, Resource]:
        return self.of_type("AWS::Lambda::Function")

    def statements(self, effect: str) -> Iterator[tuple[str, Resource]]:
        """What identities may or may not do, each with the role or policy that says so."""
        for name, document in self._documents():
            for statement in self.listed(document["Statement"]):
                if statement.get("Effect") == effect:
                    yield name, statement

    def _documents(self) -> Iterator[tuple[str, Resource]]:
        for name, role in self.of_type("AWS::IAM::Role").items():
            for policy in role.get("Policies", ()):
                yield name, policy["PolicyDocument"]
        for kind in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
            for name, policy in self.of_type(kind).items():
                yield name, policy["PolicyDocument"]

    @staticmethod
    def target(value: Any) -> str:
        """The logical id that a ``Ref`` or ``Fn::GetAtt`` points to."""
        if "Ref" in value:
            return str(value["Ref"])
        found = value["Fn::GetAtt"]
        return str(found.split(".")[0] if isinstance(found, str) else found[0])

    @staticmethod
    def listed(value: Any) -> list[Any]:
        """A policy's value as a list, both ways of every ``Fn::If`` taken."""
        if isinstance(value, dict) and "Fn::If" in value:
            return [item for way in value["Fn::If"][1:] for item in Stack.listed(way)]
        if isinstance(value, list):
            return [found for item in value for found in Stack.listed(item)]
        return [value]


@pytest.fixture(scope="session")
def stack() -> Stack:
    from scripts import policies

    return Stack(policies.source(), copy.deepcopy(policies.transformed()))


@pytest.fixture
def operated(monkeypatch: pytest.MonkeyPatch) -> Iterator[OperatedStack]:
    """A stack that a command finds by its name."""
    from moto import mock_aws
    from recita_cli import target

    from tests.operated import REGION, OperatedStack

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        stack = OperatedStack()
        monkeypatch.setattr(target, "deployed", lambda _: stack.target)
        yield stack


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The functions wired to fakes."""
    from tests.fakes import Pipeline
    from tests.fakes.deployed import deploy

    return deploy(monkeypatch, Pipeline("es"))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that this process logs, powertools' logger at its most talkative."""
    from recita import observability

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger(), logging.getLogger("recita")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    [own] = [h for h in observability.logger.handlers if h is not handler]
    handler.setFormatter(own.formatter)
    yield stream
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)
