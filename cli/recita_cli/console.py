"""Two streams: data goes to standard output, talk to standard error."""

from __future__ import annotations

import functools
import json
import signal
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NoReturn, ParamSpec

import typer

from recita_cli import exits

P = ParamSpec("P")

COLOURS = {
    "COMPLETED": typer.colors.GREEN,
    "SUCCEEDED": typer.colors.GREEN,
    "ok": typer.colors.GREEN,
    "PARTIAL": typer.colors.YELLOW,
    "optional": typer.colors.YELLOW,
    "SKIPPED": typer.colors.BRIGHT_BLACK,
    "QUEUED": typer.colors.CYAN,
    "PROCESSING": typer.colors.CYAN,
    "BLOCKED": typer.colors.MAGENTA,
    "REJECTED": typer.colors.RED,
    "FAILED": typer.colors.RED,
    "ERASED": typer.colors.BRIGHT_BLACK,
    "missing": typer.colors.RED,
}


class CliError(Exception):
    """What went wrong and why, in words for a person; ``fix`` is what to do next."""

    def __init__(self, message: str, fix: str = "", code: int = exits.FAILED) -> None:
        super().__init__(message)
        self.fix = fix
        self.code = code


def say(text: str) -> None:
    """Talk to a person: progress, advice, errors."""
    typer.echo(text, err=True)


def emit(data: Any) -> None:
    """Write one JSON document as one line of data."""
    typer.echo(json.dumps(data, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    """What a table holds as Decimal is a number, times and paths are text."""
    return int(value) if isinstance(value, Decimal) and value == int(value) else str(value)


def paint(word: str) -> str:
    """The word in the colour of its meaning; ``typer.echo`` drops colours outside a terminal."""
    return typer.style(word, fg=COLOURS.get(word))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Turn errors into one message and the right exit code; a traceback would help nobody."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # `kill` cleans up as Ctrl-C does
        try:
            function(*args, **kwargs)
        except KeyboardInterrupt:
            say("recita: interrupted")
            raise typer.Exit(exits.INTERRUPTED) from None
        except CliError as error:
            _report(str(error), error.fix, error.code)
        except Exception as error:
            if not _explainable(error):
                raise
            fix = getattr(error, "hint", "") or getattr(error, "fix", "")
            _report(str(getattr(error, "what", error)), str(fix))

    return wrapper


def _report(message: str, fix: str, code: int = exits.FAILED) -> NoReturn:
    say(f"recita: {message}")
    if fix:
        say(f"  next: {fix}")
    raise typer.Exit(code)


def _explainable(error: Exception) -> bool:
    """Whether the error's own words are meant for people: ours and botocore's are."""
    ours = {"recita", "recita_client", "recita_local"}
    known = type(error).__module__.partition(".")[0] in {*ours, "botocore", "boto3"}
    return known or isinstance(error, OSError)
