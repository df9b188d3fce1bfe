"""The tables of template.yaml, on moto."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import boto3
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"
SHAPE = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")


def create(logical_id: str, name: str) -> Any:
    """Create a table in the shape that the template gives it; returns boto3's Table."""
    declared = _resources()[logical_id]["Properties"]
    shape: Any = {part: declared[part] for part in SHAPE if part in declared}
    return boto3.resource("dynamodb", region_name="us-east-1").create_table(TableName=name, **shape)


@cache
def _resources() -> dict[str, Any]:
    found: dict[str, Any] = yaml_parse(TEMPLATE.read_text("utf-8"))["Resources"]
    return found
