"""``recita doctor``: what is there, what is missing, how to get it."""

from __future__ import annotations

from dataclasses import asdict

import typer

from recita_cli import exits, options
from recita_cli.console import command, emit, paint, say


@command
def doctor(*, port: options.Port = None, as_json: options.Json = False) -> None:
    """Check this machine; one fix per line, nothing is changed.

    Only what a run cannot do without is "missing" and ends with exit code 1; what makes results
    better, or is for deploying, is "optional".
    """
    from recita_local import doctor as checks  # noqa: PLC0415

    found = checks.examine(port)
    if as_json:
        emit([asdict(check) for check in found])
    else:
        width = max(len(check.name) for check in found)
        for check in found:
            fix = f" -> {check.fix}" if check.fix else ""
            state = paint(check.state) + " " * (8 - len(check.state))
            typer.echo(f"{state}  {check.name:<{width}}  {check.detail}{fix}")
    missing = [check for check in found if check.state == "missing"]
    if missing:
        say(f"recita: {len(missing)} required thing(s) missing")
        raise typer.Exit(exits.FAILED)
