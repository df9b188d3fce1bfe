"""A document on its way through the pipeline."""

from __future__ import annotations

import hashlib
from typing import Literal

from recita.models.base import Model
from recita.models.page import Feature
from recita.models.reasons import Reason

Route = Literal["document", "image", "text"]
SpeakMode = Literal["summary", "full", "none"]
TranslateMode = Literal["summary", "full"]
OcrFeatures = Literal["auto"] | tuple[Feature, ...]
"""What OCR looks for beside text: these, or on each page what it seems worth."""


def document_id(bucket: str, key: str, version_id: str) -> str:
    """Return the opaque ASCII name of one upload: 32 hex digits, the same for every redelivery.

    Object keys come from people and break the name fields of most services; this one fits all.
    """
    return hashlib.sha256(f"{bucket}\n{key}\n{version_id}".encode()).hexdigest()[:32]


def execution_name(document: str, run: int) -> str:
    """Return the name of a run's execution: ``<id>``, then ``<id>.2``, ``<id>.3`` for re-runs."""
    return document if run == 1 else f"{document}.{run}"


def run_number(execution: str) -> int:
    """Return which run of its document an execution is."""
    _, _, number = execution.partition(".")
    return int(number) if number.isdigit() else 1


class Upload(Model):
    """One version of one object in the input bucket: the input of an execution."""

    document_id: str
    bucket: str
    key: str
    version_id: str


class Document(Upload):
    """What inspection found, and what was asked for; every later step receives it."""

    media_type: str = "application/octet-stream"
    bytes: int = 0
    sha256: str = ""
    route: Route | None = None
    pages: int = 0
    languages: tuple[str, ...] = ()
    speak: SpeakMode = "summary"
    translate: TranslateMode = "summary"
    """What is spoken in full is translated in full, whatever this says."""
    parent: str | None = None
    """Document id of the mail that this one was attached to."""
    depth: int = 0
    """How many mails it was attached in, one inside the other."""
    ocr_features: OcrFeatures = "auto"
    describe_images: str = "always"
    """Rule that says which pictures are described: see ``text/conditions.py``."""
    redact_text: bool = False
    """Whether pages are written a second time without what the guardrail masks."""
    reason: Reason | None = None

    @property
    def whole_text(self) -> bool:
        """Whether the pages are translated, and not the summary alone."""
        return self.translate == "full" or self.speak == "full"


class Child(Model):
    """A document that was attached to this one, with its object in the same input bucket."""

    document_id: str
    key: str
    name: str
    media_type: str


class Children(Model):
    """All documents that were attached to one."""

    children: tuple[Child, ...]


def result_key(document: str, name: str) -> str:
    """Key of an artifact in the results bucket, for example ``documents/<id>/text.md``."""
    return f"documents/{document}/{name}"


def work_key(document: str, name: str) -> str:
    """Key of an internal record in the results bucket; expires, consumers never read it."""
    return f"work/{document}/{name}"


def step_key(document: str, step: str) -> str:
    """Key of a step's record; progress displays read these while a document is on its way."""
    return work_key(document, f"steps/{step}.json")
