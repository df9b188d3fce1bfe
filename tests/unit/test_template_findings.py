"""What checkov finds and the template keeps: each finding is named where it is, with its reason."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.conftest import Stack

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
FUNCTION = "AWS::Serverless::Function"
KEPT = {
    "CKV_AWS_116": {FUNCTION},
    "CKV_AWS_117": {FUNCTION},
    "CKV_AWS_18": {"AWS::S3::Bucket"},
}
"""Findings that docs/decisions/0023 argues against, and the types of resources that have them."""


def _kept() -> dict[str, dict[str, str]]:
    """Of each resource the findings that its comments name, with their reasons."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for block in re.split(r"^  (?=\w+:$)", TEMPLATE.read_text("utf-8"), flags=re.MULTILINE):
        for check, reason in re.findall(r"^    # checkov:skip=(\w+):(.*)$", block, re.MULTILINE):
            found[block.partition(":")[0]][check] = reason
    return found


def test_every_finding_that_is_kept_is_argued(stack: Stack) -> None:
    resources = stack.source["Resources"]
    argued = (TEMPLATE.parent / "docs/decisions/0023-findings.md").read_text("utf-8")
    kept = _kept()

    assert len(kept) == TEMPLATE.read_text("utf-8").count("checkov:skip=CKV_AWS_117") + 1
    for name, checks in kept.items():
        for check, reason in checks.items():
            assert resources[name]["Type"] in KEPT[check], name
            assert reason.endswith("."), name
            assert check in argued


def test_every_function_says_why_it_has_no_queue_and_no_network_of_its_own(stack: Stack) -> None:
    functions = {n for n, one in stack.source["Resources"].items() if one["Type"] == FUNCTION}
    kept = _kept()

    assert {n for n in functions if {"CKV_AWS_116", "CKV_AWS_117"} - set(kept[n])} == set()


def test_a_function_without_a_queue_is_waited_for_or_fails_into_one(stack: Stack) -> None:
    configured = {
        stack.target(one["FunctionName"])
        for one in stack.of_type("AWS::Lambda::EventInvokeConfig").values()
    }
    mapped = {
        stack.target(one["FunctionName"])
        for one in stack.of_type("AWS::Lambda::EventSourceMapping").values()
    }
    for name, checks in _kept().items():
        if reason := checks.get("CKV_AWS_116"):
            assert ("OnFailure" in reason) == (name in configured), name
            assert ("queue" in reason) == (name in mapped), name
            waited = name not in configured | mapped
            assert ("waits for it" in reason) == waited, name


def test_concurrency_is_reserved_where_asked_only(stack: Stack) -> None:
    reserved = {"Fn::If": ["ReservesConcurrency", {"Ref": "ReservedConcurrency"}, NOTHING]}

    assert stack.source["Parameters"]["ReservedConcurrency"]["Default"] == 0
    assert all(one["ReservedConcurrentExecutions"] == reserved for one in stack.functions.values())


def test_every_environment_tags_all_that_takes_tags() -> None:
    """CloudFormation hands a stack's tags on, to resources as yet unwritten too."""
    environments = tomllib.loads((TEMPLATE.parent / "samconfig.toml").read_text("utf-8"))
    del environments["version"]
    commands = [
        one[command]["parameters"]
        for one in environments.values()
        for command in ("deploy", "sync")
        if command in one
    ]

    assert len(commands) >= len(environments) >= 2
    assert {one.get("tags") for one in commands} == {"application=recita"}


NOTHING = {"Ref": "AWS::NoValue"}
