"""What a step leaves behind: when it ran, what it paid, which engines answered, what it wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from recita.models.base import Model
from recita.models.summary import Verdict

StepStatus = Literal["SUCCEEDED", "FAILED", "SKIPPED"]


class Usage(Model):
    """Paid units of one operation; ``estimated`` when the service does not report them."""

    service: str
    operation: str
    resource: str | None = None
    """The model, where the price depends on it."""
    calls: int
    units: float
    unit: str
    estimated: bool = False


class EngineUsed(Model):
    """What answered for a service: ``aws``, or the name and version of a local engine."""

    service: str
    engine: str


class Artifact(Model):
    """One file of the result; ``key`` is relative to the document's prefix."""

    key: str
    media_type: str
    bytes: int
    sha256: str
    kind: str
    language: str | None = None


class Warned(Model):
    """Something a reader should know that cost nothing of the result."""

    code: str
    message: str


class StepError(Model):
    """The error that ended a step: the name the state machine matches, and a sentence."""

    name: str
    message: str


class StepRecord(Model):
    """The internal record of one step, under ``work/<document_id>/``."""

    name: str
    status: StepStatus
    started_at: datetime
    ended_at: datetime
    attempts: int = 1
    error: StepError | None = None
    usage: tuple[Usage, ...] = ()
    engines: tuple[EngineUsed, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    warnings: tuple[Warned, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


class Begun(Model):
    """When this run of a document began: records that ended before are an earlier run's."""

    at: datetime
