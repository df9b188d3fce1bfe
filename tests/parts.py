"""A part of template.yaml as a template of its own, to be deployed beside the whole."""

from __future__ import annotations

import json
from typing import Any

from scripts import policies

UNWATCHED = {"AWS::CloudWatch::Alarm"}
Template = dict[str, Any]


def part(prefixes: tuple[str, ...], outputs: Template, **stand_ins: str) -> Template:
    """Return the resources whose names begin so, with the parameters and conditions they need.

    ``stand_ins`` are ARNs or names of resources that they refer to and that are there already.
    """
    template = policies.source()
    resources = {
        name: _filled(one, stand_ins)
        for name, one in template["Resources"].items()
        if name.startswith(prefixes) and one["Type"] not in UNWATCHED
    }
    conditions = _named(template["Conditions"], resources)
    return {
        "Parameters": _named(template["Parameters"], [resources, conditions]),
        "Conditions": conditions,
        # Another template's; where it has a key, this one is never asked to use it.
        "Resources": resources | {"EncryptionKey": {"Type": "AWS::KMS::Key", "Condition": KEYED}},
        "Outputs": outputs,
    }


KEYED = "HasCustomerKey"


def _filled(resource: Any, stand_ins: dict[str, str]) -> Any:
    if isinstance(resource, list):
        return [_filled(one, stand_ins) for one in resource]
    if not isinstance(resource, dict):
        return resource
    named = resource.get("Ref") or resource.get("Fn::GetAtt")
    name = named[0] if isinstance(named, list) else str(named).partition(".")[0]
    if name in stand_ins:
        return stand_ins[name]
    return {key: _filled(one, stand_ins) for key, one in resource.items()}


def _named(candidates: Template, users: Any) -> Template:
    said = json.dumps(users, default=str)
    used = {name for name in candidates if f'"{name}"' in said or f"${{{name}}}" in said}
    return {name: candidates[name] for name in used}
