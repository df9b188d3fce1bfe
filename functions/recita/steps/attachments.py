"""Attachments: each file that came with a mail becomes a document of its own."""

from __future__ import annotations

from pathlib import Path

from recita import cage
from recita.decoding import native
from recita.decoding.content import Attachment
from recita.errors import DocumentRejectedError
from recita.models.document import Child, Children, Document
from recita.ports import NewUpload, Uploads
from recita.steps.handover import CHILDREN, DEPTH, FEATURES, LANGUAGES, PARENT, SPEAK, TRANSLATE
from recita.steps.workbench import StepRun

LIMITS = cage.Limits(seconds=60)
MAX_DEPTH = 3
"""Mails inside mails; what is deeper is rather a loop than a letter."""
MAX_ATTACHMENTS = 50
UNREADABLE = ("unsupported-type", "empty")
"""Problems for which a file is no document; others are told in the manifest of its own."""


def send(step: StepRun, document: Document, path: Path, uploads: Uploads) -> None:
    """Put a mail's attachments into the input bucket, where they are uploads like any other.

    They take over what was wished for the mail. Sending again changes nothing.
    """
    children: list[Child] = []
    try:
        found = cage.stream(LIMITS, native.attachments, path)
        for number, attachment in enumerate(found, start=1):
            problem = _problem(document, attachment, len(children))
            if problem:
                step.warn("attachment-dropped", f"{attachment.name}: {problem}")
            else:
                children.append(_sent(document, attachment, number, uploads))
    except DocumentRejectedError as error:
        step.warn("attachment-dropped", f"All others after {len(children)}: {error}")
    step.keep(CHILDREN, Children(children=tuple(children)))


def _problem(document: Document, attachment: Attachment, sent: int) -> str:
    if attachment.problem in UNREADABLE:
        return attachment.problem
    if document.depth >= MAX_DEPTH:
        return f"inside more than {MAX_DEPTH} mails"
    return f"more than {MAX_ATTACHMENTS} attachments" if sent >= MAX_ATTACHMENTS else ""


def _sent(document: Document, attachment: Attachment, number: int, uploads: Uploads) -> Child:
    key = f"attachments/{document.document_id}/{number:03}-{attachment.name}"
    metadata = {
        PARENT: document.document_id,
        DEPTH: str(document.depth + 1),
        LANGUAGES: _listed(document.languages),
        SPEAK: document.speak,
        TRANSLATE: document.translate,
        FEATURES: _listed(document.ocr_features),
    }
    new = NewUpload(key, attachment.body, attachment.media_type, metadata)
    return Child(
        document_id=uploads.attach(document, new).document_id,
        key=key,
        name=attachment.name,
        media_type=attachment.media_type,
    )


def _listed(wish: str | tuple[str, ...]) -> str:
    return wish if isinstance(wish, str) else ",".join(wish) or "none"
