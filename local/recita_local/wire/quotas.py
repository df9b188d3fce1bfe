"""Calls a second, as accounts are allowed them; off unless ``RECITA_LOCAL_TPS`` says how many.

``RECITA_LOCAL_TPS=Textract.StartDocumentTextDetection=2,Textract.*=5`` lets text detection start
twice a second and every other operation of Textract be called five times a second, each counted by
itself. Services have botocore's names, in any case; a number may be below 1.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recita_local.wire.codec import service_model
from recita_local.wire.registry import PACKAGES
from recita_local.wire.service import ServiceError

if TYPE_CHECKING:
    from botocore.model import OperationModel

VARIABLE = "RECITA_LOCAL_TPS"
THROTTLES = {
    "ProvisionedThroughputExceededException": "Provisioned rate exceeded",
    "TooManyRequestsException": "You have made too many requests within a short period of time. "
    "Wait for a short time and then try your request again.",
    "ThrottlingException": "Rate exceeded",
}
"""The services' own errors for too many calls; an operation answers with the first it has.

Those that model none, Polly's among them, answer the last all the same.
"""
_RULE = re.compile(r"\s*([\w-]+)\.(\w+|\*)\s*=\s*(\d+(?:\.\d+)?)\s*")

Rates = dict[tuple[str, str], float]
"""Calls a second by service and operation; ``*`` is every operation without a rate of its own."""


@dataclass
class _Bucket:
    """Calls saved up: one second's worth at most, and never less than one."""

    rate: float
    left: float
    at: float

    @classmethod
    def full(cls, rate: float, now: float) -> _Bucket:
        return cls(rate, max(1.0, rate), now)

    def take(self, now: float) -> bool:
        self.left = min(max(1.0, self.rate), self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Quotas:
    """The rates of one laptop; safe to use from any thread."""

    def __init__(self, rates: Rates, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._lock = threading.Lock()

    def spend(self, service: str, operation: OperationModel) -> None:
        """Count one call; raises the service's own throttling error if it is one too many."""
        name = str(operation.name)
        rate = self._rates.get((service, name), self._rates.get((service, "*")))
        if rate is None:
            return
        with self._lock:
            now = self._clock()
            bucket = self._buckets.setdefault((service, name), _Bucket.full(rate, now))
            allowed = bucket.take(now)
        if not allowed:
            raise throttled(operation)


def throttled(operation: OperationModel) -> ServiceError:
    """What the service answers to one call too many."""
    modelled = {str(shape.name) for shape in operation.error_shapes}
    code = next((name for name in THROTTLES if name in modelled), "ThrottlingException")
    return ServiceError(code, THROTTLES[code])


def rates(text: str) -> Rates:
    """The rates that the variable's text asks for; raises ValueError with what is wrong in it."""
    found: Rates = {}
    for rule in filter(str.strip, text.split(",")):
        parts = _RULE.fullmatch(rule)
        if parts is None or float(parts[3]) == 0:
            message = f"{VARIABLE}: {rule.strip()!r} is not like Textract.DetectDocumentText=2.5"
            raise ValueError(message)
        service = parts[1].lower()
        if service not in PACKAGES:
            known = ", ".join(sorted(PACKAGES))
            raise ValueError(f"{VARIABLE}: no service {parts[1]!r} here; there are: {known}")
        if parts[2] not in {"*", *service_model(service).operation_names}:
            raise ValueError(f"{VARIABLE}: {parts[1]} has no operation {parts[2]!r}")
        found[service, parts[2]] = float(parts[3])
    return found


def from_environment(environment: Mapping[str, str] = os.environ) -> Quotas:
    """Quotas of this process; raises ValueError if the variable can't be read."""
    return Quotas(rates(environment.get(VARIABLE, "")))
