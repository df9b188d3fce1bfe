"""The HTTP API as OpenAPI 3.1 has it: ``contracts/v1/openapi.json``, made from the models."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from recita.models.api import (
    ArtifactLink,
    ArtifactList,
    DocumentList,
    DocumentView,
    UploadOffer,
    UploadRequest,
)
from recita.models.listing import STATUSES
from recita.models.manifest import SCHEMA_VERSION, Manifest
from recita.models.reasons import REFUSALS, Reason
from recita.steps.list_documents import CLASSES, MOST, MOST_KEY_BYTES, USUAL
from recita.steps.show_document import DOCUMENT_ID, GROWING

Json = dict[str, Any]
REF = "#/components/schemas/"
IDS = ("id-unusable", "document-unknown", "document-erased")
GATEWAY = {
    401: "No token, or not a valid one.",
    403: "No signature, or none that may call this.",
    429: "More than 50 requests a second.",
}
"""What API Gateway answers by itself."""


@dataclass(frozen=True)
class Operation:
    """One route: what it answers, what it takes, and the codes of its refusals."""

    name: str
    summary: str
    answer: type[BaseModel]
    codes: tuple[str, ...]
    parameters: tuple[Json, ...] = ()
    status: int = 200


def _query(name: str, description: str, **schema: Any) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


ID: Json = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The document's id.",
    "schema": {"type": "string", "pattern": f"^{DOCUMENT_ID.pattern}$"},
}
NAME: Json = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "An artifact's key, its slashes as they are, or manifest.json.",
    "schema": {"type": "string"},
}
FILTERS = (
    _query("status", "Only these.", type="string", enum=list(STATUSES)),
    _query("day", "Of the last change, in UTC.", type="string", format="date"),
    _query("class", "Only of this type.", type="string", enum=list(CLASSES)),
    _query(
        "source_key",
        "Only uploads of this key; in UTF-8 as many bytes.",
        type="string",
        minLength=1,
        maxLength=MOST_KEY_BYTES,
    ),
    _query("limit", "Of a page.", type="integer", minimum=1, maximum=MOST, default=USUAL),
    _query("next", "Of the page before, with the same filters.", type="string"),
)
OPERATIONS = {
    "POST /uploads": Operation(
        "offerUpload",
        "A form for one file",
        UploadOffer,
        (
            "body-unusable",
            "filename-unusable",
            "option-unusable",
            "upload-too-large",
            "type-unsupported",
        ),
        status=201,
    ),
    "GET /documents": Operation(
        "listDocuments",
        "A page of documents, newest first",
        DocumentList,
        ("query-unusable", "page-unusable"),
        FILTERS,
    ),
    "GET /documents/{id}": Operation(
        "showDocument", "Status, steps, reason and result", DocumentView, IDS, (ID,)
    ),
    "GET /documents/{id}/artifacts": Operation(
        "listArtifacts",
        "The files of the result",
        ArtifactList,
        (*IDS, "document-unfinished"),
        (ID,),
    ),
    "GET /documents/{id}/artifacts/{name}": Operation(
        "linkArtifact",
        "A link to one of them",
        ArtifactLink,
        (*IDS, "document-unfinished", "artifact-unknown"),
        (ID, NAME),
    ),
}


@cache
def document() -> Json:
    """The whole description."""
    paths: dict[str, Json] = defaultdict(dict)
    for route, operation in OPERATIONS.items():
        method, _, path = route.partition(" ")
        paths[path][method.lower()] = _operation(operation, takes_body=method == "POST")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Recita",
            "version": SCHEMA_VERSION,
            "description": "Upload documents, and read what came of them.",
        },
        "servers": [{"url": "{ApiUrl}", "variables": {"ApiUrl": {"default": "https://example.org",
                     "description": "The stack's output of this name."}}}],
        "security": [{"iam": []}, {"token": []}],
        "paths": dict(paths),
        "components": {"schemas": _schemas(), "securitySchemes": _security()},
    }  # fmt: skip


def text() -> str:
    """The file's content."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _operation(operation: Operation, *, takes_body: bool) -> Json:
    told: Json = {"operationId": operation.name, "summary": operation.summary}
    if operation.parameters:
        told["parameters"] = list(operation.parameters)
    if takes_body:
        told["requestBody"] = {"required": True, "content": _content(UploadRequest)}
    answer = {"description": operation.summary, "content": _content(operation.answer)}
    return told | {"responses": {str(operation.status): answer} | _refusals(operation.codes)}


