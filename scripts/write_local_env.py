"""Writes events/env.local.json: the environment with which `sam local invoke` meets the laptop.

Run it after ``recita up`` as ``python scripts/write_local_env.py``. A container reaches the laptop
at ``host.docker.internal``; give another address as the argument.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import boto3

STACK = "recita"
ADDRESS = "http://host.docker.internal:4599"
TARGET = Path(__file__).resolve().parent.parent / "events" / "env.local.json"
LEFT_TO_TEMPLATE = re.compile(r"POWERTOOLS_|AWS_|MAX_COST_PER_DOCUMENT$")
"""Variables whose values in the template are right in a container too."""


def local_environment(address: str, configurations: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return SAM's environment file: what the stack gave each function, by logical id."""
    return {
        function: {
            "AWS_ENDPOINT_URL": address,
            **{name: value for name, value in given.items() if not LEFT_TO_TEMPLATE.match(name)},
        }
        for function, given in sorted(configurations.items())
    }


def deployed(endpoint: str) -> dict[str, dict[str, str]]:
    """Return the variables of each function of the running stack, by logical id."""
    laptop: dict[str, Any] = {
        "endpoint_url": endpoint,
        "region_name": "us-east-1",
        "aws_access_key_id": "local",
        "aws_secret_access_key": "local",
    }
    resources = boto3.client("cloudformation", **laptop).describe_stack_resources(StackName=STACK)
    functions = boto3.client("lambda", **laptop)
    return {
        resource["LogicalResourceId"]: functions.get_function_configuration(
            FunctionName=resource["PhysicalResourceId"]
        )["Environment"]["Variables"]
        for resource in resources["StackResources"]
        if resource["ResourceType"] == "AWS::Lambda::Function"
    }


def main(address: str = ADDRESS) -> None:
    """Ask the laptop stack and write the file."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4599")
    environment = local_environment(address, deployed(endpoint))
    TARGET.write_text(json.dumps(environment, indent=2) + "\n", "utf-8")
    print(f"{TARGET.name}: {len(environment)} functions, by way of {address}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
