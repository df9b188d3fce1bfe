"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the result.")]
Port = Annotated[
    int | None,
    typer.Option(
        envvar="RECITA_PORT", help="Port of the laptop stack, when one is started; 4599 by default."
    ),
]
StackName = Annotated[
    str | None,
    typer.Option(
        envvar="RECITA_STACK_NAME",
        help="Ask this stack deployed to AWS, with the environment's credentials.",
    ),
]
