"""Finds out what an upload is and which way it goes."""

from __future__ import annotations

from recita.handling import lambda_step
from recita.models.document import Document
from recita.models.steps import InspectInput
from recita.settings import required
from recita.steps import inspect_document
from recita.wiring import wiring


@lambda_step(InspectInput)
def lambda_handler(given: InspectInput) -> Document:
    """Return the document with its route, or with the reason it is rejected."""
    return inspect_document.run(
        given,
        bench=wiring.bench(),
        uploads=wiring.uploads,
        defaults=inspect_document.Defaults(
            languages=required("TARGET_LANGUAGES"),
            speak=required("SPEAK_MODE"),
            translate=required("TRANSLATE_MODE"),
            ocr_features=required("OCR_FEATURES"),
            describe_images=required("DESCRIBE_IMAGES"),
            redact_text=required("REDACT_TEXT"),
        ),
    )
