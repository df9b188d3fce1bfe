"""The permissions that functions use, kept for those who write their policies.

Only where :data:`VARIABLE` names a folder: a file for each laptop, in it a line for each permission
that this laptop has not noted yet. Random parts of names are left out, so a day's work is some
hundred lines.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recita_local.wire.lab import CALLER, again, whole

if TYPE_CHECKING:
    from recita_local.wire.app import Receive, Scope
    from recita_local.wire.codec import HttpRequest
    from recita_local.wire.needs import Need

VARIABLE = "RECITA_LOCAL_PERMISSIONS"
"""Folder in which laptops note what their functions' calls need."""

_BOTOCORE = {"states": "stepfunctions"}
"""Botocore's names of services that sign by another one."""

_RANDOM = (
    (re.compile(r"-[0-9A-F]{13}\b"), ""),  # the end that CloudFormation gives a name
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"), "<document>"),
    (re.compile(r":guardrail/[a-z0-9]+"), ":guardrail/Guardrail"),
    (re.compile(r"(:guardrail/Guardrail):\d+"), r"\1:<version>"),
    (re.compile(r"(:s3:::[^/]+/(?:[^/]+/){0,2}).+"), r"\1<key>"),
)


@dataclass
class Permissions:
    """What was noted so far."""

    folder: Path | None = None
    """None: nothing is noted."""
    _noted: set[str] = field(default_factory=set)

    async def note(self, scope: Scope, receive: Receive, service: str) -> Receive:
        """Note what a function's request needs; returns the channel to read the request from.

        ``service`` is the signature's, or ours by botocore's name.
        """
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        caller = CALLER.search(headers.get("user-agent", ""))
        if self.folder is None or caller is None:
            return receive
        body = b""
        if service != "s3" or scope["method"] == "POST":  # an object's content tells nothing here
            body = await whole(receive)
            receive = again(body)
        self._keep(caller[1], scope, (service, headers, body))
        return receive

    def _keep(self, function: str, scope: Scope, said: tuple[str, dict[str, str], bytes]) -> None:
        from recita_local.wire.codec import HttpRequest  # noqa: PLC0415 - heavy, and seldom used

        service, headers, body = said
        raw_path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        request = HttpRequest(scope["method"], raw_path, query, headers, body)
        for operation, need in _asked(_BOTOCORE.get(service, service), request):
            line = _line(function, operation, need)
            if line not in self._noted:
                self._noted.add(line)
                self._append(line)

    def _append(self, line: str) -> None:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
                file.write(line + "\n")


def _asked(service: str, request: HttpRequest) -> list[tuple[str, Need]]:
    from botocore.exceptions import UnknownServiceError  # noqa: PLC0415 - heavy, and seldom used

    from recita_local.wire import codec  # noqa: PLC0415 - as above
    from recita_local.wire.needs import Need, needs  # noqa: PLC0415 - as above

    try:
        call = codec.parse(service, request)
        operation = str(call.operation.name)
        return [(f"{service}.{operation}", need) for need in needs(service, operation, call.params)]
    except (
        codec.MalformedRequestError, codec.UnknownOperationError, UnknownServiceError, KeyError,
    ):  # fmt: skip
        # What can't be understood is never overlooked: no policy allows this.
        return [(service, Need(f"{service}:{request.method} {request.path}"))]


def _line(function: str, operation: str, need: Need) -> str:
    told: dict[str, Any] = {"function": function, "operation": operation, **asdict(need)}
    told["resource"] = plain(need.resource)
    told["context"] = {
        key: sorted({plain(value) for value in values}) for key, values in need.context.items()
    }
    return json.dumps(told, ensure_ascii=False)


def plain(text: str) -> str:
    """Return a name without what differs from stack to stack and from document to document."""
    for pattern, instead in _RANDOM:
        text = pattern.sub(instead, text)
    return text


def _folder() -> Path | None:
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


PERMISSIONS = Permissions(_folder())
"""Those of this process."""
