"""``recita redrive``: documents run again, and uploads ask for admission again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from recita_cli import exits, options
from recita_cli.console import CliError, command, emit, paint, say

if TYPE_CHECKING:
    from recita_cli.dead_letters import Letter
    from recita_cli.redriving import Redrive, Redriven
    from recita_cli.target import Target

Ids = Annotated[
    list[str] | None, typer.Argument(help="Documents' ids, or their beginnings.", metavar="[ID]")
]
Failed = Annotated[bool, typer.Option("--failed", help="All documents that ended FAILED.")]
Since = Annotated[
    str | None,
    typer.Option(help="With --failed: that ended since then.", metavar="2h|3d|2026-11-21"),
]
Letters = Annotated[
    bool, typer.Option("--dead-letters", help="Uploads that could not be admitted.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would run, run nothing.")]


@command
def redrive(  # noqa: PLR0913 - a command's options are its parameters
    documents: Ids = None,
    *,
    failed: Failed = False,
    since: Since = None,
    dead_letters: Letters = False,
    dry_run: DryRun = False,
    stack_name: options.StackName = None,
    as_json: options.Json = False,
) -> None:
    """Run documents again: by their ids, or all that failed.

    A re-run has the execution ID.2, ID.3 and so on. What was paid and whose input did not change
    is taken over, and its manifest replaces the one before. Documents wait until a place in flight
    is free. A document that waits or runs is refused, and so is one whose upload is gone.

    --dead-letters tells of each upload that could not be admitted which it is, since when, how
    often it was tried and why it failed where that is known, and lets it ask again. With --json,
    prints one line per document or message.

    Exit code: 0 done, 1 something was refused.

    \b
    recita redrive --failed --since 2h
    recita redrive --dead-letters --dry-run
    """  # noqa: D301 - \b keeps the examples' lines apart
    if sum([bool(documents), failed, dead_letters]) != 1 or (since and not failed):
        fix = "recita redrive ID, --failed [--since 2h], or --dead-letters"
        raise CliError("it is not clear what to run again", fix, exits.USAGE)
    from recita_cli import redriving, target  # noqa: PLC0415 - pydantic costs 100 ms

    where = target.existing(stack_name)
    desk = redriving.Redrive(where, dry_run=dry_run)
    if dead_letters:
        refused = _letters(where, dry_run=dry_run, as_json=as_json)
    else:
        start = redriving.since(since)
        ids = redriving.failed(where, start) if failed else _named(where, documents or [])
        refused = _documents(desk, list(ids), dry_run=dry_run, as_json=as_json)
    raise typer.Exit(exits.FAILED if refused else exits.DONE)


def _named(where: Target, starts: list[str]) -> list[str]:
    from recita_cli import inventory  # noqa: PLC0415

    return [inventory.find(where, start) for start in starts]


def _documents(desk: Redrive, ids: list[str], *, dry_run: bool, as_json: bool) -> int:
    """Queue them all, then sweep once; returns how many were refused."""
    answers = []
    for document in ids:
        answers.append(desk.again(document))
        _tell(answers[-1], dry_run=dry_run, as_json=as_json)
    queued = [one for one in answers if one.execution]
    if queued and not dry_run:
        desk.sweep()
    if not ids:
        say("nothing has failed")
    return len(answers) - len(queued)


def _tell(answer: Redriven, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        from dataclasses import asdict  # noqa: PLC0415

        emit(asdict(answer))
    elif answer.execution:
        would = "would wait" if dry_run else "waits"
        typer.echo(
            f"{answer.document_id}  {paint(answer.status or '')}  {would} as {answer.execution}"
        )
    else:
        say(f"{answer.document_id}: not run again: {answer.refused}")


def _letters(where: Target, *, dry_run: bool, as_json: bool) -> int:
    """Explain each message and send it back; returns how many stay."""
    from recita_cli.dead_letters import DeadLetters  # noqa: PLC0415

    queue = DeadLetters(where)
    letters = []
    for letter in queue.read():
        letters.append(letter)
        if not dry_run:
            queue.send_back(letter)
        _explain(letter, as_json=as_json)
    staying = [letter for letter in letters if letter.fate == "stays"]
    for letter in staying:
        queue.put_back(letter)
    if not letters:
        say("every upload was admitted")
    return 0 if dry_run else len(staying)


def _explain(letter: Letter, *, as_json: bool) -> None:
    if as_json:
        emit(letter.as_data())
        return
    from recita_cli.readable import clean  # noqa: PLC0415

    name = (
        f"s3://{letter.upload.bucket}/{letter.upload.key}" if letter.upload else letter.message_id
    )
    typer.echo(f"{clean(name)}  {letter.fate}")
    known = f"; the table says {letter.status}" if letter.status else ""
    typer.echo(
        f"  sent {letter.sent_at:%Y-%m-%d %H:%M} UTC, received {letter.received} times: "
        f"{clean(letter.why)}{known}"
    )
