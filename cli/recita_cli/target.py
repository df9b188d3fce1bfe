"""Where Recita runs: the laptop's stack, or one deployed to AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any

from recita_cli.console import CliError, say

if TYPE_CHECKING:
    from recita_local.stack import Stack

NO_LAPTOP = "no laptop stack is running"


@dataclass(frozen=True)
class Target:
    """A stack's outputs, and clients that reach it; ``endpoint_url`` is None on AWS."""

    outputs: Mapping[str, str]
    endpoint_url: str | None = None

    @property
    def region(self) -> str:
        """The region the stack is deployed to, as its state machine's ARN names it."""
        return self.outputs["StateMachineArn"].split(":")[3]

    @property
    def is_laptop(self) -> bool:
        """Whether this is the laptop, where polling costs nothing and secrets mean nothing."""
        return self.endpoint_url is not None

    @cached_property
    def s3(self) -> Any:
        """The S3 client; safe to share between threads."""
        return self.client("s3")

    @cached_property
    def table(self) -> Any:
        """The index of documents, as a boto3 Table; for one thread."""
        return self.resource("dynamodb").Table(self.outputs["TableName"])

    def resource(self, service: str) -> Any:
        """A boto3 resource for the account that the stack lives in."""
        import boto3  # noqa: PLC0415 - 150 ms that `recita --help` need not pay

        factory: Any = boto3.resource  # its overloads want the service as a literal
        return factory(service, **self._arguments())

    def client(self, service: str) -> Any:
        """A boto3 client for the account that the stack lives in."""
        import boto3  # noqa: PLC0415

        factory: Any = boto3.client
        return factory(service, **self._arguments())

    def _arguments(self) -> dict[str, Any]:
        from botocore.config import Config  # noqa: PLC0415

        config = Config(max_pool_connections=16, retries={"mode": "standard"})
        extra = self._laptop_arguments() if self.is_laptop else {}
        return {"region_name": self.region, "config": config, **extra}

    def _laptop_arguments(self) -> dict[str, str | None]:
        return {
            "endpoint_url": self.endpoint_url,
            "aws_access_key_id": "local",
            "aws_secret_access_key": "local",
        }


def from_stack(stack: Stack) -> Target:
    """The laptop as a target."""
    return Target(outputs=stack.outputs, endpoint_url=stack.endpoint_url)


def deployed(stack_name: str) -> Target:
    """The stack of that name in the account and region of the environment's AWS credentials."""
    import boto3  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        answer = boto3.client("cloudformation").describe_stacks(StackName=stack_name)
    except (BotoCoreError, ClientError) as error:
        fix = "check the name, AWS_REGION and `aws sts get-caller-identity`"
        raise CliError(f"stack {stack_name} can't be read: {error}", fix) from error
    outputs = {
        output["OutputKey"]: output["OutputValue"] for output in answer["Stacks"][0]["Outputs"]
    }
    if "StateMachineArn" not in outputs:
        fix = "name the stack that `sam deploy` made of this template"
        raise CliError(f"stack {stack_name} is not a Recita stack", fix)
    return Target(outputs=outputs)


def running(stack_name: str | None) -> Target | None:
    """The deployed stack if one is named, else the laptop's if it runs, else None."""
    if stack_name:
        return deployed(stack_name)
    stack = laptop_stack()
    found = stack.running()
    # Without outputs it is being deployed by somebody else right now.
    return from_stack(found) if found and found.outputs else None


def existing(stack_name: str | None) -> Target:
    """Like :func:`running`, for commands that make no sense without a stack."""
    target = running(stack_name)
    if target is None:
        fix = "`recita up` starts it; --stack-name NAME asks a deployed stack"
        raise CliError(NO_LAPTOP, fix)
    return target


@contextmanager
def ensured(stack_name: str | None, port: int | None, *, quiet: bool = False) -> Iterator[Target]:
    """A target for the time of one command; the laptop's stack is started when none runs.

    A running one gets whatever changed in the checkout. It stays up afterwards, so that the next
    command is fast. When the command is interrupted, a stack that it started is stopped again.
    """
    if stack_name:
        yield deployed(stack_name)
        return
    stack = laptop_stack()
    ours = stack.running() is None
    try:
        yield from_stack(stack.start(port=port, on_progress=None if quiet else say))
    except KeyboardInterrupt:
        if ours:
            say("stopping the laptop stack that this command started")
            stack.stop()
        raise


def laptop_stack() -> ModuleType:
    """The module that starts and stops the laptop, cut off from this shell's AWS settings.

    A profile that does not exist, or a proxy that cannot see this machine, would break it.
    """
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        os.environ.pop(name, None)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        os.environ[name] = os.devnull
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1"]))
    from recita_local import stack  # noqa: PLC0415 - brings in boto3, 150 ms

    return stack
