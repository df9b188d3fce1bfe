"""What each service answers when it fails: its own error names, in its own protocol."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from recita_local.wire.plan import Asked


class _Names(NamedTuple):
    throttle: tuple[str, int]
    error: tuple[str, int]
    skew: tuple[str, int] = ("InvalidSignatureException", 403)


_FAULT = ("InternalServerError", 500)
NAMES = {
    "s3": _Names(("SlowDown", 503), ("InternalError", 500), ("RequestTimeTooSkewed", 403)),
    "dynamodb": _Names(("ProvisionedThroughputExceededException", 400), _FAULT),
    "states": _Names(("ThrottlingException", 400), ("ServiceUnavailable", 503)),
    "sqs": _Names(("RequestThrottled", 403), ("InternalError", 500)),
    "events": _Names(("ThrottlingException", 400), ("InternalException", 500)),
    "lambda": _Names(("TooManyRequestsException", 429), ("ServiceException", 500)),
    "textract": _Names(("ProvisionedThroughputExceededException", 400), _FAULT),
    "rekognition": _Names(("ProvisionedThroughputExceededException", 400), _FAULT),
    "translate": _Names(("TooManyRequestsException", 400), ("InternalServerException", 500)),
    "polly": _Names(("ThrottlingException", 400), ("ServiceFailureException", 500)),
    "bedrock": _Names(("ThrottlingException", 429), ("InternalServerException", 500)),
}
"""From botocore's models, and for what those leave out from the services' lists of errors."""

MESSAGE = "A fault that was asked for."
Failure = tuple[int, str, bytes]
"""Status, content type and body."""


def failure(kind: str, asked: Asked, scope: Any) -> Failure | None:
    """The service's answer for a kind of fault; None where it has none of that kind."""
    if kind == "partial":
        return _partial(asked)
    names = NAMES.get(asked.service)
    if names is None or kind not in names._fields:
        return None
    code, status = getattr(names, kind)
    if asked.service == "s3":
        body = f"<Error><Code>{code}</Code><Message>{MESSAGE}</Message></Error>".encode()
        return status, "application/xml", body if scope["method"] != "HEAD" else b""
    content = "application/json" if asked.service == "polly" else "application/x-amz-json-1.1"
    return status, content, json.dumps({"__type": code, "message": MESSAGE}).encode()


def _partial(asked: Asked) -> Failure | None:
    """An answer that is well and yet says that nothing was done."""
    if asked.operation != "PutEvents":
        return None
    entry = {"ErrorCode": "InternalFailure", "ErrorMessage": MESSAGE}
    body = json.dumps({"FailedEntryCount": 1, "Entries": [entry]}).encode()
    return 200, "application/x-amz-json-1.1", body
