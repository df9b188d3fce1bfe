"""Counts what a step pays for, which engines answered and what is worth a metric."""

from __future__ import annotations

from recita.errors import (
    ProviderBusyError,
    ProviderError,
    ProviderPacedError,
    ProviderThrottledError,
    ProviderTooLargeError,
)
from recita.measures import (
    GUARDRAIL_ERRORS,
    PROVIDER_ERRORS,
    PROVIDER_THROTTLES,
    Measure,
    Metric,
)
from recita.models.record import EngineUsed, Usage


class Meter:
    """Collects the paid calls of one invocation; adapters count, the step's record keeps."""

    def __init__(self) -> None:
        self._usage: dict[tuple[str, str, str, str | None], tuple[int, float]] = {}
        self._engines: dict[str, set[str]] = {}
        self._measures: list[Measure] = []

    def reset(self) -> None:
        """Begin a new invocation."""
        self._usage.clear()
        self._engines.clear()
        self._measures.clear()

    def count(
        self, service: str, operation: str, *, units: float, unit: str, resource: str | None = None
    ) -> None:
        """Add one call that paid ``units``; ``resource`` where its price depends on that."""
        key = (service, operation, unit, resource)
        calls, total = self._usage.get(key, (0, 0.0))
        self._usage[key] = (calls + 1, total + units)

    def answered(self, service: str, engine: str) -> None:
        """Note that ``engine`` answered for ``service``."""
        self._engines.setdefault(service, set()).add(engine)

    def measure(self, metric: Metric, value: float = 1, *labels: str) -> None:
        """Add one value of a metric; ``labels`` are the values of its dimensions."""
        self._measures.append(Measure(metric, value, labels))

    def failed(self, error: ProviderError) -> None:
        """Note an error that a service answered."""
        self.measure(PROVIDER_ERRORS, 1, error.service, error.code)
        if isinstance(error, ProviderPacedError):  # the service knows nothing of it
            return
        if isinstance(error, ProviderThrottledError | ProviderBusyError):
            self.measure(PROVIDER_THROTTLES)
        if error.operation == "apply_guardrail" and not isinstance(error, ProviderTooLargeError):
            self.measure(GUARDRAIL_ERRORS)

    def measures(self) -> tuple[Measure, ...]:
        """Every value since the invocation began."""
        return tuple(self._measures)

    def usage(self) -> tuple[Usage, ...]:
        """Paid units by service, operation, unit and resource."""
        return tuple(
            Usage(
                service=service,
                operation=operation,
                resource=resource,
                calls=calls,
                units=units,
                unit=unit,
            )
            for (service, operation, unit, resource), (calls, units) in self._usage.items()
        )

    def engines(self) -> tuple[EngineUsed, ...]:
        """Every engine that answered."""
        return tuple(
            EngineUsed(service=service, engine=engine)
            for service, engines in self._engines.items()
            for engine in sorted(engines)
        )
