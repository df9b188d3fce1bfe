"""``recita status``: is it up, and what does it hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from recita_cli import options
from recita_cli.console import command, emit, paint, say, table

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="Documents to list.")]
STATUS_COLUMN = 1
KEY_SHOWN = 60


@command
def status(
    *,
    limit: Limit = 20,
    stack_name: options.StackName = None,
    as_json: options.Json = False,
) -> None:
    """Show the stack, its outputs and its newest documents.

    Exit code 0 whether or not the laptop stack runs; --json has "running".
    """
    from recita_cli import inventory, target  # noqa: PLC0415 - pydantic costs 100 ms

    where = target.running(stack_name)
    rows = inventory.newest(where, limit) if where else []
    if as_json:
        emit(
            {
                "running": where is not None,
                "endpoint_url": where.endpoint_url if where else None,
                "outputs": where.outputs if where else {},
                "documents": rows,
            }
        )
    elif where is None:
        say(f"{target.NO_LAPTOP}\n  next: recita up, or recita run FILE")
    else:
        say(f"running at {where.endpoint_url or 'AWS, ' + where.region}")
        _print(where.outputs, rows)


def _print(outputs: Mapping[str, str], rows: list[dict[str, Any]]) -> None:
    from recita_cli.readable import clean  # noqa: PLC0415

    for name, value in sorted(outputs.items()):
        typer.echo(f"  {name} = {clean(value)}")
    now = datetime.now(UTC)
    cells = [
        (
            str(row["document_id"])[:12],
            str(row["status"]),
            age(now - datetime.fromisoformat(str(row["updated_at"]))),
            str(row.get("reason_code", "")),
            shortened(clean(str(row.get("source_key", "")))),
        )
        for row in rows
    ]
    for cell, line in zip(cells, table(cells), strict=True):
        typer.echo(line.replace(cell[STATUS_COLUMN], paint(cell[STATUS_COLUMN]), 1))
    if not rows:
        say("no documents yet; recita run FILE")


def shortened(key: str) -> str:
    """A key in at most 60 characters, its end kept: that is where the file's name is."""
    return key if len(key) <= KEY_SHOWN else f"…{key[1 - KEY_SHOWN :]}"


def age(seconds: Any) -> str:
    """A time span in one unit, for example ``3 min``."""
    total = max(0, int(seconds.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if total >= size:
            return f"{total // size} {unit}"
    return f"{total} s"
