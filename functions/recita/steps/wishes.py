"""What whoever uploads a document may ask for, as user metadata of the object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recita.settings import (
    parse_description_rule,
    parse_features,
    parse_languages,
    parse_speak,
    parse_switch,
    parse_translate,
)
from recita.steps.handover import DESCRIBE, FEATURES, LANGUAGES, REDACT, SPEAK, TRANSLATE

WISHES: dict[str, tuple[str, Callable[[str], Any]]] = {
    LANGUAGES: ("languages", parse_languages),
    SPEAK: ("speak", parse_speak),
    TRANSLATE: ("translate", parse_translate),
    FEATURES: ("ocr_features", parse_features),
    DESCRIBE: ("describe_images", parse_description_rule),
    REDACT: ("redact_text", parse_switch),
}
"""User metadata to the field of a document that it sets, and what reads it."""
