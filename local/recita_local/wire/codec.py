"""AWS requests in, AWS replies out: the one module that knows moto's parsers and serialisers.

moto.core is not a public interface, so moto is pinned exactly and nothing else imports it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request as MotoRequest
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import ServiceModel
    from moto.core.model import OperationModel


class UnknownOperationError(Exception):
    """The request names no operation of the service's model."""


class MalformedRequestError(Exception):
    """The body or a header cannot be read in the service's protocol."""


@dataclass(frozen=True)
class HttpRequest:
    """One HTTP request, read whole."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass
class HttpReply:
    """One HTTP reply, ready to send."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Call:
    """What a request asks for."""

    operation: OperationModel
    protocol: str
    params: dict[str, Any]
    """Members as botocore names them; blobs are bytes, timestamps are datetimes."""


def service_model(service: str) -> ServiceModel:
    """Botocore's model of a service, such as ``textract`` or ``bedrock-runtime``."""
    model: ServiceModel = get_service_model(service)
    return model


def parse(service: str, request: HttpRequest) -> Call:
    """Read a request by the service's model.

    Raises :class:`UnknownOperationError` and :class:`MalformedRequestError`.
    """
    moto_request = _moto_request(request)
    try:
        operation, uri_params = get_service_router(service).match(moto_request)
        protocol = determine_request_protocol(
            operation.service_model, request.headers.get("content-type")
        )
    except (NotFound, NotImplementedError) as error:
        raise UnknownOperationError(_asked_for(request)) from error
    try:
        if "json" in protocol and not _is_raw(operation):
            json.loads(request.body or b"{}")  # moto reads what is not JSON as no members at all
        params = PROTOCOL_PARSERS[protocol](operation).parse(
            {
                "method": request.method,
                "values": moto_request.values,
                "headers": moto_request.headers,
                "body": request.body,
                "url_path": request.path,
                "url_params": uri_params,
            }
        )
    except Exception as error:
        raise MalformedRequestError(
            f"the request is not {protocol} as {service}.{operation.name} expects it: {error}"
        ) from error
    return Call(operation, protocol, _plain(params))


def serialise(call: Call, reply: dict[str, Any]) -> HttpReply:
    """Write a handler's reply by the operation's output shape; unknown members are left out."""
    service = call.operation.service_model.service_name
    written = get_serializer_class(service, call.protocol)(call.operation).serialize(reply)
    body = written["body"] or b""
    headers = {name.lower(): str(value) for name, value in written["headers"].items()}
    return HttpReply(
        status=int(written["status_code"]),
        headers={**headers, **_content_type(call.operation, reply)},
        body=body if isinstance(body, bytes) else body.encode(),
    )


def _moto_request(request: HttpRequest) -> MotoRequest:
    headers = {name.title(): value for name, value in request.headers.items()}
    url = f"http://localhost{request.path}" + (f"?{request.query}" if request.query else "")
    return MotoRequest.from_primitives(request.method, url, headers, request.body)


def _is_raw(operation: OperationModel) -> bool:
    """Whether the body is the caller's bytes, as in InvokeModel."""
    shape = operation.input_shape
    payload = shape.serialization.get("payload") if shape else None
    return bool(shape and payload and shape.members[payload].type_name == "blob")


def _content_type(operation: OperationModel, reply: dict[str, Any]) -> dict[str, str]:
    """A content type that is a member of the reply, which moto overwrites with its own."""
    members = operation.output_shape.members if operation.output_shape else {}
    for name, shape in members.items():
        if shape.serialization.get("name") == "Content-Type" and name in reply:
            return {"content-type": str(reply[name])}
    return {}


def _asked_for(request: HttpRequest) -> str:
    target = request.headers.get("x-amz-target", "")
    return target.rpartition(".")[2] or f"{request.method} {request.path}"


def _plain(value: Any) -> Any:
    """The same value in plain dicts and lists, without members that were not sent."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, list) else value
