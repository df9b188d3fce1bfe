"""CreateGuardrail, GetGuardrail and their kin, as Bedrock's control plane answers them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from recita_local.services.guardrails.store import (
    DRAFT,
    Definition,
    GuardrailNameTakenError,
    NoSuchGuardrailError,
    store,
)
from recita_local.wire.service import (
    Operation,
    Operations,
    Params,
    Reply,
    RequestContext,
    ServiceError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ENGINE = "recita-guardrails/1"
PAGE = 100
NOT_DEFINITION = {"guardrailIdentifier", "tags", "clientRequestToken"}


def create_guardrail(params: Params, context: RequestContext) -> Reply:
    """Add a guardrail; its working copy is the version DRAFT."""
    identifier = store().create(definition(params))
    created = store().get(identifier)["createdAt"]
    return {**_names(identifier, context), "version": DRAFT, "createdAt": created}


def update_guardrail(params: Params, context: RequestContext) -> Reply:
    """Replace the DRAFT; a policy left out is removed."""
    identifier = guardrail_id(params["guardrailIdentifier"])
    store().update(identifier, definition(params))
    updated = store().get(identifier)["updatedAt"]
    return {**_names(identifier, context), "version": DRAFT, "updatedAt": updated}


def create_guardrail_version(params: Params, context: RequestContext) -> Reply:
    """Freeze the DRAFT under the next number."""
    identifier = guardrail_id(params["guardrailIdentifier"])
    version = store().publish(identifier, params.get("description"))
    return {"guardrailId": _names(identifier, context)["guardrailId"], "version": version}


def get_guardrail(params: Params, context: RequestContext) -> Reply:
    """Everything one version holds, in the shape of the reply."""
    identifier = guardrail_id(params["guardrailIdentifier"])
    version = params.get("guardrailVersion", DRAFT)
    found = store().get(identifier, version)
    reply = {key: _without_config(value) for key, value in found.items()}
    reply = {key.removesuffix("Config"): value for key, value in reply.items()}
    if key_id := reply.pop("kmsKeyId", None):
        reply["kmsKeyArn"] = key_id
    if profile := reply.pop("crossRegion", None):
        reply["crossRegionDetails"] = _profile(profile["guardrailProfileIdentifier"], context)
    return {**reply, **_names(identifier, context), "version": version, "status": "READY"}


def list_guardrails(params: Params, context: RequestContext) -> Reply:
    """All DRAFTs, or all versions of one guardrail."""
    if wanted := params.get("guardrailIdentifier"):
        identifier = guardrail_id(wanted)
        listed = [(identifier, version) for version in store().versions(identifier)]
    else:
        listed = [(identifier, DRAFT) for identifier in store().identifiers()]
    start, size = _offset(params.get("nextToken")), params.get("maxResults", PAGE)
    page = [_summary(*item, context) for item in listed[start : start + size]]
    more = {"nextToken": str(start + size)} if start + size < len(listed) else {}
    return {"guardrails": page, **more}


def delete_guardrail(params: Params, _: RequestContext) -> Reply:
    """Delete one numbered version, or everything."""
    identifier = guardrail_id(params["guardrailIdentifier"])
    store().delete(identifier, params.get("guardrailVersion"))
    return {}


def definition(params: Params) -> Definition:
    """What a guardrail is made of, refused where the laptop has no engine for it."""
    if "automatedReasoningPolicyConfig" in params:
        raise ServiceError(
            "ValidationException",
            "The laptop has no engine for automated reasoning policies: "
            "leave automatedReasoningPolicyConfig out of the guardrail.",
        )
    return {key: value for key, value in params.items() if key not in NOT_DEFINITION}


def guardrail_id(identifier: str) -> str:
    """The id in an id or an ARN."""
    return identifier.rpartition("/")[2]


def arn(identifier: str, region: str, account_id: str) -> str:
    """The guardrail's ARN."""
    return f"arn:aws:bedrock:{region}:{account_id}:guardrail/{identifier}"


def _names(identifier: str, context: RequestContext) -> dict[str, str]:
    where = arn(identifier, context.region, context.account_id)
    return {"guardrailId": identifier, "guardrailArn": where}


def _profile(identifier: str, context: RequestContext) -> dict[str, str]:
    name = identifier.rpartition("/")[2]
    where = f"arn:aws:bedrock:{context.region}:{context.account_id}:guardrail-profile/{name}"
    return {"guardrailProfileId": name, "guardrailProfileArn": where}


def _summary(identifier: str, version: str, context: RequestContext) -> dict[str, Any]:
    found = store().get(identifier, version)
    kept = ("name", "description", "createdAt", "updatedAt")
    return {
        "id": identifier,
        "arn": arn(identifier, context.region, context.account_id),
        "status": "READY",
        "version": version,
        **{key: found[key] for key in kept if found.get(key)},
    }


def _without_config(value: Any) -> Any:
    """Requests say ``filtersConfig`` where replies say ``filters``."""
    if isinstance(value, dict):
        return {key.removesuffix("Config"): _without_config(item) for key, item in value.items()}
    return [_without_config(item) for item in value] if isinstance(value, list) else value


def _offset(token: str | None) -> int:
    if token is not None and not token.isdigit():
        raise ServiceError("ValidationException", "nextToken is not one that ListGuardrails gave")
    return int(token or 0)


def _modelled(handler: Callable[[Params, RequestContext], Reply]) -> Operation:
    @functools.wraps(handler)
    def answer(params: Params, context: RequestContext) -> Reply:
        context.engine = ENGINE
        try:
            return handler(params, context)
        except NoSuchGuardrailError as error:
            raise ServiceError("ResourceNotFoundException", str(error), status=404) from error
        except GuardrailNameTakenError as error:
            raise ServiceError("ConflictException", str(error), status=409) from error

    return answer


OPERATIONS: Operations = {
    "CreateGuardrail": _modelled(create_guardrail),
    "CreateGuardrailVersion": _modelled(create_guardrail_version),
    "DeleteGuardrail": _modelled(delete_guardrail),
    "GetGuardrail": _modelled(get_guardrail),
    "ListGuardrails": _modelled(list_guardrails),
    "UpdateGuardrail": _modelled(update_guardrail),
}
