"""The console as a WSGI application: each path to its page, every refusal to a reason."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from recita.errors import RequestRefusedError
from recita.models.reasons import REFUSALS, reason
from recita.steps.handover import MAX_BYTES
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from recita_cli.web import guard, views
from recita_cli.web.pages import render
from recita_cli.web.shelf import Shelf

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOG = logging.getLogger(__name__)
ROOM = 1024 * 1024
"""Bytes of a form beside its file."""
STATIC = {
    "console.css": ("recita_cli.web", "static/console.css", "text/css; charset=utf-8"),
    "console.js": ("recita_cli.web", "static/console.js", "text/javascript; charset=utf-8"),
    "readalong.js": ("recita.text", "readalong.js", "text/javascript; charset=utf-8"),
    "icon.svg": ("recita_cli.web", "static/icon.svg", "image/svg+xml"),
}
PATHS = Map(
    [
        Rule("/", endpoint=views.documents, methods=["GET"]),
        Rule("/uploads", endpoint=views.upload, methods=["POST"]),
        Rule("/documents/<document>", endpoint=views.document, methods=["GET"]),
        Rule("/documents/<document>/events", endpoint=views.events, methods=["GET"]),
        Rule("/documents/<document>/pages/<int:number>", endpoint=views.page, methods=["GET"]),
        Rule(
            "/documents/<document>/pages/<int:number>/drawing",
            endpoint=views.drawing,
            methods=["GET"],
        ),
        Rule("/documents/<document>/pictures/<picture>", endpoint=views.picture, methods=["GET"]),
        Rule("/documents/<document>/listen/<language>", endpoint=views.listen, methods=["GET"]),
        Rule("/documents/<document>/media/<path:name>", endpoint=views.media, methods=["GET"]),
        Rule("/documents/<document>/files/<path:name>", endpoint=views.file, methods=["GET"]),
    ],
    merge_slashes=False,
)


class Console:
    """The console of one stack; ``watch`` checks who asks."""

    def __init__(self, shelf: Shelf, watch: guard.Guard) -> None:
        self._shelf, self._guard = shelf, watch

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = MAX_BYTES + ROOM
        answer = self._guard.check(request) or self._answer(request)
        for name, value in guard.HEADERS.items():
            answer.headers[name] = value
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            if request.path.startswith("/static/"):
                return _static(request.path.removeprefix("/static/"))
            view, values = _found(request)
            return view(self._shelf, request, **values)
        except RequestRefusedError as error:
            return _refusal(request, error.code, str(error))
        except RequestEntityTooLarge:
            return _refusal(request, "upload-too-large", f"{MAX_BYTES} bytes are the most.")
        except (BotoCoreError, ClientError) as error:
            return _refusal(request, "unavailable", f"AWS did not answer: {error}")
        except Exception as error:
            LOG.exception("the console failed")
            return _refusal(request, "unavailable", f"{type(error).__name__} in the console.")


def _found(request: Request) -> tuple[Callable[..., Response], dict[str, Any]]:
    try:
        view, values = PATHS.bind_to_environ(request.environ).match()
    except HTTPException as error:
        message = "the console has no such page."
        raise RequestRefusedError("route-unknown", message) from error
    return view, dict(values)


def _static(name: str) -> Response:
    if name not in STATIC:
        raise RequestRefusedError("route-unknown", "the console has no such file.")
    package, place, media_type = STATIC[name]
    return Response(files(package).joinpath(place).read_bytes(), content_type=media_type)


def _refusal(request: Request, code: str, message: str) -> Response:
    """A page for people; for scripts the JSON of the HTTP API."""
    why, status = reason(code, message), REFUSALS[code][0]
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) != "text/html":
        body = json.dumps(why.model_dump())
        return Response(body, status, content_type="application/json")
    return Response(render("refusal.html", reason=why), status, content_type=views.HTML)
