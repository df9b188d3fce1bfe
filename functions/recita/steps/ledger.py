"""The ledger: what went in against what came out, and the status that follows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from recita.models.document import Document
from recita.models.manifest import (
    AudioEntry,
    CharacterLedger,
    ImageLedger,
    LanguageEntry,
    LanguageLedger,
    Ledger,
    MissingImage,
    MissingLanguage,
    PageLedger,
    Status,
)
from recita.models.picture import Inventory
from recita.models.reasons import REJECTIONS, Reason, reason
from recita.models.steps import Failure
from recita.models.summary import MissingPage, Verdict, WindowLedger
from recita.steps.evidence import Evidence
from recita.steps.find_pictures import BATCH

BLOCKING = ("input", "summary", "facts", "image")
PICTURE_STEPS = ("find-pictures", "see-images", "describe-images")
"""Whose failure costs pictures, not the document."""
MESSAGE = re.compile(r'"errorMessage":\s*("(?:[^"\\]|\\.)*")')


def balance(
    document: Document,
    evidence: Evidence,
    translations: Sequence[LanguageEntry],
    audio: Sequence[AudioEntry],
) -> Ledger:
    """Return the ledger; every gap has its reason."""
    pages = evidence.reading.pages if evidence.reading else ()
    # Counted from what came in: a page of which nothing is known is missing, too.
    gaps = dict.fromkeys(range(1, document.pages + 1), "not-read") | {
        page.number: page.error for page in pages
    }
    missing = [MissingPage(page=n, reason=why) for n, why in gaps.items() if why]
    understood = evidence.understanding
    return Ledger(
        pages=PageLedger(
            total=document.pages, read=document.pages - len(missing), missing=tuple(missing)
        ),
        characters=CharacterLedger(
            extracted=sum(len(page.text) for page in pages if page.text.strip()),
            summarised=understood.characters_summarised if understood else 0,
        ),
        windows=understood.windows if understood else WindowLedger(),
        languages=LanguageLedger(
            requested=document.languages,
            translated=_done(translations),
            spoken=_done(audio),
            missing=tuple(_missing_languages(document, translations, audio)),
            characters_spoken=sum(map(_characters, audio)),
            seconds_spoken=round(sum(map(_seconds, audio)), 3),
        ),
        images=_images(evidence),
    )


def _images(evidence: Evidence) -> ImageLedger:
    inventory = evidence.inventory or Inventory()
    published = {picture.id: picture for picture in evidence.pictures}
    errors = {
        spotted.id: published[spotted.id].error
        if spotted.id in published
        else _unpublished(index, evidence)
        for index, spotted in enumerate(inventory.pictures)
    }
    unseen = [error for error in errors.values() if error in ("not-seen", "image-refused")]
    return ImageLedger(
        found=len(errors),
        seen=len(errors) - len(unseen),
        described=sum(picture.description is not None for picture in evidence.pictures),
        withheld=sum(picture.image is None for picture in evidence.pictures),
        repeats=sum(spotted.repeats for spotted in inventory.pictures),
        skipped=inventory.skipped,
        missing=tuple(MissingImage(image=n, reason=why) for n, why in errors.items() if why),
        error=inventory.error,
    )


def _unpublished(index: int, evidence: Evidence) -> str:
    """Return why a picture is not among those published."""
    step = f"see-images:{index // BATCH + 1}"
    seen = any(r.name == step and r.status == "SUCCEEDED" for r in evidence.records)
    return "not-published" if seen else "not-seen"


def conclude(
    document: Document,
    ledger: Ledger,
    evidence: Evidence,
    failures: Sequence[Failure],
) -> tuple[Status, Reason | None]:
    """Return the status: COMPLETED only when the ledger adds up and no step failed."""
    if document.reason:
        return "REJECTED", document.reason
    understood, blocked = evidence.understanding is not None, blocking(evidence.verdicts)
    if blocked:
        policies = ", ".join(blocked.policies)
        if blocked.stage == "image":
            return "BLOCKED", reason("picture-blocked", f"{blocked.target}: {policies}")
        return "BLOCKED", reason("guardrail-blocked", f"{blocked.stage} blocked by {policies}")
    fatal = [f for f in failures if ":" not in f.step and f.step not in PICTURE_STEPS]
    if fatal:
        return "FAILED", reason("step-failed", f"{fatal[0].step}: {explain(fatal[0])}")
    if ledger.pages.total and not ledger.pages.read and not understood:
        return _unreadable(ledger)
    return _partial(ledger, evidence, failures)


def blocking(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return the verdict that blocks the document, if any; a translation's blocks its language."""
    blocked = (v for v in verdicts if v.action == "BLOCKED" and v.stage in BLOCKING)
    return next(blocked, None)


