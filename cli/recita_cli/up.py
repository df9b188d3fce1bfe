"""``recita up``: the laptop stack as a service."""

from __future__ import annotations

from typing import Annotated

import typer

from recita_cli import exits, options
from recita_cli.console import CliError, command, emit, say

Parameters = Annotated[
    list[str] | None,
    typer.Option("--parameter", "-p", help="Template parameter, as NAME=VALUE.", metavar="N=V"),
]

CREDENTIALS = """\
# AWS tools that have no region and credentials yet take any:
#   export AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local"""


@command
def up(
    *,
    parameter: Parameters = None,
    port: options.Port = None,
    as_json: options.Json = False,
) -> None:
    """Start the laptop stack; print the one variable to export.

    Every AWS tool then talks to the laptop. Parameters are those of template.yaml; a parameter
    given to a running stack is deployed to it.

    \b
    eval "$(recita up)"
    recita up -p TargetLanguages=en,fr -p SpeakMode=none
    """  # noqa: D301 - \b keeps the examples' lines apart
    from recita_cli.target import laptop_stack  # noqa: PLC0415 - pydantic costs 100 ms

    stack = laptop_stack()
    chosen = parsed(parameter or [])
    found = stack.running()
    if found is None or chosen:
        found = stack.start(port=port, parameters=chosen or None, on_progress=say)
    else:
        say(f"already running at {found.endpoint_url} (process {found.pid})")
    if as_json:
        emit({"endpoint_url": found.endpoint_url, "pid": found.pid, "outputs": found.outputs})
    else:
        typer.echo(f"export AWS_ENDPOINT_URL={found.endpoint_url}")
        say(CREDENTIALS)


def parsed(pairs: list[str]) -> dict[str, str]:
    """Template parameters by name; raises CliError for what is no NAME=VALUE."""
    wrong = [pair for pair in pairs if not pair.partition("=")[0] or "=" not in pair]
    if wrong:
        raise CliError(f"{wrong[0]!r} is not NAME=VALUE", "-p SpeakMode=none", exits.USAGE)
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}
