"""The template's guardrail as GetGuardrail would show it, for measuring without a stack."""

from __future__ import annotations

from typing import Any

from recita_local.aws.guardrail_resources import api_names
from samtranslator.yaml_helper import yaml_parse

from benchmarks.sections import ROOT

NOTHING = {"Ref": "AWS::NoValue"}


def definition(**parameters: str) -> dict[str, Any]:
    """Policies as they are with these parameters and the defaults of the others."""
    template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    given = {
        name: str(parameters.get(name, one["Default"]))
        for name, one in template["Parameters"].items()
    }
    held = {name for name, one in template["Conditions"].items() if _holds(one, given)}
    properties = template["Resources"]["Guardrail"]["Properties"]
    found: dict[str, Any] = api_names(_resolved(properties, given, held))
    return found


def _holds(condition: dict[str, Any], given: dict[str, str]) -> bool:
    if "Fn::Not" in condition:
        return not _holds(condition["Fn::Not"][0], given)
    reference, value = condition["Fn::Equals"]
    return bool(given[reference["Ref"]] == value)


def _resolved(value: Any, given: dict[str, str], held: set[str]) -> Any:
    if isinstance(value, list):
        return [one for item in value if (one := _resolved(item, given, held)) != NOTHING]
    if not isinstance(value, dict) or value == NOTHING:
        return value
    if "Fn::If" in value:
        name, yes, no = value["Fn::If"]
        return _resolved(yes if name in held else no, given, held)
    if "Ref" in value:
        return given.get(value["Ref"], value["Ref"])
    found = {key: _resolved(item, given, held) for key, item in value.items()}
    return {key: item for key, item in found.items() if item != NOTHING}
