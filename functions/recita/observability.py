"""The one Logger."""

from __future__ import annotations

from aws_lambda_powertools import Logger

logger = Logger(service="recita", utc=True)
