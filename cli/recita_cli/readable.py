"""A manifest in words for people; scripts read the manifest itself."""

from __future__ import annotations

import shlex
import shutil
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from recita_client import Manifest
from recita_client.entries import AudioEntry, Label, SummaryEntry, Translation, Verdict
from recita_client.manifest import ImageLedger

from recita_cli.console import paint

WIDTH = 96
LABELS_SHOWN = 8
PICTURES_SHOWN = 3
FACTS_SHOWN = 8
PLAYERS = {
    "mpv": "mpv",
    "ffplay": "ffplay -nodisp -autoexit",
    "afplay": "afplay",
    "mpg123": "mpg123",
    "cvlc": "cvlc --play-and-exit",
    "open": "open",
}
"""Programs that play MP3, best first, and how to call them."""


def result(label: str, manifest: Manifest, directory: Path | None) -> list[str]:
    """The outcome of one document; ``directory`` is where its files lie, None if not fetched."""
    lines = [f"{clean(label)}: {paint(manifest.status)}{_kind(manifest)}"]
    if manifest.reason:
        lines += row("reason", f"{manifest.reason.code}: {manifest.reason.message}")
        lines += row("next", manifest.reason.hint)
    lines += row("pages", _pages(manifest))
    lines += row("attached", _attached(manifest))
    lines += _images(manifest)
    if manifest.summary:
        lines += row("summary", f"[{manifest.summary.language}] {manifest.summary.text}")
        lines += row("rests on", _rests_on(manifest.summary))
    facts = manifest.facts[:FACTS_SHOWN]
    lines += row("facts", "; ".join(f"{fact.name}: {fact.value}" for fact in facts))
    lines += row("guardrail", guardrail(manifest.guardrails))
    lines += _languages(manifest)
    lines += row("took", _took(manifest))
    if directory is None:
        return lines + row("document", manifest.document_id)
    return lines + _places(manifest, directory)


def _attached(manifest: Manifest) -> str:
    """The documents that came with a mail; they are on their way by themselves."""
    return "; ".join(f"{child.name} (document {child.document_id})" for child in manifest.children)


