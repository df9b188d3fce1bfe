"""``recita erase``: a document and all that was made of it, gone; a receipt stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from recita_cli import options
from recita_cli.console import CliError, command, emit, say

if TYPE_CHECKING:
    from recita.models.receipt import Receipt

    from recita_cli.erasing import Found
    from recita_cli.target import Target

Ids = Annotated[
    list[str], typer.Argument(help="Documents' ids, or their beginnings.", metavar="ID")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
WithChildren = Annotated[
    bool | None,
    typer.Option(
        "--with-children/--without-children",
        help="Whether documents that came attached to a mail go with it; asks when left out.",
    ),
]


@command
def erase(
    documents: Ids,
    *,
    with_children: WithChildren = None,
    yes: Yes = False,
    stack_name: options.StackName = None,
    as_json: options.Json = False,
) -> None:
    """Erase documents: uploads, results, records and audio, in all versions, at any stage.

    A running execution is stopped. What stays is the row with the status ERASED, so that nothing
    brings the document back, and receipts/ID.json in the results bucket: when, how many objects
    and versions, the SHA-256 of the upload, and no name and no text. Other versions of the same
    key are other documents and stay. Interrupted, it goes on when it is run again.

    With --json, prints one receipt per line.

    \b
    recita erase 7f3a
    recita erase 7f3a --with-children --yes --json
    """  # noqa: D301 - \b keeps the examples' lines apart
    from recita_cli import erasing, inventory, target  # noqa: PLC0415 - pydantic costs 100 ms

    where = target.existing(stack_name)
    for start in documents:
        whole = inventory.ID.fullmatch(start) is not None
        found = erasing.find(where, start if whole else inventory.find(where, start))
        together = _asked(found, with_children, yes=yes)
        for receipt in _erased(where, found, together=together):
            _tell(receipt, as_json=as_json)
        if found.children and not together:
            say(f"{len(found.children)} attached documents stay\n  next: --with-children")


def _asked(found: Found, with_children: bool | None, *, yes: bool) -> bool:  # noqa: FBT001
    """Whether children go too; raises CliError when the person would rather keep it all."""
    from recita_cli.readable import clean  # noqa: PLC0415

    name = found.document_id
    if found.upload:
        name += f" ({clean(found.upload.key)})"
    if not (yes or found.done) and not typer.confirm(f"Erase {name}?", err=True):
        raise CliError("nothing was erased", "recita erase --yes does not ask")
    if with_children is None and found.children and not yes:
        question = f"And the {len(found.children)} documents attached to it?"
        return typer.confirm(question, err=True)
    return bool(with_children)


def _erased(where: Target, found: Found, *, together: bool) -> list[Receipt]:
    """Receipts of a document and, deepest first, of those attached to it."""
    from recita_cli import erasing  # noqa: PLC0415

    receipts: list[Receipt] = []
    for child in found.children if together else ():
        receipts += _erased(where, erasing.find(where, child), together=True)
    return [*receipts, erasing.erase(where, found)]


def _tell(receipt: Receipt, *, as_json: bool) -> None:
    if as_json:
        emit(receipt.model_dump(mode="json"))
        return
    counts = ", ".join(f"{one.versions} versions in {one.place}" for one in receipt.deleted)
    typer.echo(f"{receipt.document_id}  ERASED  {counts}")
    if receipt.stopped:
        say(
            f"{', '.join(receipt.stopped)} was stopped; what a function of it still writes in the "
            "next minutes, the sweeper deletes"
        )
