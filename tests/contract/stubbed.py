"""Adapters whose boto3 clients answer what a test says; botocore checks both directions."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber
from recita.meter import Meter

both = pytest.mark.parametrize("kind", ["fake", "adapter"])
STUBBERS: list[Stubber] = []
METADATA = {"ResponseMetadata": {"HTTPHeaders": {}, "HTTPStatusCode": 200}}


def stub(adapter: object, *replies: tuple[str, dict[str, Any], dict[str, Any] | None]) -> Stubber:
    """Let an adapter's one client answer; botocore checks requests and replies alike."""
    provider = next(v for k, v in vars(adapter).items() if hasattr(v, "_client"))
    stubber = Stubber(provider._client)
    for method, reply, expected in replies:
        stubber.add_response(method, METADATA | reply, expected)
    stubber.activate()
    STUBBERS.append(stubber)
    return stubber


def used(meter: Meter) -> list[tuple[str, str, float, str]]:
    return [(u.service, u.operation, u.units, u.unit) for u in meter.usage()]


def engines(meter: Meter) -> list[tuple[str, str]]:
    return [(engine.service, engine.engine) for engine in meter.engines()]
