"""Functions as a person names them: ``read_pages`` or ``ReadPagesFunction``."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recita_cli import exits
from recita_cli.console import CliError
from recita_cli.target import Target

KEEP = ("PATH", "HOME", "LANG", "TMPDIR")
"""What a handler sees of this machine's environment; the rest is the function's own."""


@dataclass(frozen=True)
class Function:
    """A handler in this checkout, and how the stack configured it; ``timeout`` is in seconds."""

    folder: str
    arn: str
    timeout: int = 60
    memory: int = 128
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def handler(self) -> str:
        """As template.yaml names it."""
        return f"{self.folder}.app.lambda_handler"


def source_root() -> Path:
    """The folder that is zipped to Lambda: where ``recita`` itself is imported from."""
    import recita  # noqa: PLC0415

    return Path(str(recita.__file__)).resolve().parents[1]


def folders() -> list[str]:
    """All functions of this checkout."""
    return sorted(app.parent.name for app in source_root().glob("*/app.py"))


def logical_id(folder: str) -> str:
    """``read_pages`` to ``ReadPagesFunction``."""
    return "".join(word.capitalize() for word in folder.split("_")) + "Function"


def folder_of(name: str) -> str:
    """The folder for a folder's name or a logical id; raises CliError for neither."""
    words = re.findall(r"[A-Z][a-z0-9]*", name.removesuffix("Function"))
    folder = "_".join(words).lower() if words else name.replace("-", "_")
    if folder not in folders():
        fix = f"one of: {', '.join(folders())}"
        raise CliError(f"there is no function {name!r}", fix, exits.USAGE)
    return folder


def configured(target: Target, folder: str) -> Function:
    """The function with the environment, timeout and memory that the laptop stack gave it."""
    from recita_local.deploy import STACK_NAME  # noqa: PLC0415

    resource = target.client("cloudformation").describe_stack_resource(
        StackName=STACK_NAME, LogicalResourceId=logical_id(folder)
    )
    found: dict[str, Any] = target.client("lambda").get_function_configuration(
        FunctionName=resource["StackResourceDetail"]["PhysicalResourceId"]
    )
    return Function(
        folder=folder,
        arn=found["FunctionArn"],
        timeout=found["Timeout"],
        memory=found["MemorySize"],
        variables=found.get("Environment", {}).get("Variables", {}),
    )


def environment(target: Target, function: Function, runtime_api: str) -> dict[str, str]:
    """What the handler's process sees, as Lambda sets it, with AWS behind the laptop's port.

    See https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
    """
    root = str(source_root())
    return {
        **{name: os.environ[name] for name in KEEP if name in os.environ},
        **function.variables,
        "AWS_ENDPOINT_URL": str(target.endpoint_url),
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": target.region,
        "AWS_DEFAULT_REGION": target.region,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": function.arn.rpartition(":")[2],
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "LAMBDA_TASK_ROOT": root,
        "PYTHONPATH": root,
        "PYTHONDONTWRITEBYTECODE": "1",
        "_HANDLER": function.handler,
    }
