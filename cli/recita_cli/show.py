"""``recita show``: everything known about one document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from recita_cli import options
from recita_cli.console import command, emit, table

if TYPE_CHECKING:
    from recita.models.record import StepRecord
    from recita_client import Manifest
    from recita_client.entries import ImageEntry
    from recita_client.manifest import ImageLedger, LanguageLedger, Step

WITHOUT_MANIFEST = {
    "QUEUED": "waits until a place in flight is free",
    "ERASED": "erased; receipts/ in the results bucket tells when",
}
"""What to say of a document that has no manifest, by the status of its row."""

Id = Annotated[
    str | None,
    typer.Argument(help="The document's id, or its beginning; the newest when left out."),
]


@command
def show(
    document: Id = None,
    *,
    play: Annotated[bool, typer.Option("--play", help="Play the spoken summary.")] = False,
    language: Annotated[
        str | None, typer.Option("--language", help="What to play; else the first that is spoken.")
    ] = None,
    stack_name: options.StackName = None,
    as_json: options.Json = False,
) -> None:
    """Show a document: its outcome, steps, ledger and files.

    --json prints the manifest itself. --play plays the summary instead, where mpv, ffplay or
    another player is installed.

    A document on its way shows the steps that have ended; --json then prints
    {"document_id", "status", "steps"}.

    \b
    recita show
    recita show 7f3a --json | jq .ledger
    recita show 7f3a --play --language es
    """  # noqa: D301 - \b keeps the examples' lines apart
    from recita_cli import inventory, playing, target  # noqa: PLC0415 - pydantic costs 100 ms

    where = target.existing(stack_name)
    found = inventory.find(where, document)
    result = inventory.result(where, found)
    if result is None:
        row = inventory.row(where, found) or {}
        status = str(row.get("status", "PROCESSING"))
        _without_manifest(found, status, inventory.steps(where, found), as_json=as_json)
    elif play:
        playing.play(result, language)
    elif as_json:
        emit(json.loads(result.body))
    else:
        typer.echo("\n".join(report(result.manifest)))


def report(manifest: Manifest) -> list[str]:
    """The whole manifest, section by section."""
    from recita_cli import readable  # noqa: PLC0415

    lines = readable.result(manifest.source.key, manifest, None)
    for title, rows in _sections(manifest):
        if rows:
            lines += ["", title, *(f"  {readable.clean(line)}" for line in table(rows))]
    return lines


def _sections(manifest: Manifest) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    yield "Steps", [_step(step) for step in manifest.steps]
    yield (
        "Pages",
        [
            (str(page.number), page.method, f"{page.characters} characters", page.error or page.why)
            for page in manifest.pages
        ],
    )
    yield "Pictures", [_picture(image) for image in manifest.images]
    yield "Facts", [(fact.name, fact.value, f"page {fact.page}") for fact in manifest.facts]
    yield "Sentences", _sentences(manifest)
    yield "Guardrail", _verdicts(manifest)
    yield "Ledger", _ledger(manifest)
    yield "Engines", [(used.service, used.engine) for used in manifest.engines]
    yield (
        "Usage",
        [
            (
                f"{used.service} {used.operation}",
                f"{used.calls} calls",
                f"{used.units:g} {used.unit}" + (" (estimated)" if used.estimated else ""),
            )
            for used in manifest.usage
        ],
    )
    yield "Warnings", [(warning.code, warning.message) for warning in manifest.warnings]
    yield (
        "Files",
        [
            (artifact.key, f"{artifact.bytes:,} bytes", artifact.media_type)
            for artifact in manifest.artifacts
        ],
    )


def _picture(image: ImageEntry) -> tuple[str, ...]:
    labels = ", ".join(f"{label.name} {label.confidence:.0f} %" for label in image.labels[:5])
    where = f"page {image.page}" if image.page else ""
    told = image.error or ("withheld" if image.image is None else image.description or "")
    return (image.id, where, labels, told)


def _step(step: Step | StepRecord) -> tuple[str, ...]:
    seconds = ""
    if step.started_at and step.ended_at:
        seconds = f"{(step.ended_at - step.started_at).total_seconds():.2f} s"
    tries = f"{step.attempts} attempts" if step.attempts > 1 else ""
    error = f"{step.error.name}: {step.error.message}" if step.error else ""
    return (step.name, step.status, seconds, tries, error)


def _verdicts(manifest: Manifest) -> list[tuple[str, ...]]:
    return [
        (verdict.stage, verdict.target, verdict.action, ", ".join(verdict.policies))
        for verdict in manifest.guardrails
    ]


def _sentences(manifest: Manifest) -> list[tuple[str, ...]]:
    """Each sentence of the summary with what it rests on."""
    if manifest.summary is None:
        return []
    return [
        (
            str(number),
            f"pages {', '.join(map(str, sentence.pages)) or 'not named'}",
            f"grounding {sentence.grounding.score:.2f} of {sentence.grounding.threshold:.2f}"
            if sentence.grounding
            else "not scored",
        )
        for number, sentence in enumerate(manifest.summary.sentences, start=1)
    ]


def _ledger(manifest: Manifest) -> list[tuple[str, ...]]:
    pages, characters = manifest.ledger.pages, manifest.ledger.characters
    languages = manifest.ledger.languages
    missing = ", ".join(f"{gap.language} ({gap.reason})" for gap in languages.missing)
    return [
        ("pages", f"{pages.read} of {pages.total} read"),
        ("characters", f"{characters.summarised:,} of {characters.extracted:,} summarised"),
        *([("windows", _windows(manifest))] if manifest.ledger.windows.total > 1 else []),
        ("asked for", ", ".join(languages.requested) or "no language"),
        ("translated", ", ".join(languages.translated) or "none"),
        ("spoken", _spoken(languages)),
        *([("missing", missing)] if missing else []),
        *([("pictures", _pictures(manifest.ledger.images))] if manifest.images else []),
    ]


def _windows(manifest: Manifest) -> str:
    windows = manifest.ledger.windows
    missing = "".join(f"; pages {gap.pages}: {gap.reason}" for gap in windows.missing)
    return f"{windows.summarised} of {windows.total} summarised{missing}"


def _spoken(languages: LanguageLedger) -> str:
    if not languages.spoken:
        return "none"
    amount = f"{languages.characters_spoken:,} characters in {languages.seconds_spoken:.0f} s"
    return f"{', '.join(languages.spoken)}; {amount}"


def _pictures(images: ImageLedger) -> str:
    left_out = ", ".join(f"{one.count} {one.reason}" for one in images.skipped)
    counted = f"{images.seen} of {images.found} seen, {images.described} described"
    return f"{counted}; left out: {left_out}" if left_out else counted


def _without_manifest(
    document: str, status: str, steps: list[StepRecord], *, as_json: bool
) -> None:
    if as_json:
        ended = [step.model_dump(mode="json") for step in steps]
        emit({"document_id": document, "status": status, "steps": ended})
        return
    typer.echo(f"{document}: {WITHOUT_MANIFEST.get(status, 'on its way, no manifest yet')}")
    typer.echo("\n".join(f"  {line}" for line in table([_step(step) for step in steps])))
