"""``recita schema``: the contracts that consumers read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from recita_cli import exits, options
from recita_cli.console import CliError, command, emit

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts" / "v1"
SUFFIX = ".schema.json"

Name = Annotated[str | None, typer.Argument(help="A schema's name; lists them when left out.")]


@command
def schema(name: Name = None, *, as_json: options.Json = False) -> None:
    """Print a JSON Schema of the results.

    Schemas are JSON anyway; --json puts one on a single line.

    \b
    recita schema
    recita schema manifest > manifest.schema.json
    """  # noqa: D301 - \b keeps the examples' lines apart
    known = names()
    if name is None:
        _print_names(known, as_json=as_json)
        return
    if name not in known:
        fix = f"one of: {', '.join(known)}"
        raise CliError(f"there is no schema {name!r}", fix, exits.USAGE)
    text = (CONTRACTS / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    if as_json:
        emit(json.loads(text))
    else:
        typer.echo(text.rstrip("\n"))


def names() -> list[str]:
    """All schemas, by name."""
    return sorted(file.name.removesuffix(SUFFIX) for file in CONTRACTS.glob(f"*{SUFFIX}"))


def _print_names(known: list[str], *, as_json: bool) -> None:
    if as_json:
        emit(known)
    else:
        typer.echo("\n".join(known))
