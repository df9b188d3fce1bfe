"""What a service written here looks like to the wire: operations, their context, their errors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from recita_local.wire.plan import Asked

Params = Mapping[str, Any]
"""Request members as botocore names them; blobs are ``bytes``."""

Reply = dict[str, Any]
"""Response members as botocore names them; the wire writes them in the service's protocol."""


class ServiceError(Exception):
    """An error the real service would answer with.

    ``code`` is the exception's name in the service model, such as ``UnsupportedDocumentException``.
    ``fields`` are its further members, for example ``SourceLanguageCode``.
    """

    def __init__(self, code: str, message: str, status: int = 400, **fields: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields

    def __reduce__(self) -> tuple[Any, ...]:
        """Engines raise it in their own processes."""
        return _service_error, (self.code, self.message, self.status, self.fields)


def _service_error(code: str, message: str, status: int, fields: dict[str, Any]) -> ServiceError:
    return ServiceError(code, message, status, **fields)


@dataclass
class RequestContext:
    """One request: who asks, and what answered it."""

    service: str
    operation: str
    region: str
    account_id: str
    endpoint_url: str
    engine: str = ""
    """Name and version of the engine that answered; sent as the header ``x-local-engine``."""
    headers: dict[str, str] = field(default_factory=dict)
    asked: Asked | None = None
    """Which function asks for which document, where the fault lab looks."""
    lost: str = ""
    """The fault that will keep the reply from its client."""
    units: float = 0
    """What AWS would charge for."""

    def client(self, service: str) -> Any:
        """A boto3 client for another service of the same laptop (S3, SNS, …)."""
        with _MAKING_CLIENTS:
            return _client(service, self.endpoint_url, self.region)


_MAKING_CLIENTS = threading.Lock()
"""boto3's session is not for several threads at once; its clients are."""


@cache
def _client(service: str, endpoint_url: str, region: str) -> Any:
    """Making a client takes longer than most calls."""
    factory: Any = boto3.client  # its overloads want the service as a literal
    return factory(
        service,
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the laptop checks no secrets
    )


Operation = Callable[[Params, RequestContext], Reply]
"""Runs in a thread, so it may block; raises :class:`ServiceError`."""

Operations = dict[str, Operation]
"""Operation name to implementation: what each ``services/<name>/api.py`` exports."""