def explain(failure: Failure) -> str:
    """Return an error as a sentence; a function's cause is JSON, cut off, that holds one."""
    found = MESSAGE.search(failure.cause)
    try:
        message = str(json.loads(found[1], strict=False)) if found else failure.cause
    except ValueError:
        message = failure.cause
    return f"{failure.error}: {message[:500]}" if message else failure.error


def _unreadable(ledger: Ledger) -> tuple[Status, Reason | None]:
    codes = {page.reason for page in ledger.pages.missing}
    code = codes.pop() if len(codes) == 1 else ""
    if code in REJECTIONS:
        return "REJECTED", reason(code, "no page of the document can be read")
    if code == "cost-cap-reached":
        return "PARTIAL", reason(code, "OCR would cost more than the document may")
    return "FAILED", reason("pages-missing", "no page of the document could be read")


def _partial(
    ledger: Ledger, evidence: Evidence, failures: Sequence[Failure]
) -> tuple[Status, Reason | None]:
    understood = evidence.understanding is not None
    if ledger.pages.missing:
        gaps = ", ".join(f"{page.page} ({page.reason})" for page in ledger.pages.missing[:10])
        return "PARTIAL", reason("pages-missing", f"pages not read: {gaps}")
    if evidence.gap:
        return "PARTIAL", evidence.gap
    if not understood and not failures:
        return "PARTIAL", reason("nothing-to-summarise", "the document holds no text")
    characters = ledger.characters
    if understood and characters.summarised < characters.extracted:
        counted = f"{characters.summarised} of {characters.extracted} characters"
        return "PARTIAL", reason("text-not-summarised", f"{counted} were summarised")
    if understood and ledger.languages.missing:
        first = ledger.languages.missing[0]
        gaps = ", ".join(gap.language for gap in ledger.languages.missing)
        return "PARTIAL", reason("languages-missing", f"{gaps}: {first.reason}")
    return _pictures(ledger.images, failures)


def _pictures(images: ImageLedger, failures: Sequence[Failure]) -> tuple[Status, Reason | None]:
    why = explain(failures[0]) if failures else ""
    if images.error:
        return "PARTIAL", reason("images-not-seen", f"not all was searched: {images.error}")
    if images.found > images.seen:
        gaps = ", ".join(f"{gap.image} ({gap.reason})" for gap in images.missing[:10])
        return "PARTIAL", reason("images-not-seen", why or f"pictures not seen: {gaps}")
    if images.missing:
        gaps = ", ".join(gap.image for gap in images.missing[:10])
        return "PARTIAL", reason("images-not-described", why or f"not described: {gaps}")
    if failures:
        return "PARTIAL", reason("images-not-seen", why)
    return "COMPLETED", None


def _characters(entry: AudioEntry) -> int:
    return (entry.characters or 0) + (entry.text.characters if entry.text else 0)


def _seconds(entry: AudioEntry) -> float:
    return (entry.duration_seconds or 0) + (entry.text.duration_seconds if entry.text else 0)


def _done(entries: Iterable[LanguageEntry]) -> tuple[str, ...]:
    return tuple(entry.language for entry in entries if entry.status == "SUCCEEDED")


def _missing_languages(
    document: Document, translations: Sequence[LanguageEntry], audio: Sequence[AudioEntry]
) -> Iterable[MissingLanguage]:
    """Yield every language asked for that lacks its translation or its speech."""
    wanted = [translations, audio] if document.speak != "none" else [translations]
    for code in document.languages:
        gaps = (_gap(code, entries) for entries in wanted)
        why = next((gap for gap in gaps if gap), None)
        if why:
            yield MissingLanguage(language=code, reason=why)


def _gap(code: str, entries: Sequence[LanguageEntry]) -> str | None:
    entry = next((entry for entry in entries if entry.language == code), None)
    if entry is None:
        return "the document was not understood"
    if entry.status == "SUCCEEDED":
        return None
    return entry.reason.message if entry.reason else "not produced"