def _refusals(codes: Iterable[str]) -> Json:
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in (*codes, "unavailable"):
        by_status[REFUSALS[code][0]].append(code)
    ours = {
        str(status): {"description": ", ".join(found), "content": _content(Reason)}
        for status, found in sorted(by_status.items())
    }
    return ours | {str(status): {"description": told} for status, told in GATEWAY.items()}


def _content(model: type[BaseModel]) -> Json:
    return {"application/json": {"schema": {"$ref": REF + model.__name__}}}


def _schemas() -> Json:
    answers: list[type[BaseModel]] = [one.answer for one in OPERATIONS.values()]
    models = [(model, "serialization") for model in (*answers, Reason, Manifest)]
    _, found = models_json_schema(
        [*models, (UploadRequest, "validation")],  # type: ignore[list-item]
        ref_template=REF + "{model}",
    )
    schemas: Json = found["$defs"]
    schemas["Result"] = _result(schemas.pop("Manifest"))
    shown = schemas["DocumentView"]["properties"]["result"]
    shown["anyOf"] = [{"$ref": f"{REF}Result"}, {"type": "null"}]
    return {name: schemas[name] for name in sorted(_reached(schemas))}


def _result(manifest: Json) -> Json:
    """A manifest without what a view leaves out."""
    return {
        **manifest,
        "title": "Result",
        "description": "The manifest without what grows with the document.",
        "properties": {n: one for n, one in manifest["properties"].items() if n not in GROWING},
        "required": [name for name in manifest["required"] if name not in GROWING],
    }


def _reached(schemas: Json) -> set[str]:
    """The schemas that an operation leads to."""
    found: set[str] = set()
    waiting = {one.answer.__name__ for one in OPERATIONS.values()}
    waiting |= {Reason.__name__, UploadRequest.__name__}
    while waiting:
        name = waiting.pop()
        found.add(name)
        said = json.dumps(schemas[name])
        waiting |= set(re.findall(rf"{REF}(\w+)", said)) - found
    return found


def _security() -> Json:
    return {
        "iam": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "description": "With ApiAuth=IAM: AWS Signature Version 4, service execute-api.",
            "x-amazon-apigateway-authtype": "awsSigv4",
        },
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "With ApiAuth=JWT: a token of ApiJwtIssuer for ApiJwtAudience.",
        },
    }


def violations(method: str, path: str, status: int, body: Json) -> list[str]:
    """What an answer has that the description of its route does not allow."""
    route = _route(method, path)
    if route is None:  # told apart by its own code, on no route
        return [] if body.get("code") == "route-unknown" else [f"{method} {path} is no route"]
    told = document()
    found = told["paths"][route][method.lower()]["responses"].get(str(status))
    if found is None:
        return [f"{method} {route} answered {status}, which it does not tell of"]
    schema = found["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": told["components"]})
    said = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    if "code" in body and body["code"] not in found["description"].split(", "):
        said.append(f"{method} {route} does not tell of the code {body['code']}")
    return said


def _route(method: str, path: str) -> str | None:
    for route in OPERATIONS:
        known, _, template = route.partition(" ")
        pattern = template.replace("{id}", "[^/]+").replace("{name}", ".+")
        if known == method and re.fullmatch(pattern, path):
            return template
    return None
