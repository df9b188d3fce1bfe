"""The HTTP API: each route to what answers it, and every refusal to a reason."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from recita.errors import RequestRefusedError
from recita.models.reasons import REFUSALS, reason
from recita.steps import list_documents, offer_upload, show_document
from recita.steps.desk import Desk

HEADERS: dict[str, str | list[str]] = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}
FILES = "/artifacts/"

app = APIGatewayHttpResolver()


def answer(event: dict[str, Any], context: LambdaContext, desk: Desk) -> dict[str, Any]:
    """Answer one request of API Gateway (payload format 2.0)."""
    app.append_context(desk=desk)  # type: ignore[no-untyped-call]
    return app.resolve(event, context)


def unavailable() -> dict[str, Any]:
    """Return the answer to a request that failed; the log has told why."""
    told = _refused(RequestRefusedError("unavailable", "the request could not be answered."))
    headers = {**HEADERS, "content-type": "application/json"}
    return {"statusCode": told.status_code, "headers": headers, "body": told.body}


@app.post("/uploads")
def upload() -> Response[str]:
    """Offer a form for one upload."""
    try:
        body = app.current_event.decoded_body
    except ValueError as error:  # API Gateway gives what is not text as Base64
        raise RequestRefusedError("body-unusable", "the body is no text.") from error
    return _reply(offer_upload.run(body, _desk().links), 201)


@app.get("/documents")
def documents() -> Response[str]:
    """List documents, newest first."""
    query = app.current_event.query_string_parameters
    return _reply(list_documents.run(query, _desk().catalogue))


@app.get("/documents/<document_id>")
def document(document_id: str) -> Response[str]:
    """Show where a document stands."""
    return _reply(show_document.view(document_id, _desk()))


@app.get("/documents/<document_id>/artifacts")
def artifacts(document_id: str) -> Response[str]:
    """List the files of a result."""
    return _reply(show_document.artifacts(document_id, _desk()))


@app.get("/documents/<document_id>/artifacts/.+")
def artifact(document_id: str) -> Response[str]:
    """Link to one file of a result; its name may have slashes."""
    name = app.current_event.path.partition(FILES)[2]
    return _reply(show_document.link(document_id, name, _desk()))


@app.not_found
def unknown(_: NotFoundError) -> Response[str]:
    """Refuse what is no route."""
    return _refused(RequestRefusedError("route-unknown", "the API has no such path or method."))


@app.exception_handler(RequestRefusedError)  # type: ignore[untyped-decorator]
def refuse(error: RequestRefusedError) -> Response[str]:
    """Answer with the reason."""
    return _refused(error)


def _desk() -> Desk:
    desk: Desk = app.context["desk"]
    return desk


def _refused(error: RequestRefusedError) -> Response[str]:
    return _reply(reason(error.code, str(error)), REFUSALS[error.code][0])


def _reply(model: BaseModel, status: int = 200) -> Response[str]:
    return Response(status, "application/json", model.model_dump_json(), headers=dict(HEADERS))
