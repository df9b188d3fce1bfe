"""``recita run``: files in, results out."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recita_cli import exits, options
from recita_cli.console import CliError, command, emit, say

if TYPE_CHECKING:
    from recita_cli import jobs

OUT = Path("out")


class Speak(StrEnum):
    """What is spoken."""

    SUMMARY = "summary"
    FULL = "full"
    NONE = "none"


class Translate(StrEnum):
    """What is translated."""

    SUMMARY = "summary"
    FULL = "full"


Files = Annotated[list[Path], typer.Argument(help="Documents and pictures.", metavar="FILE")]
Languages = Annotated[
    str | None,
    typer.Option(help="Languages to translate into, such as es,fr; or none.", metavar="es,fr|none"),
]
Spoken = Annotated[Speak | None, typer.Option(help="What to speak.")]
Translated = Annotated[
    Translate | None, typer.Option(help="Whether the whole text is translated, too.")
]
Key = Annotated[str | None, typer.Option(help="Object key; needs exactly one FILE.")]
Out = Annotated[Path, typer.Option(help="Folder for results, one subfolder per document.")]


@command
def run(  # noqa: PLR0913 - a command's options are its parameters
    files: Files,
    *,
    languages: Languages = None,
    translate: Translated = None,
    speak: Spoken = None,
    key: Key = None,
    out: Out = OUT,
    quiet: options.Quiet = False,
    port: options.Port = None,
    stack_name: options.StackName = None,
    as_json: options.Json = False,
) -> None:
    """Process FILEs and fetch their results.

    Starts the laptop stack when none runs and leaves it up for the next run; `recita down`
    stops it. Ctrl-C stops a stack that this very run started, and no other.

    Without --languages, --translate and --speak the stack's own parameters hold.

    With --json, prints one line per FILE: {"file", "directory", "manifest"}; a FILE without a
    manifest has nulls there, and "error".

    Exit code: 0 all COMPLETED, 3 all have a manifest but not all are COMPLETED, 1 some FILE has
    no manifest, 2 usage, 130 interrupted.

    \b
    recita run contract.pdf
    recita run *.pdf photo.jpg --languages es,fr --out results
    recita run scan.pdf --json | jq -r .manifest.summary.text
    """  # noqa: D301 - \b keeps the examples' lines apart
    _check_key(key, files)
    from recita_cli import jobs, target, uploads  # noqa: PLC0415 - pydantic costs 100 ms

    order = jobs.Order(uploads.metadata(languages, speak, translate), out, quiet)
    todo = [jobs.Job(file, key or jobs.printable(Path(file.name))) for file in files]
    with target.ensured(stack_name, port, quiet=quiet) as where:
        jobs.process(where, todo, order)
    (_print_json if as_json else _print_text)(todo)
    raise typer.Exit(exit_code([job.status for job in todo]))


def _check_key(key: str | None, files: Sequence[Path]) -> None:
    if key is not None and (len(files) != 1 or not key):
        raise CliError("--key names one object", "give one FILE and a KEY", exits.USAGE)


def exit_code(statuses: Sequence[str | None]) -> int:
    """The exit code for the documents' statuses; None is a file without a manifest."""
    if None in statuses:
        return exits.FAILED
    return exits.DONE if all(status == "COMPLETED" for status in statuses) else exits.INCOMPLETE


def _print_json(todo: Sequence[jobs.Job]) -> None:
    for job in todo:
        emit(job.as_data())
        _explain(job)


def _print_text(todo: Sequence[jobs.Job]) -> None:
    from recita_cli import readable  # noqa: PLC0415

    for job in todo:
        if job.directory and job.journey and job.journey.result:
            manifest = job.journey.result.manifest
            typer.echo("\n".join([*readable.result(job.label, manifest, job.directory), ""]))
        _explain(job)


def _explain(job: jobs.Job) -> None:
    if job.error:
        say(f"recita: {job.error}" + (f"\n  next: {job.error.fix}" if job.error.fix else ""))
