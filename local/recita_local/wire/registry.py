"""Which AI services the laptop answers itself, loaded when they are first asked."""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recita_local.wire.service import Operations

PACKAGES = {
    "textract": "textract",
    "rekognition": "rekognition",
    "translate": "translate",
    "polly": "polly",
    "bedrock-runtime": "bedrock",
    "bedrock": "guardrails",
}
"""Service name in botocore to the package under ``recita_local.services``."""


@functools.cache
def operations(service: str) -> Operations:
    """The operations that ``recita_local.services.<package>.api`` implements.

    The first call imports the module: call it from a thread.
    """
    module = importlib.import_module(f"recita_local.services.{PACKAGES[service]}.api")
    found: Operations = module.OPERATIONS
    return found
