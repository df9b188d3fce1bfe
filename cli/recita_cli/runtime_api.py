"""A Lambda Runtime API for one invocation, on the loopback interface.

Paths and headers are those of
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html; the client is the real one.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

PREFIX = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Invocation:
    """One event for one function; ``timeout`` is in seconds."""

    event: bytes
    arn: str
    timeout: int = 60
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class Reply:
    """What the function returned, or the error it ended with."""

    payload: Any = None
    error: dict[str, Any] | None = None


class RuntimeApi:
    """Hands out one invocation, takes its reply; a context manager that serves while open."""

    def __init__(self, invocation: Invocation) -> None:
        self.reply: Reply | None = None
        self.answered = threading.Event()
        self._handed_out = threading.Lock()
        self._closed = threading.Event()
        handler = type("BoundHandler", (_Handler,), {"api": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.invocation = invocation

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API wants them."""
        return f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()

    def next(self) -> Invocation:
        """The invocation, once; later callers wait for the end, as an idle function does."""
        if not self._handed_out.acquire(blocking=False):
            self._closed.wait()
        return self.invocation

    def take(self, reply: Reply) -> None:
        """Keep the first reply."""
        if not self.answered.is_set():
            self.reply = reply
            self.answered.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: the function's process is ended while it waits for a next event."""


class _Handler(BaseHTTPRequestHandler):
    api: RuntimeApi
    protocol_version = "HTTP/1.1"
    # Nagle with headers and body sent apart makes each call 40 to 90 ms slower.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        if self.path != f"{PREFIX}/invocation/next":
            self._answer(404)
            return
        invocation = self.api.next()
        deadline = int((time.time() + invocation.timeout) * 1000)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(deadline),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.arn,
            "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
        }
        self._answer(200, invocation.event, headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == f"{PREFIX}/invocation/{self.api.invocation.request_id}/response":
            self.api.take(Reply(payload=json.loads(body or b"null")))
        elif self.path.endswith("/error"):  # of an invocation, or of the import before it
            self.api.take(Reply(error=json.loads(body or b"{}")))
        else:
            self._answer(404)
            return
        self._answer(202, b'{"status":"OK"}')

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Type": "application/json"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing: standard error belongs to the function's log."""
