"""boto3 clients of the laptop, whatever AWS settings the person's shell holds."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

from recita_local.aws.settings import REGION

OWN = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 3})


def client(service: str, endpoint: str, region: str = REGION, config: Config | None = None) -> Any:
    """A client that can reach nothing but the laptop; ``config`` comes on top of its own."""
    factory: Any = boto3.session.Session().client  # its overloads want the service as a literal
    return factory(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the laptop checks no secrets
        config=OWN.merge(config) if config else OWN,
    )
