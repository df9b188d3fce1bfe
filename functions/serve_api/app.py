"""Answers the HTTP API: uploads to offer, documents to list and to show."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from recita.handling import told
from recita.models.steps import Event
from recita.steps import serve_api
from recita.wiring import wiring


def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Return API Gateway's answer; an error of ours is one too, with a reason."""
    try:
        with told("serve-api", context, route=event.get("routeKey")) as line:
            reply = serve_api.answer(event, context, wiring.desk)
            line["http_status"] = reply["statusCode"]
    except Exception:  # noqa: BLE001 - it is logged, and the caller is told that much
        return serve_api.unavailable()
    return reply
