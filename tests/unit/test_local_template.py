"""What the laptop changes about template.yaml before it deploys it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from recita_local import artifacts, deploy

if TYPE_CHECKING:
    from tests.unit.conftest import Stack

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"


class Store(artifacts.ArtifactStore):
    """Keeps nothing."""

    def __init__(self) -> None:
        pass

    def put(self, content: bytes, suffix: str) -> str:
        return f"s3://artifacts/{len(content)}{suffix}"


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(artifacts, "packed", lambda _: b"zip")
    return deploy.local_template(TEMPLATE, Store(), {})


def test_engines_without_quotas_are_not_kept_to_rates(local: dict[str, Any], stack: Stack) -> None:
    groups = stack.source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    (quotas,) = (g["Parameters"] for g in groups if g["Label"]["default"] == "Quotas")
    assert len(quotas) == 7
    for name, parameter in local["Parameters"].items():
        here, there = parameter["Default"], stack.source["Parameters"][name]["Default"]
        assert here == (0 if name in quotas else there), name
        assert name not in quotas or there > 0, name


def test_alarms_are_all_that_is_left_out(local: dict[str, Any], stack: Stack) -> None:
    gone = set(stack.source["Resources"]) - set(local["Resources"])
    kinds = {stack.source["Resources"][name]["Type"] for name in gone}
    assert kinds == {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard"}
    assert not any(one["Type"] in kinds for one in local["Resources"].values())
