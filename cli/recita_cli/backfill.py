"""``recita backfill``: documents that were there before Recita was."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recita_cli import exits, options
from recita_cli.console import CliError, command, emit, say, table

if TYPE_CHECKING:
    from recita_cli.estimating import Estimate
    from recita_cli.target import Target

PLACE = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?")
FAILURES_SHOWN = 10

Source = Annotated[str, typer.Argument(help="Where they lie.", metavar="s3://BUCKET/PREFIX")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="List, count and estimate; bring nothing.")]
Concurrency = Annotated[
    int, typer.Option(min=1, max=1000, help="Objects that are copied at the same time.")
]
Tolerate = Annotated[
    int,
    typer.Option(min=0, max=100, help="Per cent of objects that may fail before it gives up."),
]


@command
def backfill(  # noqa: PLR0913 - a command's options are its parameters
    source: Source,
    *,
    dry_run: DryRun = False,
    concurrency: Concurrency = 10,
    tolerate: Tolerate = 5,
    quiet: options.Quiet = False,
    stack_name: options.StackName = None,
    as_json: options.Json = False,
) -> None:
    """Bring every object under a prefix into the pipeline.

    Objects of the bucket that the parameter BackfillBucket names are copied to backfill/ in the
    input bucket; of the input bucket itself, those that were never admitted are. Running it again
    goes on where it stopped: what is there is left alone, what has changed is a new document.

    It floods nothing: whatever comes in waits until one of MaxInFlight places is free. --dry-run
    tells what it may cost, and what that assumes. --json prints one line: counts and failed keys.

    Exit code: 0 done, 3 done but for the objects that failed, 1 not done.

    \b
    recita backfill s3://archive/2019/ --dry-run
    recita backfill s3://archive/2019/ --concurrency 50
    """  # noqa: D301 - \b keeps the examples' lines apart
    from recita_cli import backfilling, estimating, target  # noqa: PLC0415 - pydantic costs 100 ms

    bucket, prefix = _place(source)
    where = target.existing(stack_name)
    _check(where, bucket)
    if dry_run:
        _tell_estimate(estimating.estimate(where, bucket, prefix, quiet=quiet), as_json=as_json)
        return
    order = backfilling.Order(bucket, prefix, concurrency, tolerate)
    report = backfilling.run(where, order, quiet=quiet)
    if as_json:
        emit(report)
    else:
        _tell(report)
    raise typer.Exit(_exit_code(report))


def _place(source: str) -> tuple[str, str]:
    found = PLACE.fullmatch(source)
    if not found:
        fix = "recita backfill s3://archive/2019/"
        raise CliError(f"{source!r} is no place in S3", fix, exits.USAGE)
    return found["bucket"], found["prefix"] or ""


def _check(where: Target, bucket: str) -> None:
    allowed = where.outputs.get("BackfillBucketName", "none")
    if bucket in {allowed, where.outputs["InputBucketName"]}:
        return
    how = "recita up -p" if where.is_laptop else "sam deploy --parameter-overrides"
    message = f"the stack may not read {bucket}: its parameter BackfillBucket is {allowed}"
    raise CliError(message, f"{how} BackfillBucket={bucket}")


def _exit_code(report: dict[str, Any]) -> int:
    if report["status"] != "SUCCEEDED":
        return exits.FAILED
    return exits.INCOMPLETE if report["failed"] else exits.DONE


def _tell(report: dict[str, Any]) -> None:
    rows = [(name, f"{count:,}") for name, count in sorted(report["objects"].items())]
    typer.echo("\n".join(table(rows)) or "nothing was there")
    for failure in report["failed"][:FAILURES_SHOWN]:
        say(f"  {failure['key']!r}: {failure['error']}")
    if len(report["failed"]) > FAILURES_SHOWN:
        say(f"  and {len(report['failed']) - FAILURES_SHOWN:,} others; --json lists them")
    if report["status"] != "SUCCEEDED":
        say(f"recita: the backfill ended {report['status']}: {report['error']}")
    if report["failed"]:
        say("  next: mend what the errors name and run the same command again")
    elif {"copied", "admitted"} & set(report["objects"]):
        say("  next: recita status shows them on their way")


def _tell_estimate(found: Estimate, *, as_json: bool) -> None:
    if as_json:
        emit(found.as_data())
        return
    rows = [
        (
            kind,
            f"{count.objects:,} objects",
            f"{count.bytes / 1e6:,.1f} MB",
            f"{count.pages:,} pages",
        )
        for kind, count in sorted(found.kinds.items())
    ]
    typer.echo("\n".join(table(rows)) or "nothing is there")
    typer.echo(
        f"cost: USD {found.least:,.2f} to {found.most:,.2f} at list prices of {found.prices}"
    )
    hours, minutes = divmod(ceil(found.hours * 60), 60)
    typer.echo(f"time: about {hours} h {minutes} min, {found.in_flight} documents at a time")
    for line in found.assumptions:
        say(f"  {line}")
