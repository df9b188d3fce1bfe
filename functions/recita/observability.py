"""The one Logger and Metrics."""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics

logger = Logger(service="recita", utc=True)
metrics = Metrics(namespace="Recita", service="recita")
