"""The fault lab: requests of Lambda functions meet the faults that a plan holds for them.

Stands between the port and everything behind it, ministack and our own services alike. Only calls
of functions meet faults: their processes name themselves in the user agent
(``app/<function>.<pid>``), tests and tools do not.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import re
import signal
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from recita_local.wire import plan as plans
from recita_local.wire.calls import CALLS
from recita_local.wire.failing import failure
from recita_local.wire.plan import AFTER, PAGE, Asked, Plan

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from recita_local.wire.app import Receive, Scope, Send

    Answer = Callable[[Scope, Receive, Send], Awaitable[None]]

CALLER = re.compile(r"\bapp/(\w+)\.(\d+)")
DOCUMENT = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
EFFECT = re.compile(
    r"(Put|Update|Delete|Start|Send|Publish|Transact|Batch|Detect|Analyze|Translate|Synthesize)\w*"
    r"|PUT|POST|DELETE|converse|apply|speech"
)
"""Operations after which something is different, or paid."""


@dataclass
class Lab:
    """The plan, and what was seen of each function's process so far."""

    plan: Plan = field(default_factory=Plan)
    _working_on: dict[str, str] = field(default_factory=dict)
    _effects: Counter[str] = field(default_factory=Counter)

    def request(self, body: bytes) -> dict[str, Any]:
        """Take a plan (:func:`recita_local.wire.plan.read`); an empty request ends it."""
        self.plan = plans.read(json.loads(body)) if body else Plan()
        self._effects.clear()
        return {"rules": len(self.plan.rules), "kills": len(self.plan.kills)}

    def effects(self, _body: bytes) -> dict[str, Any]:
        """How many effects each document had since the plan began."""
        return {"effects": dict(self._effects)}

    def caller(self, headers: dict[bytes, str]) -> tuple[str, str] | None:
        """Function and process id of a request, if a function makes it and somebody watches."""
        if not (self.plan.active or CALLS.kept):
            return None
        found = CALLER.search(headers.get(b"user-agent", ""))
        return (found[1], found[2]) if found else None

    def spoils(self, tag: str, number: int) -> bool:
        """Whether a Textract job, named by its tag, is to leave out a page."""
        asked = Asked("textract", PAGE, f"{tag} {number}")
        if not self.plan.active or self.plan.due(asked) != "partial":
            return False
        CALLS.injected("partial", asked)
        return True

    async def serve(self, scope: Scope, receive: Receive, send: Send, answer: Answer) -> None:
        """Answer a function's request, unless the plan has a fault for it."""
        function, pid = scope["recita.caller"]
        body = await whole(receive)
        asked = self._asked(scope, body, function, pid)
        kind = self.plan.due(asked)
        scope["recita.asked"] = asked
        if kind is None or (kind == "partial" and failure(kind, asked, scope) is None):
            await answer(scope, again(body), send)
            return
        CALLS.injected(kind, asked)
        if kind in AFTER:
            await self._after(kind, scope, body, (send, answer))
        else:
            await self._before(kind, scope, body, (send, answer))

    async def _before(self, kind: str, scope: Scope, body: bytes, how: tuple[Send, Answer]) -> None:
        send, answer = how
        if kind in ("slow", "timeout"):
            await asyncio.sleep(self.plan.seconds)
        if kind == "kill-before":
            _kill(scope["recita.caller"][1])
        if kind in ("timeout", "reset-before", "kill-before"):
            _reset(send)
        elif found := failure(kind, scope["recita.asked"], scope):
            await _say(send, *found)
        else:
            await answer(scope, again(body), send)

    async def _after(self, kind: str, scope: Scope, body: bytes, how: tuple[Send, Answer]) -> None:
        """Do the work, and let the reply be lost."""
        send, answer = how
        scope["recita.lost"] = kind
        said: list[Any] = []

        async def keep(message: Any) -> None:
            said.append(message)

        await answer(scope, again(body), keep)
        if kind == "kill-after":
            _kill(scope["recita.caller"][1])
        if kind == "truncate":
            whole = b"".join(message.get("body", b"") for message in said[1:])
            await send(said[0])
            await send({**said[1], "body": whole[: len(whole) // 2], "more_body": True})
            await asyncio.sleep(0)
        _reset(send)

    def _asked(self, scope: Scope, body: bytes, function: str, pid: str) -> Asked:
        headers = dict(scope["headers"])
        target = headers.get(b"x-amz-target", b"").decode("latin-1").rpartition(".")[2]
        path = unquote(scope["path"])
        service = scope["recita.service"]
        operation = target or (scope["method"] if service == "s3" else path.rpartition("/")[2])
        text = path if service == "s3" else body.decode("utf-8", "replace")
        if named := DOCUMENT.findall(text):
            self._working_on[pid] = named[0]
        document = self._working_on.get(pid, "")
        write = 0
        if document and EFFECT.fullmatch(operation):
            self._effects[document] += 1
            write = self._effects[document]
        if service == "s3":
            query = scope["query_string"].decode("latin-1").partition("uploadId")[0]
            key = f"{path}?{query}"
        elif service in AI:
            key = hashlib.sha256(path.encode() + body).hexdigest()
        else:
            key = " ".join(sorted(set(named)))
        return Asked(service, operation, key, function, document, write, pid)


AI = frozenset({"textract", "rekognition", "translate", "polly", "bedrock"})
"""Services whose requests are the same, byte by byte, whenever they are made."""


LAB = Lab()
"""The lab of this process."""


def _kill(pid: str) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(pid), signal.SIGKILL)


def _reset(send: Send) -> None:
    """End the connection as a broken wire does; ASGI knows no such thing, uvicorn's cycle does."""
    cycle: Any = getattr(send, "__self__", None)
    if cycle is None:
        raise ConnectionResetError("a fault that was asked for")
    cycle.disconnected = True
    cycle.transport.abort()


async def _say(send: Send, status: int, content: str, body: bytes) -> None:
    headers = [
        (b"content-type", content.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"x-amzn-requestid", b"fault"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def whole(receive: Receive) -> bytes:
    """Read a request's body."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def again(body: bytes) -> Any:
    """Return a channel that tells the body once more, and then nothing: who waits, waits."""
    told = False

    async def receive() -> dict[str, Any]:
        nonlocal told
        if told:
            await asyncio.Event().wait()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
