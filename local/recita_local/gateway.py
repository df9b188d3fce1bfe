"""One port for all of AWS: our AI services by their signature, ministack for the rest."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from recita_local.wire.lab import LAB
from recita_local.wire.permissions import PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from recita_local.wire.app import Receive, Scope, Send, Wire

_CREDENTIAL = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/,]+)/aws4_request")
_LOCAL_HOST = re.compile(
    r"(?:https?://)?"
    r"(?:127\.0\.0\.1|\[::1\]|(?:[\w.-]+\.)?localhost|host\.docker\.internal)(?::\d+)?"
)
"""The last is this computer's name inside a container that ``sam local invoke`` runs."""

OURS = frozenset({"textract", "rekognition", "translate", "polly"})
"""Services whose signing name is their botocore name."""

ADMIN_PREFIX = "/_recita/"
LARGEST_ADMIN_BYTES = 64 * 1024

Admin = dict[str, "Callable[[bytes], dict[str, Any]]"]
"""Method and path under ``/_recita/`` to what answers a body there, such as ``GET health``."""


class Gateway:
    """The ASGI application of the laptop."""

    def __init__(
        self, wire: Wire, aws: Callable[[Scope, Receive, Send], Any], admin: Admin
    ) -> None:
        self._wire = wire
        self._aws = aws
        self._admin = admin
        self.passed = 0
        """Requests given to ministack so far."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route one request; start and stop messages go to ministack."""
        if scope["type"] != "http":
            await self._aws(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if foreign := _foreign(headers):
            await _json(send, 403, {"message": foreign})
        elif scope["path"].startswith(ADMIN_PREFIX):
            await self._administer(scope, receive, send)
        elif caller := LAB.caller(headers):
            scope["recita.caller"] = caller
            scope["recita.service"] = signed_name(headers, scope)
            await LAB.serve(scope, receive, send, self._route)
        else:
            await self._route(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        service = service_of(headers, scope)
        if PERMISSIONS.folder:
            named = service or signed_name(headers, scope)
            receive = await PERMISSIONS.note(scope, receive, named)
        if service:
            await self._wire.serve(scope, receive, send, service)
        else:
            self.passed += 1
            await self._aws(scope, receive, send)

    async def _administer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(ADMIN_PREFIX)
        answer = self._admin.get(f"{scope['method']} {path}")
        if answer is None:
            known = ", ".join(self._admin)
            await _json(send, 404, {"message": f"Under {ADMIN_PREFIX} there is only {known}."})
            return
        try:
            await _json(send, 200, answer(await _body(receive)))
        except (ValueError, KeyError, TypeError) as error:
            await _json(send, 400, {"message": f"The request can't be read: {error!r}."})


def service_of(headers: dict[bytes, str], scope: Scope) -> str | None:
    """Botocore's name of the service of ours that a request is for; None: it is ministack's.

    ``bedrock`` and ``bedrock-runtime`` both sign as ``bedrock``; their paths differ.
    """
    name = signed_name(headers, scope)
    if name in OURS:
        return name
    if name != "bedrock":
        return None
    path = scope["path"]
    if path.startswith(("/model/", "/guardrail/")):
        return "bedrock-runtime"
    return "bedrock" if path == "/guardrails" or path.startswith("/guardrails/") else None


def signed_name(headers: dict[bytes, str], scope: Scope) -> str:
    """The service's name in the request's signature, such as ``s3``; empty without one."""
    signed = headers.get(b"authorization") or _presigned(scope["query_string"])
    found = _CREDENTIAL.search(signed)
    return found[1] if found else ""


def _presigned(query: bytes) -> str:
    return unquote(query.decode("latin-1")) if b"X-Amz-Credential" in query else ""


def _foreign(headers: dict[bytes, str]) -> str | None:
    """Why a request does not come from this computer: a web page must not reach the laptop.

    The port is on 127.0.0.1 only; a page in the user's browser still gets there, by a form
    or by a name it lets point to 127.0.0.1.
    """
    host, origin = headers.get(b"host", ""), headers.get(b"origin", "")
    if not _LOCAL_HOST.fullmatch(host):
        return f"The host {host!r} is not this computer: use http://127.0.0.1."
    if origin and not _LOCAL_HOST.fullmatch(origin):
        return f"A page of {origin!r} may not use the laptop's AWS."
    return None


async def _body(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False) and len(body) <= LARGEST_ADMIN_BYTES
    return bytes(body)


async def _json(send: Send, status: int, body: dict[str, Any]) -> None:
    encoded = json.dumps(body).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(encoded)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": encoded})
