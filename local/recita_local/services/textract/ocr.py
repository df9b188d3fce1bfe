"""Calls to the OCR engine, with its failures told in the service's terms."""

from __future__ import annotations

from importlib import metadata
from typing import Any

from recita_local.engines import EngineCrashedError, engine
from recita_local.services.textract.reading import UnreadableError
from recita_local.wire.service import ServiceError

ATTEMPTS = 2
"""An engine may have died of something else; one that dies twice died of this document."""


def engine_name() -> str:
    """Name and version for ``RequestContext.engine``."""
    return f"rapidocr/{metadata.version('rapidocr')}"


def ask(method: str, *args: Any, **kwargs: Any) -> Any:
    """Call the engine; what it cannot read is a :class:`ServiceError` with Textract's code."""
    for _ in range(ATTEMPTS):
        try:
            return engine("ocr").call(method, *args, **kwargs)
        except UnreadableError as error:
            raise ServiceError(error.code, error.message) from error
        except EngineCrashedError:
            continue
    message = "Reading the document ended the reader's process twice; it cannot be read"
    raise ServiceError("BadDocumentException", message)
