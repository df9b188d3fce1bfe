"""Errors as the service's model writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from recita_local.wire.codec import HttpReply
from recita_local.wire.constraints import Violation, describe
from recita_local.wire.service import ServiceError

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel

_VALIDATION = ("ValidationException", "InvalidParameterException", "InvalidRequestException")
_INTERNAL = (
    "InternalServerError",
    "InternalServerException",
    "InternalServiceException",
    "ServiceFailureException",
)
_TOO_LONG = ("TextSizeLimitExceededException", "TextLengthExceededException")


def invalid(operation: OperationModel, found: list[Violation]) -> ServiceError:
    """The service's own error for parameters outside its model."""
    modelled = [str(error.name) for error in operation.error_shapes]
    code = _too_large(modelled, found[0]) or _first(_VALIDATION, modelled, "ValidationException")
    return ServiceError(code, describe(found))


def internal(model: ServiceModel, operation: str, request_id: str) -> ServiceError:
    """The service's own error for a fault of ours; says where to look, never what was inside."""
    shapes = model.operation_model(operation).error_shapes if operation else model.error_shapes
    code = _first(_INTERNAL, [str(shape.name) for shape in shapes], "InternalServerError")
    message = f"The laptop's engine failed; the server's log has request {request_id}."
    return ServiceError(code, message, status=500)


def error_reply(error: ServiceError, model: ServiceModel) -> HttpReply:
    """Write an error in the JSON protocols, with the status and member names of its shape."""
    shape: Any = {str(s.name): s for s in model.error_shapes}.get(error.code)
    status, message_key = error.status, "message"
    if shape is not None:
        status = shape.metadata.get("error", {}).get("httpStatusCode", error.status)
        message_key = "Message" if "Message" in shape.members else "message"
    body: dict[str, Any] = {"__type": error.code, message_key: error.message, **error.fields}
    is_rest = model.protocol == "rest-json"
    content = "application/json" if is_rest else "application/x-amz-json-1.1"
    headers = {"content-type": content, "x-amzn-errortype": error.code}
    return HttpReply(status, headers, json.dumps(body, default=str).encode())


def _too_large(modelled: list[str], first: Violation) -> str | None:
    """Size limits have errors of their own: documents, images, texts."""
    if first.kind != "max":
        return None
    if first.shape.type_name == "blob":
        return next((name for name in modelled if name.endswith("TooLargeException")), None)
    return _first(_TOO_LONG, modelled, None) if first.member == "text" else None


def _first(wanted: tuple[str, ...], modelled: list[str], otherwise: Any) -> Any:
    return next((name for name in wanted if name in modelled), otherwise)
