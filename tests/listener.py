"""An address that takes what is posted to it and answers what a test wants."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue


@dataclass(frozen=True)
class Request:
    """What was posted."""

    headers: dict[str, str]
    """By lower-case name."""
    body: bytes


@dataclass
class Listener:
    """What it has heard, and what it answers."""

    url: str = ""
    status: int = 200
    heard: Queue[Request] = field(default_factory=Queue)


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on a free port of this machine."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            listener.heard.put(Request(headers, body))
            self.send_response(listener.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.url = f"http://127.0.0.1:{server.server_port}/hook"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield listener
        server.shutdown()
