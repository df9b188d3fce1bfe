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
    from recita_cli.listing import Wanted
    from recita_cli.target import Target

PLACE = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?")
FAILURES_SHOWN = 10
EXAMPLE = "recita backfill s3://archive/2019/"

Source = Annotated[str | None, typer.Argument(help="Where they lie.", metavar="s3://BUCKET/PREFIX")]
From = Annotated[
    str | None,
    typer.Option(
        "--list", help="A list of them instead: CSV or lines of JSON.", metavar="FILE|s3://…"
    ),
]
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
    source: Source = None,
    *,
    listed: From = None,
    dry_run: DryRun = False,
    concurrency: Concurrency = 10,
    tolerate: Tolerate = 5,
    quiet: options.Quiet = False,
    stack_name: options.StackName = None,
    as_json: options.Json = False,
) -> None:
    """Bring every object under a prefix, or each that a list names, into the pipeline.

    Objects of the bucket that the parameter BackfillBucket names are copied to backfill/ in the
    input bucket; of the input bucket itself, those that were never admitted are. Running it again
    goes on where it stopped: what is there is left alone, what has changed is a new document.

    A list is CSV with a heading such as document,languages,speak or lines of JSON such as
    {"document": "s3://archive/a.pdf", "languages": "es"}; a line that is neither is told.

    It floods nothing: whatever comes in waits until one of MaxInFlight places is free. --dry-run
    tells what it may cost, and what that assumes. --json prints one line: counts and failed keys.

    Exit code: 0 done, 3 done but for what failed or could not be used, 1 not done.

    \b
    recita backfill s3://archive/2019/ --dry-run
    recita backfill --list invoices.csv --concurrency 50
    """  # noqa: D301 - \b keeps the examples' lines apart
    from recita_cli import backfilling, target  # noqa: PLC0415 - pydantic costs 100 ms

    where = target.existing(stack_name)
    wanted = _wanted(where, source, listed)
    if dry_run:
        _estimate(where, wanted, quiet=quiet, as_json=as_json)
        return
    order = backfilling.Order(wanted, concurrency, tolerate)
    report = backfilling.run(where, order, quiet=quiet)
    (emit if as_json else _tell)(report)
    raise typer.Exit(_exit_code(report))


def _wanted(where: Target, source: str | None, listed: str | None) -> Wanted:
    from recita_cli import listing  # noqa: PLC0415 - as above

    if source and not listed:
        bucket, prefix = _place(source)
        _check(where, bucket)
        return listing.Wanted(bucket, prefix)
    if listed and not source:
        return listing.read(where, listed, _allowed(where))
    raise CliError("name a place in S3, or a list", f"{EXAMPLE}  or  --list FILE", exits.USAGE)


def _place(source: str) -> tuple[str, str]:
    found = PLACE.fullmatch(source)
    if not found:
        raise CliError(f"{source!r} is no place in S3", EXAMPLE, exits.USAGE)
    return found["bucket"], found["prefix"] or ""


def _allowed(where: Target) -> set[str]:
    """Buckets that the stack may bring objects of."""
    named = {where.outputs.get("BackfillBucketName", "none"), where.outputs["InputBucketName"]}
    return named - {"none"}


def _check(where: Target, bucket: str) -> None:
    if bucket in _allowed(where):
        return
    allowed = where.outputs.get("BackfillBucketName", "none")
    how = "recita up -p" if where.is_laptop else "sam deploy --parameter-overrides"
    message = f"the stack may not read {bucket}: its parameter BackfillBucket is {allowed}"
    raise CliError(message, f"{how} BackfillBucket={bucket}")


def _exit_code(report: dict[str, Any]) -> int:
    if report["status"] != "SUCCEEDED":
        return exits.FAILED
    return exits.INCOMPLETE if report["failed"] or report["refused"] else exits.DONE


def _tell(report: dict[str, Any]) -> None:
    rows = [(name, f"{count:,}") for name, count in sorted(report["objects"].items())]
    typer.echo("\n".join(table(rows)) or "nothing was there")
    _tell_refused(report["refused"])
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


def _tell_refused(refused: list[dict[str, Any]]) -> None:
    for one in refused[:FAILURES_SHOWN]:
        say(f"  line {one['line']} is left out: {one['reason']}")
    if len(refused) > FAILURES_SHOWN:
        say(f"  and {len(refused) - FAILURES_SHOWN:,} other lines; --json lists them")


def _estimate(where: Target, wanted: Wanted, *, quiet: bool, as_json: bool) -> None:
    from recita_cli import estimating  # noqa: PLC0415 - pydantic costs 100 ms

    found = estimating.estimate(where, wanted, quiet=quiet)
    if as_json:
        emit(found.as_data() | {"refused": wanted.refused})
        return
    _tell_refused(wanted.refused)
    _tell_estimate(found)


def _tell_estimate(found: Estimate) -> None:
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
