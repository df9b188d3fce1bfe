"""Makes a changed guardrail give a new version when its template is deployed.

CloudFormation publishes a version only when a property of the version itself changes. On AWS that
takes a new ``Description`` by hand; on the laptop, where guardrails are edited to be tried, the
deployer adds to the description a hash of what the version freezes.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TYPE = "AWS::Bedrock::GuardrailVersion"
HASH_LENGTH = 12


def stamp_versions(resources: dict[str, Any], parameters: Mapping[str, str]) -> None:
    """Add the hash of guardrail and parameters to each version's description, in place."""
    for resource in resources.values():
        if resource["Type"] != TYPE:
            continue
        properties = resource["Properties"]
        named = set(_references(properties.get("GuardrailIdentifier")))
        frozen = [resources[name].get("Properties") for name in sorted(named & set(resources))]
        used = {name: parameters[name] for name in sorted(set(_references(frozen)) & {*parameters})}
        digest = hashlib.sha256(json.dumps([frozen, used], sort_keys=True, default=str).encode())
        stamp = f"content {digest.hexdigest()[:HASH_LENGTH]}"
        written = properties.get("Description")
        properties["Description"] = {"Fn::Join": [", ", [written, stamp]]} if written else stamp


def _references(value: Any) -> Iterator[str]:
    """Names that ``Ref``, ``Fn::GetAtt`` and ``Fn::If`` mention, and all words of ``Fn::Sub``."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if key in {"Ref", "Fn::GetAtt"}:
            yield item.split(".")[0] if isinstance(item, str) else str(item[0])
        elif key == "Fn::Sub":
            text = item if isinstance(item, str) else item[0]
            yield from (part.split("}")[0] for part in text.split("${")[1:])
        else:
            yield from _references(item)
