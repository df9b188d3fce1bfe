"""``recita console``: the documents in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from recita_cli import options
from recita_cli.console import CliError, command, emit, say

ConsolePort = Annotated[
    int, typer.Option("--port", help="Port of the console; any free one by default.", min=0)
]


@command
def console(
    *,
    port: ConsolePort = 0,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    stack_name: options.StackName = None,
    as_json: options.Json = False,
) -> None:
    """Show the documents in a browser, until Ctrl-C.

    Upload by drop, progress as it goes on, pages with the boxes of what was read, summaries with
    the pages they rest on, words that light as they sound, verdicts, cost and files.

    It listens on this machine only, and lets in who has the address that it prints.

    \b
    recita console --open
    recita console --stack-name recita-prod
    """  # noqa: D301 - \b keeps the examples' lines apart
    from recita_cli import target  # noqa: PLC0415 - pydantic costs 100 ms
    from recita_cli.web import server  # noqa: PLC0415 - Jinja and Werkzeug, too

    where = target.existing(stack_name)
    try:
        running = server.Server(where, port)
    except OSError as error:
        fix = "choose another with --port, or none"
        raise CliError(f"port {port} can't be listened on: {error.strerror}", fix) from error
    with running:
        if as_json:
            emit({"address": running.address})
        else:
            typer.echo(running.address)
        say("the console runs until Ctrl-C; whoever has this address can use it")
        if open_it:
            typer.launch(running.address)
        running.serve()
