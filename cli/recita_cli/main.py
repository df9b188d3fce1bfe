"""The ``recita`` command: one small module per subcommand."""

from __future__ import annotations

from typing import Annotated

import typer

from recita_cli.backfill import backfill
from recita_cli.cost import cost
from recita_cli.doctor import doctor
from recita_cli.down import down, reset
from recita_cli.erase import erase
from recita_cli.invoke import invoke
from recita_cli.redrive import redrive
from recita_cli.reindex import reindex
from recita_cli.run import run
from recita_cli.schema import schema
from recita_cli.serving import console
from recita_cli.show import show
from recita_cli.status import status
from recita_cli.up import up

app = typer.Typer(
    name="recita",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help starts in half the time, and docs/cli.md is made from it
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer's callback shape
    if asked:
        from importlib.metadata import version  # noqa: PLC0415 - 60 ms that only --version needs

        typer.echo(f"recita {version('recita')}")
        raise typer.Exit


@app.callback()
def main(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Drop a document or a picture in; get it back read, seen, summarised, translated and spoken.

    Data goes to standard output, talk to standard error; every command takes --json.
    """


for command in (
    run,
    cost,
    up,
    down,
    reset,
    status,
    show,
    console,
    backfill,
    redrive,
    erase,
    reindex,
    doctor,
    invoke,
    schema,
):
    app.command()(command)
