"""Calls to the OCR engine, with its failures told in the service's terms."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from importlib import metadata
from threading import Lock
from typing import TYPE_CHECKING, Any

from recita_local.engines import EngineCrashedError, engine
from recita_local.services.textract.reading import UnreadableError
from recita_local.wire.service import ServiceError

if TYPE_CHECKING:
    from recita_local.services.textract.reading import PageReading

REMEMBERED = 16
"""Pages that were read last; a dense one has a megabyte of words."""
ATTEMPTS = 2
"""An engine may have died of something else; one that dies twice died of this document."""


_read: OrderedDict[tuple[str, bool], PageReading] = OrderedDict()
_lock = Lock()


def engine_name() -> str:
    """Name and version for ``RequestContext.engine``."""
    return f"rapidocr/{metadata.version('rapidocr')}"


def read_only_page(data: bytes, *, structure: bool = False) -> PageReading:
    """Read a document of one page, once: Rekognition is shown what Textract has just read."""
    key = hashlib.sha256(data).hexdigest(), structure
    with _lock:
        if key in _read:
            _read.move_to_end(key)
            return _read[key]
    page: PageReading = ask("read_only_page", data, structure=structure)
    with _lock:
        _read[key] = page
        while len(_read) > REMEMBERED:
            _read.popitem(last=False)
    return page


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
