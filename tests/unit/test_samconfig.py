"""samconfig.toml, read as sam reads it: flags it knows, parameters that the template allows."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from samcli.cli.types import CfnParameterOverridesType
from samcli.lib.config.samconfig import SamConfig

from tests.unit.test_parameters import broken

ENVIRONMENTS = ("default", "dev", "staging", "prod")
COMMANDS = ("validate", "build", "deploy", "sync", "local_invoke")
MODULES = {"validate": "validate.validate", "local_invoke": "local.invoke.cli"}
ROOT = Path(__file__).resolve().parents[2]


def told(command: str, environment: str) -> dict[str, Any]:
    """The flags of a command, those of all commands among them."""
    config = SamConfig(str(ROOT))  # anew: it mixes what it is asked for into what it holds
    found: dict[str, Any] = config.get_all(command.split("_"), "parameters", environment)
    return found


def overrides(environment: str, command: str = "deploy") -> dict[str, str]:
    given = told(command, environment).get("parameter_overrides", [])
    found: dict[str, str] = CfnParameterOverridesType().convert(tuple(given), None, None)
    return found


def test_environments_are_those_of_the_guide(root: Path) -> None:
    assert tuple(SamConfig(str(ROOT)).get_stage_configuration_names()) == ENVIRONMENTS
    page = (root / "docs/how-to/deploy.md").read_text("utf-8")
    for name in ENVIRONMENTS[1:]:
        assert f"| `{name}` | `{told('deploy', name)['stack_name']}` |" in page


def test_each_environment_is_a_stack_of_its_own() -> None:
    stacks = [told("deploy", name)["stack_name"] for name in ENVIRONMENTS]
    assert len(set(stacks)) == len(stacks)
    assert all(len(stack) <= 26 for stack in stacks)  # bucket names end at 63 characters


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_flags_are_ones_that_sam_knows(command: str, environment: str) -> None:
    module = importlib.import_module(
        f"samcli.commands.{MODULES.get(command, f'{command}.command')}"
    )
    known = {option.name for option in module.cli.params}

    assert set(told(command, environment)) - {"stack_name"} <= known


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_parameters_are_let_through_together(
    environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert broken("us-east-1", monkeypatch, **overrides(environment)) == ""


def test_only_dev_is_synced_and_as_it_is_deployed() -> None:
    synced = [name for name in ENVIRONMENTS if "capabilities" in told("sync", name)]
    assert synced == ["dev"]
    assert overrides("dev", "sync") == overrides("dev")


def test_prod_is_the_safest() -> None:
    assert told("deploy", "prod")["confirm_changeset"] is True
    assert overrides("prod")["DeletionProtection"] == "true"
    assert overrides("prod")["CustomerKey"] == "true"
