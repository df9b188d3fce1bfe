"""Who may ask the console: the person who was told its address, and no page of another origin."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from secrets import token_urlsafe
from urllib.parse import urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: browsers then send forms with `Origin: null`.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Of every answer: nothing inline runs, nothing is loaded from elsewhere, nobody frames it."""
NAMES = ("127.0.0.1", "localhost")
SAFE = ("GET", "HEAD")


@dataclass(frozen=True)
class Guard:
    """Lets in who brings the key of the address; ``port`` is the one that is listened on.

    Every person and program of a machine can reach its loopback interface, and every page a
    browser shows can send requests there: a name that is not ours (DNS rebinding) and an origin
    that is not ours are refused whatever they bring.
    """

    port: int
    key: str = field(default_factory=lambda: token_urlsafe(24))

    @property
    def address(self) -> str:
        """What to open; the browser keeps the key in a cookie."""
        return f"http://{NAMES[0]}:{self.port}/?key={self.key}"

    def check(self, request: Request) -> Response | None:
        """Return what answers a request that goes no further, None for one that may."""
        host = request.environ.get("HTTP_HOST", "")
        if host not in {f"{name}:{self.port}" for name in NAMES}:
            return _refused("The Host header does not name this console.")
        origin = request.headers.get("Origin")
        if origin != f"http://{host}" and (origin or request.method not in SAFE):
            return _refused("The request comes from another origin.")
        if _same(request.args.get("key"), self.key):  # so that it does not stay in the address
            return self._welcomed(request)
        if _same(request.cookies.get(self._cookie), self.key):
            return None
        return _refused("Open the address that `recita console` printed: it has the key.")

    @property
    def _cookie(self) -> str:
        """Cookies are kept by name whatever the port: two consoles must not share one."""
        return f"recita-{self.port}"

    def _welcomed(self, request: Request) -> Response:
        answer = redirect(urlsplit(request.path).path or "/", 303)
        answer.set_cookie(self._cookie, self.key, httponly=True, samesite="Lax")
        return answer


def _same(brought: str | None, key: str) -> bool:
    return brought is not None and hmac.compare_digest(brought.encode(), key.encode())


def _refused(why: str) -> Response:
    return Response(f"{why}\n", 403, content_type="text/plain; charset=utf-8")
