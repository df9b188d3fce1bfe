"""``recita reindex``: the table, made again from what is in the results bucket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recita_cli import exits, options
from recita_cli.console import command, emit, paint, say

if TYPE_CHECKING:
    from recita_cli.reindexing import Change

PROGRESS = 1000
"""Documents between two words about progress."""

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, change nothing.")]


@dataclass
class Tally:
    """How many documents met which fate."""

    added: int = 0
    changed: int = 0
    same: int = 0
    waiting: int = 0
    erased: int = 0
    unreadable: int = 0

    @property
    def total(self) -> int:
        """All documents so far."""
        return sum(asdict(self).values())


@command
def reindex(
    *,
    dry_run: DryRun = False,
    quiet: options.Quiet = False,
    stack_name: options.StackName = None,
    as_json: options.Json = False,
) -> None:
    """Rebuild the table of documents from their manifests.

    A row that is missing is added, one that says something else than its manifest is replaced,
    and an erased document's is made from its receipt. Rows of documents on their way are left
    alone, and so are rows without a manifest. Memory does not grow with the number of documents.

    With --json, prints one line per change, {"document_id", "change", "status", "fields"}, and
    then one with the counts.

    Exit code: 0 done, 1 some manifest can't be read.

    \b
    recita reindex --dry-run
    recita reindex --json | tail -1
    """  # noqa: D301 - \b keeps the examples' lines apart
    from recita_cli import reindexing, target  # noqa: PLC0415 - pydantic costs 100 ms

    where = target.existing(stack_name)
    tally = Tally()
    for change in _watched(reindexing.changes(where, dry_run=dry_run), tally, quiet=quiet):
        _tell(change, as_json=as_json)
    if as_json:
        emit({"dry_run": dry_run, "documents": tally.total, **asdict(tally)})
    _sum_up(tally, dry_run=dry_run)
    raise typer.Exit(exits.FAILED if tally.unreadable else exits.DONE)


def _watched(changes: Iterator[Change], tally: Tally, *, quiet: bool) -> Iterator[Change]:
    """Count all, and let through what somebody should read."""
    for change in changes:
        setattr(tally, change.kind, getattr(tally, change.kind) + 1)
        if not quiet and tally.total % PROGRESS == 0:
            say(f"{tally.total:,} documents looked at")
        if change.kind in {"added", "changed", "unreadable"}:
            yield change


def _tell(change: Change, *, as_json: bool) -> None:
    if as_json:
        emit(_as_data(change))
        return
    fields = ", ".join(change.fields) if change.kind == "changed" else ""
    typer.echo(
        f"{change.document_id}  {change.kind:<10}  {paint(change.status)}  {fields}".rstrip()
    )


def _as_data(change: Change) -> dict[str, Any]:
    return {
        "document_id": change.document_id,
        "change": change.kind,
        "status": change.status,
        "fields": list(change.fields),
    }


def _sum_up(tally: Tally, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    say(
        f"{tally.total:,} documents: {tally.added:,} {would}added, {tally.changed:,} {would}"
        f"changed, {tally.same:,} as they were, {tally.waiting:,} on their way, "
        f"{tally.erased:,} erased"
    )
    if tally.unreadable:
        say(
            f"{tally.unreadable:,} manifests can't be read"
            "\n  next: use the recita that belongs to this stack"
        )
