"""EventBridge's API destinations as AWS has them: in templates, and tried again.

ministack calls them, but CloudFormation knows neither ``AWS::Events::Connection`` nor
``AWS::Events::ApiDestination`` there, and what an address does not take is dropped: AWS tries
again where that may help, and puts what nobody took into the target's dead-letter queue.
"""

from __future__ import annotations

import contextvars
import os
import time
from typing import Any

from ministack.services import eventbridge

from recita_local.aws.patching import replaced

CONNECTION = "AWS::Events::Connection"
DESTINATION = "AWS::Events::ApiDestination"
AGAIN = frozenset({401, 407, 409, 429})
"""Besides 5xx, what is tried again (EventBridge user guide, "API destinations")."""
TRIES = 3
"""AWS tries for as long as the target's policy says; nobody waits a day for a laptop."""
PAUSE_SECONDS = 0.5

Resource = tuple[str, dict[str, Any]]
"""Physical id (what ``Ref`` gives) and attributes (what ``Fn::GetAtt`` gives)."""

_CALLED: contextvars.ContextVar[tuple[Any, str]] = contextvars.ContextVar("called")


def apply() -> None:
    """Try again, and keep what nobody took."""
    replaced(eventbridge, "_dispatch_to_api_destination", _remembering)
    replaced(eventbridge, "_build_api_destination_request", _marking)
    replaced(eventbridge, "_deliver_to_api_destination", lambda _: _deliver)


def register() -> None:
    """Teach ministack's CloudFormation the two types; idempotent."""
    from ministack.services.cloudformation import provisioners  # noqa: PLC0415 - reads environment

    handlers = provisioners._RESOURCE_HANDLERS  # noqa: SLF001 - it has no public registry
    for kind in (CONNECTION, DESTINATION):
        handlers[kind] = {
            "create": _creating(kind, provisioners._physical_name),  # noqa: SLF001 - as above
            "update": _updating(kind),
            "delete": _deleting(kind),
        }


def _operation(verb: str, kind: str) -> Any:
    return getattr(eventbridge, f"_{verb}_{_noun(kind)}")


def _noun(kind: str) -> str:
    return "connection" if kind == CONNECTION else "api_destination"


def _creating(kind: str, physical_name: Any) -> Any:
    def create(logical_id: str, props: dict[str, Any], stack: str) -> Resource:
        name = props.get("Name") or physical_name(stack, logical_id, max_len=64)
        return _asked("create", kind, name, props)

    return create


def _updating(kind: str) -> Any:
    def update(physical_id: str, _old: Any, new: dict[str, Any], _stack: str) -> Resource:
        return _asked("update", kind, physical_id, new)

    return update


def _deleting(kind: str) -> Any:
    def delete(physical_id: str, _props: dict[str, Any]) -> None:
        _operation("delete", kind)({"Name": physical_id})  # one that is gone already is fine

    return delete


def _asked(verb: str, kind: str, name: str, props: dict[str, Any]) -> Resource:
    status, _, body = _operation(verb, kind)({**props, "Name": name})
    if status >= 400:
        raise ValueError(f"{kind} {name}: {body!r}")
    record = getattr(eventbridge, f"_{_noun(kind)}s")[name]
    arn = record["ConnectionArn" if kind == CONNECTION else "ApiDestinationArn"]
    return name, {"Arn": arn, "ArnForPolicy": arn}


def _remembering(dispatch: Any) -> Any:
    def remember(spec: Any, payload: str, target: dict[str, Any]) -> None:
        _CALLED.set((target.get("DeadLetterConfig", {}).get("Arn"), payload))
        dispatch(spec, payload, target)

    return remember


def _marking(build: Any) -> Any:
    """A delivery has a thread of its own, which knows the request only."""

    def mark(*args: Any) -> dict[str, Any]:
        return {**build(*args), "called": _CALLED.get()}

    return mark


def _deliver(name: str, request: dict[str, Any], connection: dict[str, Any], token: Any) -> None:
    for number in range(TRIES):
        time.sleep(number * PAUSE_SECONDS * float(os.environ.get("SFN_WAIT_SCALE", "1")))
        status = _status(request, connection, token)
        if status < 300:
            return
        eventbridge.logger.warning("API destination %s answered %s", name, status)
        if status < 500 and status not in AGAIN:
            break
    queue, payload = request["called"]
    if queue:
        eventbridge._dispatch_to_sqs(eventbridge.parse_arn(queue), payload)  # noqa: SLF001 - no public API


def _status(request: dict[str, Any], connection: dict[str, Any], token: Any) -> int:
    """What the address answered; 503 where there was no answer."""
    headers = eventbridge._connection_auth_headers(connection, token)  # noqa: SLF001 - as above
    try:
        return int(eventbridge._api_destination_send_sync(request, headers))  # noqa: SLF001 - as above
    except OSError as error:
        eventbridge.logger.warning("API destination did not answer: %s", error)
        return 503
