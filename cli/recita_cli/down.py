"""``recita down`` and ``recita reset``: the end of the laptop stack."""

from __future__ import annotations

from typing import Annotated

import typer

from recita_cli import options
from recita_cli.console import CliError, command, emit, say

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@command
def down(*, as_json: options.Json = False) -> None:
    """Stop the laptop stack; `recita up` brings its content back."""
    from recita_cli.target import laptop_stack  # noqa: PLC0415 - pydantic costs 100 ms

    stack = laptop_stack()
    found = stack.running()
    if found is not None:
        stack.stop()
    say("stopped" if found else "no laptop stack was running")
    if as_json:
        emit({"stopped": found is not None})


@command
def reset(*, yes: Yes = False, as_json: options.Json = False) -> None:
    """Delete all that the laptop stack holds.

    Stops it first. Uploads, results, table and logs go; fetched results, models and voices stay.
    """
    from recita_cli.target import laptop_stack  # noqa: PLC0415 - pydantic costs 100 ms

    stack = laptop_stack()
    if not yes and not typer.confirm("Delete everything the laptop stack holds?", err=True):
        raise CliError("nothing was deleted", "recita reset --yes does not ask")
    stack.reset()
    say("reset: the next `recita up` starts from nothing")
    if as_json:
        emit({"reset": True})