def row(name: str, text: str) -> list[str]:
    """A named value, wrapped; no line at all when there is no value."""
    head = f"  {name:<10} "
    return textwrap.wrap(
        clean(text),
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def clean(text: str) -> str:
    """The text without control characters: a document must not steer the reader's terminal."""
    return "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)


def guardrail(verdicts: Iterable[Verdict]) -> str:
    """Where the guardrail intervened, and by which policies."""
    every = list(verdicts)
    acted = dict.fromkeys(
        f"{verdict.stage} {verdict.action} {', '.join(verdict.policies)}".strip()
        for verdict in every
        if verdict.action != "NONE"
    )
    if acted:
        return "; ".join(acted)
    return f"{len(every)} checks, no intervention" if every else ""


def _rests_on(summary: SummaryEntry) -> str:
    """The pages of the summary's sentences and the lowest of their scores."""
    pages = sorted({page for sentence in summary.sentences for page in sentence.pages})
    if not pages or summary.grounding is None:
        return ""
    named = f"page{'s' if len(pages) > 1 else ''} {', '.join(map(str, pages))}"
    held = f"{summary.grounding.score:.2f}, {summary.grounding.threshold:.2f} is asked for"
    return f"{named}; lowest grounding score {held}"


def player() -> str:
    """The command that plays an MP3 here, empty when none is installed."""
    return next((call for name, call in PLAYERS.items() if shutil.which(name)), "")


def _kind(manifest: Manifest) -> str:
    kind = manifest.classification.type if manifest.classification else ""
    language = manifest.language.code if manifest.language else ""
    known = [part for part in (kind, language, manifest.source.media_type) if part]
    return f" ({', '.join(known)})"


def _pages(manifest: Manifest) -> str:
    methods = Counter(page.method for page in manifest.pages)
    if not methods:
        return ""
    ways = ", ".join(f"{count} by {method}" for method, count in sorted(methods.items()))
    pages, characters = manifest.ledger.pages, manifest.ledger.characters
    missing = "".join(f"; page {gap.page} is missing: {gap.reason}" for gap in pages.missing)
    return (
        f"{pages.read} of {pages.total} read ({ways}), {characters.extracted:,} characters{missing}"
    )


def _images(manifest: Manifest) -> list[str]:
    """The uploaded picture as it was seen, or how many a document holds and some of them."""
    if manifest.route == "image":
        lines: list[str] = []
        for image in manifest.images:
            lines += row("sees", _labels(image.labels))
            lines += row("text in it", image.text)
        return lines
    lines = row("pictures", _image_counts(manifest.ledger.images))
    for image in manifest.images[:PICTURES_SHOWN]:
        where = f"page {image.page}: " if image.page else ""
        lines += row(f"  {image.id}", where + (image.description or _labels(image.labels)))
    return lines


def _image_counts(images: ImageLedger) -> str:
    if not images.found:
        return ""
    withheld = f", {images.withheld} withheld" if images.withheld else ""
    repeats = f", {images.repeats} repeats" if images.repeats else ""
    return f"{images.seen} of {images.found} seen, {images.described} described{withheld}{repeats}"


def _labels(labels: Iterable[Label]) -> str:
    named = [f"{label.name} {label.confidence:.0f} %" for label in labels]
    return ", ".join(named[:LABELS_SHOWN]) or "nothing it knows"


def _languages(manifest: Manifest) -> list[str]:
    if manifest.summary is None:
        return []  # the reason above has said it all
    texts = {entry.language: entry for entry in manifest.translations}
    speech = {entry.language: entry for entry in manifest.audio}
    lines: list[str] = []
    for code in dict.fromkeys([*texts, *speech]):
        parts = [_entry(texts.get(code), "translated"), _entry(speech.get(code), "spoken")]
        lines += row(code, "; ".join(filter(None, parts)))
    return lines


def _entry(entry: Translation | AudioEntry | None, done: str) -> str:
    if entry is None:
        return ""
    if entry.status != "SUCCEEDED":
        return f"not {done}: {entry.reason.message if entry.reason else entry.status.lower()}"
    if not isinstance(entry, AudioEntry):
        whole = f", the whole text ({entry.text})" if entry.text else ""
        return f"{done} ({entry.artifact}){whole}"
    seconds = f", {entry.duration_seconds:.0f} s" if entry.duration_seconds else ""
    captions = f" with captions {entry.captions}" if entry.captions else ""
    follow = f", to follow in {entry.read_along}" if entry.read_along else ""
    text = entry.text.artifact if entry.text else None
    whole = f", the whole text ({text})" if text else ""
    return f"{done} by {entry.voice}{seconds} ({entry.artifact}{captions}{follow}){whole}"


def _took(manifest: Manifest) -> str:
    starts = [step.started_at for step in manifest.steps if step.started_at]
    ends = [step.ended_at for step in manifest.steps if step.ended_at]
    if not starts or not ends:
        return ""
    seconds = (max(ends) - min(starts)).total_seconds()
    cost = f"; on AWS about {manifest.cost.currency} {manifest.cost.estimated:.4f}"
    return f"{seconds:.1f} s from first to last step{cost}"


def _places(manifest: Manifest, directory: Path) -> list[str]:
    lines = [f"  {'results':<10} {directory}/"]  # never wrapped: people copy it
    if manifest.images:
        lines.append(f"  {'pictures':<10} {shlex.quote(str(directory / 'images/index.html'))}")
    spoken = next((entry.artifact for entry in manifest.audio if entry.artifact), None)
    if spoken:
        file = shlex.quote(str(directory / spoken))
        how = f"{player()} {file}" if player() else f"open {file} in any player or browser"
        lines.append(f"  {'hear it':<10} {how}")
    followed = next((entry.read_along for entry in manifest.audio if entry.read_along), None)
    if followed:
        lines.append(f"  {'follow it':<10} {shlex.quote(str(directory / followed))}")
    return lines
