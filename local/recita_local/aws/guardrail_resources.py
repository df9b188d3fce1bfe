"""CloudFormation's guardrail resource types, which ministack lacks.

ministack keeps its resource types in one table of functions; two entries make
``AWS::Bedrock::Guardrail`` and ``AWS::Bedrock::GuardrailVersion`` deploy like any other.
"""

from __future__ import annotations

from typing import Any

from recita_local.services.guardrails import api
from recita_local.services.guardrails.store import DRAFT, NoSuchGuardrailError, store
from recita_local.wire.app import ACCOUNT_ID
from recita_local.wire.codec import service_model
from recita_local.wire.constraints import describe, violations

GUARDRAIL = "AWS::Bedrock::Guardrail"
GUARDRAIL_VERSION = "AWS::Bedrock::GuardrailVersion"

Resource = tuple[str, dict[str, Any]]
"""Physical id (what ``Ref`` gives) and attributes (what ``Fn::GetAtt`` gives)."""

_RENAMED = {
    "contentFiltersTierConfig": "tierConfig",
    "topicsTierConfig": "tierConfig",
    "guardrailProfileArn": "guardrailProfileIdentifier",
}
"""Where CloudFormation's name of a property is not the API's."""


def register() -> None:
    """Teach ministack the two types; idempotent."""
    from ministack.services.cloudformation import provisioners  # noqa: PLC0415 - reads environment

    handlers = provisioners._RESOURCE_HANDLERS  # noqa: SLF001 - it has no public registry
    handlers[GUARDRAIL] = {
        "create": create_guardrail,
        "update": update_guardrail,
        "delete": delete_guardrail,
    }
    handlers[GUARDRAIL_VERSION] = {
        "create": create_version,
        "update": replace_version,
        "delete": delete_version,
    }


def create_guardrail(logical_id: str, props: dict[str, Any], _stack: str) -> Resource:
    """Create the guardrail that a template declares."""
    identifier = store().create(_definition(logical_id, props))
    return _guardrail(identifier)


def update_guardrail(
    physical_id: str, _old: dict[str, Any], new: dict[str, Any], _stack: str
) -> Resource:
    """Replace the DRAFT; published versions stay as they are."""
    identifier = api.guardrail_id(physical_id)
    store().update(identifier, _definition(identifier, new))
    return _guardrail(identifier)


def delete_guardrail(physical_id: str, _props: dict[str, Any]) -> None:
    """Delete the guardrail with its versions; one that is gone already is fine."""
    _forget(api.guardrail_id(physical_id), None)


def create_version(_logical_id: str, props: dict[str, Any], _stack: str) -> Resource:
    """Publish the DRAFT under the next number."""
    identifier = api.guardrail_id(str(props["GuardrailIdentifier"]))
    version = store().publish(identifier, props.get("Description"))
    attributes = {"GuardrailId": identifier, "GuardrailArn": _arn(identifier), "Version": version}
    return f"{identifier}|{version}", attributes


def replace_version(
    _physical_id: str, _old: dict[str, Any], new: dict[str, Any], stack: str
) -> Resource:
    """Both properties of a version are create-only: a change publishes another.

    As on AWS, CloudFormation then deletes the one it replaced, unless the template retains it.
    """
    return create_version("", new, stack)


def delete_version(physical_id: str, _props: dict[str, Any]) -> None:
    """Delete one numbered version; one that is gone already is fine."""
    identifier, _, version = physical_id.partition("|")
    _forget(identifier, version)


def _definition(logical_id: str, props: dict[str, Any]) -> dict[str, Any]:
    params = api_names({key: value for key, value in props.items() if key != "Tags"})
    shape = service_model("bedrock").operation_model("CreateGuardrail").input_shape
    if found := violations(params, shape):
        raise ValueError(f"{GUARDRAIL} {logical_id}: {describe(found)}")
    return api.definition(params)


def api_names(value: Any, name: str = "") -> Any:
    """Template properties (``FiltersConfig``) as the API names them (``filtersConfig``)."""
    if isinstance(value, dict):
        lowered = {key[:1].lower() + key[1:]: item for key, item in value.items()}
        return {_RENAMED.get(key, key): api_names(item, key) for key, item in lowered.items()}
    if isinstance(value, list):
        return [api_names(item, name) for item in value]
    # A parameter's value is text wherever it lands; CloudFormation converts it by the schema.
    if isinstance(value, str) and name == "threshold":
        return float(value)
    is_flag = name.lower().endswith("enabled") and value in {"true", "false"}
    return value == "true" if is_flag else value


def _guardrail(identifier: str) -> Resource:
    found = store().get(identifier)
    attributes = {
        "GuardrailId": identifier,
        "GuardrailArn": _arn(identifier),
        "Version": DRAFT,
        "Status": "READY",
        "CreatedAt": found["createdAt"],
        "UpdatedAt": found["updatedAt"],
    }
    return _arn(identifier), attributes


def _arn(identifier: str) -> str:
    from ministack.core.responses import get_region  # noqa: PLC0415 - reads environment

    return api.arn(identifier, str(get_region()), ACCOUNT_ID)


def _forget(identifier: str, version: str | None) -> None:
    try:
        store().delete(identifier, version)
    except NoSuchGuardrailError:
        return
