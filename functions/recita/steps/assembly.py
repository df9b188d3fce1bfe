"""The manifest, assembled from what the steps left behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recita.models.base import now
from recita.models.manifest import (
    AudioEntry,
    ImageEntry,
    Manifest,
    PageEntry,
    Source,
    Step,
    SummaryEntry,
    TranslationEntry,
)
from recita.models.page import Page
from recita.models.picture import Picture
from recita.models.reasons import Reason, reason
from recita.models.record import Artifact, EngineUsed, StepError, StepRecord, StepStatus, Usage
from recita.models.steps import Failure, PublishInput
from recita.models.summary import Summary
from recita.pricing import estimate
from recita.steps.evidence import Evidence
from recita.steps.ledger import balance, blocking, conclude, explain

ABSENCES = {
    "CostCapReachedError": "cost-cap-reached",
    "TranslationUnsupportedError": "translation-unsupported",
    "LanguageUnclearError": "language-unclear",
    "TerminologyMissingError": "terminology-missing",
    "VoiceMissingError": "voice-missing",
}
"""Errors of a language to the reason codes that tell them apart."""


def assemble(given: PublishInput, evidence: Evidence) -> Manifest:
    """Return the manifest of a document, however it ended."""
    document, records = given.document, evidence.records
    verdicts = evidence.verdicts
    shown = not blocking(verdicts)
    evidence = evidence if shown else replace(evidence, understanding=None)
    understood = evidence.understanding
    languages = document.languages if understood else ()
    translations = tuple(_translation(code, given, evidence) for code in languages)
    audio = tuple(_audio(code, given, evidence) for code in languages if document.speak != "none")
    ledger = balance(document, evidence, translations, audio)
    status, why = conclude(document, ledger, evidence, given.failures)
    usage = _usage(records)
    return Manifest(
        document_id=document.document_id,
        execution=given.execution,
        created_at=now(),
        status=status,
        reason=why,
        source=Source(**document.model_dump(include=set(Source.model_fields))),
        parent=document.parent,
        children=evidence.children,
        route=document.route,
        language=understood.language if understood else None,
        classification=understood.classification if understood else None,
        pages=_pages(evidence, shown=shown),
        images=_images(evidence) if shown else (),
        summary=_summary(understood.summary) if understood else None,
        facts=understood.facts if understood else (),
        guardrails=verdicts,
        translations=translations,
        audio=audio,
        ledger=ledger,
        artifacts=_artifacts(records) if shown else (),
        usage=usage,
        cost=estimate(usage),
        steps=_steps(given, records),
        engines=_engines(records),
        warnings=tuple(dict.fromkeys(w for record in records for w in record.warnings)),
    )


def _pages(evidence: Evidence, *, shown: bool) -> tuple[PageEntry, ...]:
    pages = evidence.reading.pages if evidence.reading else ()
    written = {one.key for one in _artifacts(evidence.records)} if shown else set()
    return tuple(_page(page, shown=page.artifact in written) for page in pages)


def _page(page: Page, *, shown: bool) -> PageEntry:
    return PageEntry(
        number=page.number,
        method=page.method,
        why=page.why,
        characters=len(page.text),
        confidence=page.confidence,
        tables=len(page.tables),
        key_values=len(page.key_values),
        artifact=page.artifact if shown else None,
        error=page.error,
    )


def _images(evidence: Evidence) -> tuple[ImageEntry, ...]:
    return tuple(_image(picture) for picture in evidence.pictures)


def _image(picture: Picture) -> ImageEntry:
    return ImageEntry(
        **picture.model_dump(include=set(ImageEntry.model_fields) - {"artifact"}),
        artifact=picture.artifact,
    )


def _summary(summary: Summary) -> SummaryEntry:
    return SummaryEntry(
        text=summary.text,
        language=summary.language,
        artifact=summary.artifact,
        model=summary.model,
        window_model=summary.window_model,
        prompt_version=summary.prompt_version,
        grounding=summary.grounding,
        sentences=summary.sentences,
    )


def _translation(code: str, given: PublishInput, evidence: Evidence) -> TranslationEntry:
    step = f"translate-summary:{code}"
    record = _record(evidence, step)
    artifact = f"summary/{code}.json"
    if _failed(step, given.failures):
        record = None  # it may be an earlier attempt's
    if record and any(found.key == artifact for found in record.artifacts):
        entry = TranslationEntry(language=code, status="SUCCEEDED", artifact=artifact)
        return _with_text(entry, evidence) if given.document.whole_text else entry
    if record and any(verdict.action == "BLOCKED" for verdict in record.verdicts):
        why = reason("guardrail-blocked", "the translation was blocked")
        return TranslationEntry(language=code, status="FAILED", reason=why)
    status, why = _absence(step, given.failures)
    return TranslationEntry(language=code, status=status, reason=why)


def _with_text(entry: TranslationEntry, evidence: Evidence) -> TranslationEntry:
    """Return the entry with the whole text, of which pages may be missing."""
    text = evidence.texts.get(entry.language)
    if text is None or not text.missing:
        return entry.model_copy(update={"text": text.artifact if text else None})
    gaps = ", ".join(f"{page.page} ({page.reason})" for page in text.missing[:10])
    why = reason("pages-not-translated", f"pages not translated: {gaps}")
    told = {"status": "FAILED", "reason": why, "text": text.artifact, "missing": text.missing}
    return entry.model_copy(update=told)


def _audio(code: str, given: PublishInput, evidence: Evidence) -> AudioEntry:
    step = f"speak-summary:{code}"
    record = _record(evidence, step)
    speech = evidence.speeches.get(code)  # may be an earlier run's: the record is this run's
    if speech and record and record.status == "SUCCEEDED" and not _failed(step, given.failures):
        return _audible(AudioEntry(**speech.model_dump(), status="SUCCEEDED"))
    status, why = _absence(step, given.failures)
    translation = _translation(code, given, evidence)
    if status == "SKIPPED" and translation.reason:  # nothing to speak: say why
        why = translation.reason
    return AudioEntry(language=code, status=status, reason=why)


def _audible(entry: AudioEntry) -> AudioEntry:
    """Return the entry; pages that were to be spoken and were not are a gap."""
    if entry.text is None or not entry.text.missing:
        return entry
    gaps = ", ".join(f"{page.page} ({page.reason})" for page in entry.text.missing[:10])
    why = reason("pages-not-spoken", f"pages not spoken: {gaps}")
    return entry.model_copy(update={"status": "FAILED", "reason": why})


def _absence(step: str, failures: Sequence[Failure]) -> tuple[StepStatus, Reason]:
    failure = _failed(step, failures)
    if failure:
        code = ABSENCES.get(failure.error, "languages-missing")
        return "FAILED", reason(code, explain(failure))
    return "SKIPPED", reason("nothing-to-summarise", "there was nothing to translate or speak")


def _failed(step: str, failures: Sequence[Failure]) -> Failure | None:
    return next((failure for failure in failures if failure.step == step), None)


def _record(evidence: Evidence, name: str) -> StepRecord | None:
    return next((record for record in evidence.records if record.name == name), None)


def _steps(given: PublishInput, records: Sequence[StepRecord]) -> tuple[Step, ...]:
    failed = {failure.step: failure for failure in given.failures}
    steps = [
        Step(**record.model_dump(include=set(Step.model_fields)))
        for record in sorted(records, key=lambda record: record.started_at)
    ]
    # A step that died (timeout, memory) left no record of its own: the state machine tells.
    names = {step.name for step in steps}
    lost = [failure for name, failure in failed.items() if name not in names]
    return (*steps, *(_lost(failure) for failure in lost))


def _lost(failure: Failure) -> Step:
    error = StepError(name=failure.error, message=explain(failure))
    return Step(name=failure.step, status="FAILED", error=error)


def _artifacts(records: Sequence[StepRecord]) -> tuple[Artifact, ...]:
    latest = {artifact.key: artifact for record in records for artifact in record.artifacts}
    return tuple(latest[key] for key in sorted(latest))


def _usage(records: Sequence[StepRecord]) -> tuple[Usage, ...]:
    total: dict[tuple[str | None, ...], Usage] = {}
    for item in (item for record in records for item in record.usage):
        key = (item.service, item.operation, item.unit, item.resource)
        known = total.get(key)
        total[key] = item.model_copy(
            update={
                "calls": item.calls + (known.calls if known else 0),
                "units": item.units + (known.units if known else 0),
                "estimated": item.estimated or bool(known and known.estimated),
            }
        )
    return tuple(total.values())


def _engines(records: Sequence[StepRecord]) -> tuple[EngineUsed, ...]:
    return tuple(dict.fromkeys(engine for record in records for engine in record.engines))
