"""What Recita measures about itself: the metrics of the CloudWatch namespace ``Recita``.

Every metric has the dimension ``service``, the stack's name, before its own. A combination of
dimensions is one metric to pay for, so none holds a document, a key or a text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NAMESPACE = "Recita"

Unit = Literal["Count", "Seconds", "None"]


@dataclass(frozen=True)
class Metric:
    """A metric by CloudWatch's terms; ``dimensions`` names those it has beside ``service``."""

    name: str
    unit: Unit
    dimensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """One value of a metric, with a value for each of its dimensions."""

    metric: Metric
    value: float
    labels: tuple[str, ...] = ()


DOCUMENTS = Metric("Documents", "Count", ("status",))
"""Manifests written, each once however often its step runs."""
REASONS = Metric("Reasons", "Count", ("reason",))
"""Manifests written with a reason, by its code."""
PAGES = Metric("Pages", "Count", ("method",))
"""Pages of the manifests written, by how they were read."""
TIME_TO_FINISH = Metric("TimeToFinish", "Seconds")
"""From the start of a run to its manifest."""
QUEUE_WAIT = Metric("QueueWait", "Seconds")
"""From admission to the start of the execution."""
IN_FLIGHT = Metric("InFlight", "Count")
"""Executions that hold a place, at each sweep."""
WAITING = Metric("Waiting", "Count")
"""Documents that wait for a place, at each sweep; it counts no more than 1,000."""
LONGEST_WAIT = Metric("LongestWait", "Seconds")
"""How long the document that waits longest has waited, at each sweep."""
SWEPT = Metric("Swept", "Count", ("found",))
"""What a sweep found: freed, settled, admitted, recorded, started, or failed to mend."""
PAID_UNITS = Metric("PaidUnits", "Count", ("provider", "operation", "unit"))
"""What an invocation paid, whether or not its step went on to succeed."""
COST = Metric("Cost", "None")
"""US dollars of the paid units at list prices."""
PROVIDER_ERRORS = Metric("ProviderErrors", "Count", ("provider", "error"))
"""Errors that AWS services answered, by the service's own name for them."""
PROVIDER_THROTTLES = Metric("ProviderThrottles", "Count")
"""Those of them that say "too fast" or "too many"."""
GUARDRAIL_ERRORS = Metric("GuardrailErrors", "Count")
"""Guardrail calls that gave no verdict; nothing passes without one."""
