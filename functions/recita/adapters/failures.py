"""Errors of boto3, sorted into those that the state machine retries and those it must not."""

from __future__ import annotations

import re

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from urllib3.exceptions import HTTPError

from recita.errors import (
    LanguageUnclearError,
    ProviderBusyError,
    ProviderError,
    ProviderRefusedError,
    ProviderThrottledError,
    ProviderTooLargeError,
    ProviderUnavailableError,
    TranslationUnsupportedError,
)

CALL_ERRORS = (ClientError, BotoCoreError, HTTPError)
"""All that a boto3 call raises: botocore lets urllib3's own out when a reply breaks off."""

THROTTLES = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",  # S3
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
BUSY = frozenset({"LimitExceededException"})
"""Textract has as many open jobs as the account may have."""
FAULTS = frozenset(
    {
        "InternalServerError",
        "InternalServerException",
        "InvalidSignatureException",  # of a clock that is wrong, as the next two
        "RequestExpired",
        "RequestTimeTooSkewed",
        "RequestTimeout",
        "ModelErrorException",
        "ModelNotReadyException",
        "ModelTimeoutException",
        "ServiceFailureException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
REFUSALS: dict[str, type[ProviderRefusedError]] = {
    "DetectedLanguageLowConfidenceException": LanguageUnclearError,
    "UnsupportedLanguagePairException": TranslationUnsupportedError,
}
"""Refusals that a reader of the manifest should tell apart."""


TOO_LARGE = re.compile(
    r"text units exceed|input text size|input is too long|prompt is too long"
    r"|context (?:length|window)|too many (?:input )?tokens"
    r"|maximum (?:number of )?(?:input )?tokens",
    re.IGNORECASE,
)
"""What Bedrock says of a text that is too long: for a guardrail with the code and the status of a
throttle, for a model with those of a bad parameter."""


def classified(
    error: ClientError | BotoCoreError | HTTPError, service: str = "aws", operation: str = "call"
) -> ProviderError:
    """Return an error of boto3 as one that the state machine knows by name."""
    if isinstance(error, ParamValidationError):  # its message quotes what was sent
        message = "a parameter does not fit the service's model"
        return ProviderRefusedError(service, operation, "ParamValidation", message)
    if not isinstance(error, ClientError):
        return ProviderUnavailableError(service, operation, type(error).__name__, str(error))
    code = error.response.get("Error", {}).get("Code", "Unknown")
    message = error.response.get("Error", {}).get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    kind: type[ProviderError] = REFUSALS.get(code, ProviderRefusedError)
    if service == "bedrock-runtime" and TOO_LARGE.search(message) and status in (400, 429):
        kind = ProviderTooLargeError
    elif code in THROTTLES or status == 429:
        kind = ProviderThrottledError
    elif code in BUSY:
        kind = ProviderBusyError
    elif code in FAULTS or status >= 500:
        kind = ProviderUnavailableError
    return kind(service, operation, code, message)
