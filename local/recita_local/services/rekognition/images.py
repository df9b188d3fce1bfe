"""The image of a request, and calls to the engine with its failures told in the service's terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recita_local.engines import EngineCrashedError, engine
from recita_local.services.rekognition.seeing import UnseeableError
from recita_local.services.textract.documents import object_bytes
from recita_local.services.textract.media import JPEG, PNG, media_type
from recita_local.weights import WeightsError
from recita_local.wire.service import ServiceError

if TYPE_CHECKING:
    from recita_local.wire.service import Params, RequestContext

MEGABYTE = 1024 * 1024
MAX_BYTES, MAX_OBJECT = 5 * MEGABYTE, 15 * MEGABYTE
"""Rekognition's quotas for an image in the request and in S3."""
ATTEMPTS = 2
"""An engine may have died of something else; one that dies twice died of this image."""
NO_ENGINE = "InvalidParameterException"
"""What the service says of a feature it does not have: not to be tried again."""
TOO_LARGE, BAD_FORMAT = "ImageTooLargeException", "InvalidImageFormatException"


def image_bytes(image: Params, context: RequestContext) -> bytes:
    """The image of a request; raises what Rekognition raises."""
    if ("Bytes" in image) == ("S3Object" in image):
        message = "Request has invalid parameters: give either Bytes or S3Object"
        raise ServiceError("InvalidParameterException", message)
    if "Bytes" in image:
        data = bytes(image["Bytes"])
        if len(data) > MAX_BYTES:
            message = f"The image has {len(data)} bytes; the limit is {MAX_BYTES}"
            raise ServiceError(TOO_LARGE, message)
    else:
        data = object_bytes(image["S3Object"], context, MAX_OBJECT, TOO_LARGE)
    if media_type(data[:1024]) not in {JPEG, PNG}:
        raise ServiceError(BAD_FORMAT, "Request has invalid image format")
    return data


def ask(method: str, data: bytes) -> Any:
    """Call the vision engine; what it cannot see is a :class:`ServiceError`."""
    for _ in range(ATTEMPTS):
        try:
            return engine("vision").call(method, data)
        except UnseeableError as error:
            raise ServiceError(error.code, error.message) from error
        except WeightsError as error:
            raise ServiceError(NO_ENGINE, str(error)) from error
        except EngineCrashedError:
            continue
    message = "Decoding the image ended the engine's process twice; it cannot be seen"
    raise ServiceError(BAD_FORMAT, message)
