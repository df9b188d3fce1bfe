"""The console's server: loopback only, a thread for each request."""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Self

from werkzeug.serving import WSGIRequestHandler, make_server

from recita_cli.target import Target
from recita_cli.web import shelf
from recita_cli.web.app import Console
from recita_cli.web.guard import Guard

LOOPBACK = "127.0.0.1"


class Server:
    """Listens from the moment it is made; raises OSError where the port is taken."""

    def __init__(self, target: Target, port: int = 0) -> None:
        with socket.create_server((LOOPBACK, port)) as bound:  # Werkzeug would end the process
            guard = Guard(bound.getsockname()[1])
            self._shelf = shelf.opened(target)
            self._server = make_server(
                LOOPBACK,
                guard.port,
                Console(self._shelf, guard),
                threaded=True,
                request_handler=_Handler,
                fd=bound.fileno(),
            )
        self.address = guard.address
        self.host = self._server.host

    def serve(self) -> None:
        """Answer until ``stop``, or an interrupt."""
        self._server.serve_forever(poll_interval=0.1)

    def stop(self) -> None:
        """End ``serve``, which another thread runs."""
        self._server.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.server_close()
        self._shelf.pages.close()


class _Handler(WSGIRequestHandler):
    """Says nothing of what is asked: addresses hold the key and names of documents."""

    server_version = "Recita"
    sys_version = ""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - Werkzeug's name
        """Leave it out."""
