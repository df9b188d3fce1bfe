"""Logs and metrics: both are lines of JSON in the one log group.

CloudWatch takes metrics out of lines in its embedded metric format. Lambda passes a line that is
JSON already as it is, and takes one without a level for INFO: a log level above INFO would drop
the metrics with the logs, so template.yaml offers none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from recita import pricing
from recita.measures import COST, NAMESPACE, PAID_UNITS, Measure
from recita.meter import Meter

logger = Logger(utc=True)

UNITS = {"Count": MetricUnit.Count, "Seconds": MetricUnit.Seconds, "None": MetricUnit.NoUnit}


def report(meter: Meter) -> None:
    """Print what one invocation measured and paid, a line for each set of dimensions."""
    emit([*meter.measures(), *_paid(meter)])


def emit(measures: Iterable[Measure]) -> None:
    """Print measures in the embedded metric format."""
    lines: dict[tuple[tuple[str, str], ...], list[Measure]] = defaultdict(list)
    for measure in measures:
        labels = tuple(zip(measure.metric.dimensions, measure.labels, strict=True))
        lines[labels].append(measure)
    for labels, together in lines.items():
        line = EphemeralMetrics(namespace=NAMESPACE)
        for name, value in labels:
            line.add_dimension(name, value)
        for measure in together:
            line.add_metric(measure.metric.name, UNITS[measure.metric.unit], measure.value)
        line.flush_metrics()


def _paid(meter: Meter) -> Iterable[Measure]:
    usage = meter.usage()
    for item in usage:
        if not item.resource and not pricing.price((item,)):
            continue  # free, such as a guardrail's words
        yield Measure(PAID_UNITS, item.units, (item.service, item.operation, item.unit))
    if usage:
        yield Measure(COST, pricing.price(usage))
