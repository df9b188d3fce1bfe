"""Names of what steps hand to each other under ``work/<document_id>/``."""

from __future__ import annotations

DOCUMENT = "document.json"
"""What inspection found; also the event to invoke a later step with by hand."""
PENDING = "pending.json"
"""Pages read or to be read: those with the method ``ocr`` and no text wait for the job."""
OCR_PDF = "ocr.pdf"
"""The pages that a Textract job reads."""
PLAN = "ocr-plan.json"
READING = "reading.json"
MASKED = "masked.json"
"""The pages' text as the guardrail let it go on, where all of it is to be translated or spoken."""
INVENTORY = "inventory.json"
"""The pictures that a document holds."""
PICTURES = "pictures.json"
"""The pictures as they were published."""
UNDERSTANDING = "understanding.json"
CHILDREN = "children.json"

LANGUAGES = "recita-languages"
SPEAK = "recita-speak"
TRANSLATE = "recita-translate"
FEATURES = "recita-ocr-features"
DESCRIBE = "recita-describe-images"
REDACT = "recita-redact-text"
PARENT = "recita-parent"
DEPTH = "recita-depth"
"""User metadata (``x-amz-meta-…``) of an upload: what is wished for, and where it came from."""

MAX_BYTES = 500 * 1024 * 1024
"""Largest upload: Textract's limit for one job (developer guide, "Limits")."""


MAX_SYNC_BYTES = 10 * 1024 * 1024
"""Textract's limit for one page in the request (developer guide, "Limits")."""


def ocr_part(number: int) -> str:
    """Name of the record of a part of what OCR has read."""
    return f"ocr-part.{number}.json"


def picture_file(picture: str) -> str:
    """Name of a derived JPEG before it may leave."""
    return f"pictures/{picture}.jpg"


def seen(picture: str) -> str:
    """Name of the record of what Rekognition found in a picture."""
    return f"seen/{picture}.json"


def translated_text(language: str) -> str:
    """Name of the record of a language's whole text."""
    return f"text.{language}.json"


def speech(language: str) -> str:
    """Name of the record of a language's speech."""
    return f"speech.{language}.json"


def speech_plan(language: str) -> str:
    """Name of the record of the tasks that speak a language's text."""
    return f"speech-plan.{language}.json"


def speech_token(language: str) -> str:
    """Name of the record of the token that waits for them."""
    return f"speech-token.{language}.json"
