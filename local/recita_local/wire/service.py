"""What a service written here looks like to the wire: operations, their context, their errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from recita_local import clients

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
        return _client(service, self.endpoint_url, self.region)


_client = cache(clients.client)
"""Making a client takes longer than most calls."""

Operation = Callable[[Params, RequestContext], Reply]
"""Runs in a thread, so it may block; raises :class:`ServiceError`."""

Operations = dict[str, Operation]
"""Operation name to implementation: what each ``services/<name>/api.py`` exports."""
