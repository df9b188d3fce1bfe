"""The ASGI side of our AI services: one request, one operation, one reply."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import logging
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from recita_local import engines
from recita_local.wire import calls, paid, registry
from recita_local.wire.codec import (
    Call,
    HttpReply,
    HttpRequest,
    MalformedRequestError,
    UnknownOperationError,
    parse,
    serialise,
    service_model,
)
from recita_local.wire.constraints import unknown_members, violations
from recita_local.wire.errors import error_reply, internal, invalid
from recita_local.wire.faults import FAULTS
from recita_local.wire.flights import Flights
from recita_local.wire.quotas import Quotas, from_environment
from recita_local.wire.service import RequestContext, ServiceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from recita_local.wire.service import Operations

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LOG = logging.getLogger(__name__)

ACCOUNT_ID = "000000000000"
DEFAULT_REGION = "us-east-1"

LARGEST_REQUEST_BYTES = 32 * 1024 * 1024
"""Above every service here: Converse takes 20 images of 3.75 MB at most, Textract 10 MB sync."""

THREADS = 32
"""Requests to one service at once; more wait."""

LOST_NAMES = 5
"""Names of lost members in one log line."""

_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/[^/]+/aws4_request")


@dataclass(frozen=True)
class Wire:
    """Answers requests to our services; the operations can be replaced in tests."""

    endpoint_url: str
    operations: Callable[[str], Operations] = registry.operations
    flights: Flights[HttpReply] = field(default_factory=Flights)
    quotas: Quotas = field(default_factory=from_environment)

    async def serve(self, scope: Scope, receive: Receive, send: Send, service: str) -> None:
        """Answer one HTTP request to ``service`` (its botocore name)."""
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        context = RequestContext(
            service, "", _region(headers), ACCOUNT_ID, self.endpoint_url, headers=headers
        )
        context.asked, context.lost = scope.get("recita.asked"), scope.get("recita.lost", "")
        try:
            request = await _read(scope, receive, headers)
        except ServiceError as error:
            await _send(send, error_reply(error, service_model(service)))
            return
        start = functools.partial(self._answered, request, context)
        reply = await self.flights.join(_call_name(request, service), start, receive)
        if reply:
            await _send(send, reply)

    async def _answered(self, request: HttpRequest, context: RequestContext) -> HttpReply:
        request_id, started = str(uuid.uuid4()), time.perf_counter()
        work = functools.partial(self._answer, request, context, request_id)
        threads = _threads(context.service)
        reply = await asyncio.get_running_loop().run_in_executor(threads, work)
        reply.headers["x-amzn-requestid"] = request_id
        if context.engine and engines.stubbed():
            context.engine = engines.STUB
        if context.engine:
            reply.headers["x-local-engine"] = context.engine
        calls.answered(context, reply.status, time.perf_counter() - started)
        return reply

    def _answer(self, request: HttpRequest, context: RequestContext, request_id: str) -> HttpReply:
        model = service_model(context.service)
        try:
            return self._result(request, context)
        except ServiceError as error:
            return error_reply(error, model)
        except Exception:
            name = f"{context.service}.{context.operation}"
            LOG.exception("%s failed, request %s", name, request_id)
            return error_reply(internal(model, context.operation, request_id), model)

    def _result(self, request: HttpRequest, context: RequestContext) -> HttpReply:
        _refuse_cbor(request)
        operations = self.operations(context.service)
        call = _parsed(request, context, operations)
        context.operation = str(call.operation.name)
        handler = operations.get(context.operation)
        if handler is None:
            raise _unknown(context.service, context.operation, operations)
        self.quotas.spend(context.service, call.operation)
        if found := violations(call.params, call.operation.input_shape):
            raise invalid(call.operation, found)
        reply = FAULTS.due(context.service, context.operation)
        if reply is None:
            reply = handler(call.params, context)
        context.units = paid.units(context.operation, call.params, reply)
        if lost := unknown_members(reply, call.operation.output_shape):
            names = ", ".join(lost[:LOST_NAMES])
            LOG.error("%s.%s answers what no client can read: %s", context.service,
                      context.operation, names)  # fmt: skip
        return serialise(call, reply)


def _call_name(request: HttpRequest, service: str) -> str:
    """The same for all attempts of one call; an SDK that does not mark them gets a new name."""
    attempt = request.headers.get("amz-sdk-invocation-id") or str(uuid.uuid4())
    return f"{service} {attempt} {hashlib.sha256(request.body).hexdigest()}"


@functools.cache
def _threads(service: str) -> ThreadPoolExecutor:
    """Threads of one service: a handler that waits for another service never waits for itself."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix=f"recita-{service}")


def _parsed(request: HttpRequest, context: RequestContext, operations: Operations) -> Call:
    try:
        return parse(context.service, request)
    except UnknownOperationError as error:
        raise _unknown(context.service, str(error), operations) from error
    except MalformedRequestError as error:
        raise ServiceError("SerializationException", str(error)) from error


def _unknown(service: str, operation: str, operations: Operations) -> ServiceError:
    known = ", ".join(sorted(operations)) or "none yet"
    return ServiceError(
        "UnknownOperationException",
        f"The laptop's {service} does not implement {operation}. It implements: {known}.",
        status=501,
    )


def _refuse_cbor(request: HttpRequest) -> None:
    content = request.headers.get("content-type", "")
    if "smithy-protocol" in request.headers or content.startswith("application/cbor"):
        raise ServiceError(
            "UnsupportedMediaTypeException",
            "The laptop speaks AWS JSON, not CBOR (smithy rpc-v2-cbor): "
            "configure the SDK for its JSON protocol.",
            status=415,
        )


async def _read(scope: Scope, receive: Receive, headers: dict[str, str]) -> HttpRequest:
    body, more, too_large = bytearray(), True, False
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False) and message["type"] != "http.disconnect"
        if len(body) > LARGEST_REQUEST_BYTES:
            body, too_large = bytearray(), True  # read on: a client still sending hears no answer
    if too_large:
        limit = LARGEST_REQUEST_BYTES // (1024 * 1024)
        raise ServiceError(
            "RequestEntityTooLargeException",
            f"The request is larger than {limit} MB: put the file in S3 and name it instead.",
            status=413,
        )
    raw_path = scope.get("raw_path") or scope["path"].encode()
    path, query = raw_path.decode("latin-1"), scope["query_string"].decode("latin-1")
    return HttpRequest(scope["method"], path, query, headers, bytes(body))


async def _send(send: Send, reply: HttpReply) -> None:
    headers = {**reply.headers, "content-length": str(len(reply.body))}
    encoded = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    await send({"type": "http.response.body", "body": reply.body})


def _region(headers: dict[str, str]) -> str:
    found = _SCOPE.search(headers.get("authorization", ""))
    return found[1] if found else DEFAULT_REGION
