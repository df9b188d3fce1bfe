"""``recita cost``: what files will cost, before anything is spent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recita_cli import exits, options
from recita_cli.console import CliError, command, emit, say, table
from recita_cli.run import Languages, Spoken, Translated
from recita_cli.up import Parameters, parsed

if TYPE_CHECKING:
    from recita_cli.costing import Costs
    from recita_cli.ordering import Order

Files = Annotated[list[Path], typer.Argument(help="Documents and pictures.", metavar="FILE")]


@command
def cost(  # noqa: PLR0913 - a command's options are its parameters
    files: Files,
    *,
    languages: Languages = None,
    translate: Translated = None,
    speak: Spoken = None,
    parameter: Parameters = None,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Say what FILEs will cost at list prices, before anything is spent.

    Needs no AWS account and no running stack: each FILE is read here as the pipeline reads it, and
    every step is rehearsed with stand-ins that count. What only the services can tell is assumed in
    three ways: least, likely and most.

    Without --languages, --translate, --speak and -p the defaults of template.yaml hold.

    With --json, prints one line per document: {"file", "status", "cost", "lines", …}; what is
    attached to a mail is a document of its own.

    Exit code: 0 all have an estimate, 3 some will be rejected, and cost nothing, 1 some FILE can't
    be read, 2 usage.

    \b
    recita cost contract.pdf
    recita cost *.pdf --languages es,fr --speak full
    recita cost scan.pdf -p OcrFeatures=none --json | jq .cost.most
    """  # noqa: D301 - \b keeps the examples' lines apart
    from recita_cli import ordering, uploads  # noqa: PLC0415 - pydantic costs 100 ms

    order = ordering.order(parsed(parameter or []))
    wishes = uploads.metadata(languages, speak, translate)
    found, failed = _all(files, wishes, order, quiet=quiet)
    _tell(found, order, as_json=as_json)
    if failed:
        raise typer.Exit(exits.FAILED)
    raise typer.Exit(exits.INCOMPLETE if any(one.reason for one in found) else exits.DONE)


def _all(
    files: list[Path], wishes: dict[str, str], order: Order, *, quiet: bool
) -> tuple[list[Costs], bool]:
    """Return what all files cost that can be read, and whether one can't."""
    found: list[Costs] = []
    failed = False
    for number, file in enumerate(files, start=1):
        if not quiet:
            say(f"reading {number} of {len(files)}: {_label(file)}")
        try:
            found += _looked_at(file, wishes, order)
        except (CliError, OSError) as error:
            failed = True
            say(f"recita: {error}")
    return found, failed


def _label(file: Path) -> str:
    from recita_cli.jobs import printable  # noqa: PLC0415 - as above

    return printable(file)


def _looked_at(file: Path, wishes: dict[str, str], order: Order) -> list[Costs]:
    from recita_cli import costing, uploads  # noqa: PLC0415 - as above

    uploads.check_readable(file)
    return list(costing.costs_of(costing.Asked(file, _label(file), wishes), order))


def _tell(found: list[Costs], order: Order, *, as_json: bool) -> None:
    from recita_cli.outcomes import ASSUMPTIONS  # noqa: PLC0415 - as above

    if as_json:
        for one in found:
            emit(_data(one, order, ASSUMPTIONS))
        return
    for one in found:
        typer.echo("\n".join(_told(one, order, whole=len(found) == 1)))
    if len(found) > 1:
        sums = [sum(one.total(name) for one in found) for name in ("least", "likely", "most")]
        typer.echo(f"{len(found)} documents: {_range(*sums)}")
    for line in ASSUMPTIONS if any(one.lines for one in found) else ():
        say(f"  {line}")


def _data(one: Costs, order: Order, assumptions: tuple[str, ...]) -> dict[str, Any]:
    from recita_cli.costing import cost_as_data  # noqa: PLC0415 - as above

    return {
        "file": one.name,
        "status": "REJECTED" if one.reason else "ESTIMATED",
        "reason": one.reason.model_dump() if one.reason else None,
        "media_type": one.document.media_type,
        "pages": one.document.pages,
        "pages_for_ocr": one.scanned,
        "pictures": one.pictures,
        "language": one.language or None,
        "cost": cost_as_data(one),
        "small_change": round(one.small_change("likely"), 6),
        "cap": {"amount": order.cap, "reached": one.reaches(order.cap)},
        "lines": [line.as_data() for line in one.lines],
        "unpriced": one.unpriced(order.models),
        "assumptions": list(assumptions),
    }


def _told(one: Costs, order: Order, *, whole: bool) -> list[str]:
    """The lines about one document; the calculation when it is the only one."""
    from recita_cli import readable  # noqa: PLC0415 - as above

    name = readable.clean(one.name)
    if one.reason:
        why = readable.row("reason", f"{one.reason.code}: {one.reason.message}")
        told = [f"{name}: REJECTED, it costs nothing", *why]
        return told + readable.row("next", one.reason.hint)
    told = [f"{name}: {_range(one.total('least'), one.total('likely'), one.total('most'))}"]
    told += readable.row("holds", _holds(one))
    told += _calculation(one) if whole else []
    told += readable.row("cap", _cap(one, order.cap))
    unknown = ", ".join(one.unpriced(order.models))
    return told + readable.row("unknown", f"the price of {unknown}" if unknown else "")


def _range(least: float, likely: float, most: float) -> str:
    return f"about USD {likely:.4f}, {least:.4f} at least, {most:.4f} at most"


def _holds(one: Costs) -> str:
    parts = [one.document.media_type, f"pages: {one.document.pages:,}"]
    parts += [f"for OCR: {one.scanned:,}"] if one.scanned else []
    parts += [f"pictures: {one.pictures:,}"] if one.pictures else []
    return "; ".join([*parts, *([f"language: {one.language}"] if one.language else [])])


def _calculation(one: Costs) -> list[str]:
    head = (
        "stage",
        "service and unit",
        "units, likely",
        "USD for 1,000",
        "least",
        "likely",
        "most",
    )
    rows = [
        (
            line.stage,
            f"{line.used.service} {line.used.operation} {line.used.unit}",
            f"{line.units['likely']:,.0f}",
            f"{1000 * line.price:.5f}",
            *(f"{line.cost(name):.5f}" for name in ("least", "likely", "most")),
        )
        for line in one.lines
    ]
    told = [f"  {line}" for line in table([head, *rows])]
    small = f"USD {one.small_change('likely'):.4f} of small change is not in the manifest's cost"
    return [*told, *_row("beside", small)]


def _row(name: str, text: str) -> list[str]:
    from recita_cli import readable  # noqa: PLC0415 - as above

    return readable.row(name, text)


def _cap(one: Costs, cap: float) -> str:
    held = {
        "never": "is not reached",
        "perhaps": "may be reached; what would go over it is not paid, and the document is PARTIAL",
        "surely": "will be reached: what would go over it is not paid, and the document is PARTIAL",
    }
    return f"MaxCostPerDocument, USD {cap:g}, {held[one.reaches(cap)]}" if cap else ""
