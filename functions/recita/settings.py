"""The environment of the functions, as template.yaml sets it."""

from __future__ import annotations

import math
import os
import re
from typing import get_args

from recita.errors import ConfigurationError
from recita.models.document import OcrFeatures, SpeakMode, TranslateMode
from recita.models.page import Feature
from recita.models.picture import ModerationAction
from recita.text.conditions import parse_rule
from recita.text.languages import ENGINES

MAX_LANGUAGES = 10
"""As template.yaml allows; an upload's metadata may not ask, and make pay, for more."""
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")


def required(name: str) -> str:
    """Return an environment variable; raises ConfigurationError when it is missing or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise ConfigurationError(f"the environment variable {name} is not set")
    return value


def whole(value: str) -> int:
    """Return a whole number, the next one above where there is a fraction.

    CloudFormation's Number lets 0.5 through, and a bound of 0 would be none. Raises
    ConfigurationError for what is no number.
    """
    try:
        return math.ceil(float(value))
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(f"{value!r} is not a number") from error


def parse_voices(value: str) -> dict[str, str]:
    """Return voices by language from a list such as ``pt=Camila,es-MX=Mia``; ``auto`` names none.

    Raises ConfigurationError naming the first entry that can't be read.
    """
    voices: dict[str, str] = {}
    for entry in value.split(",") if value != "auto" else ():
        language, _, voice = (part.strip() for part in entry.partition("="))
        if not LANGUAGE.fullmatch(language) or not voice.isalpha():
            raise ConfigurationError(f"{entry!r} names no voice: write pt=Camila,es-MX=Mia")
        voices[language] = voice
    return voices


def parse_engine(value: str) -> str:
    """Return the speech engine; raises ConfigurationError naming those that exist."""
    if value not in ENGINES:
        raise ConfigurationError(f"{value!r} is no speech engine: use {', '.join(ENGINES)}")
    return value


def cost_cap() -> float:
    """Return what a document may cost in US dollars; 0 where there is no cap."""
    return float(os.environ.get("MAX_COST_PER_DOCUMENT") or 0)


def parse_languages(value: str) -> tuple[str, ...]:
    """Return the languages of a list such as ``es,fr-CA``; ``none`` is an empty list.

    Raises ValueError naming the first code that is not one, or when there are too many.
    """
    if value.strip().lower() == "none":
        return ()
    codes = [code.strip() for code in value.split(",") if code.strip()]
    if not codes:
        raise ValueError("no language is named: write none to ask for no language")
    for code in codes:
        if not LANGUAGE.fullmatch(code):
            raise ValueError(f"{code!r} is not a language code such as es or fr-CA")
    languages = tuple(dict.fromkeys(codes))
    if len(languages) > MAX_LANGUAGES:
        raise ValueError(f"{len(languages)} languages: ask for at most {MAX_LANGUAGES} languages")
    return languages


def parse_speak(value: str) -> SpeakMode:
    """Return the speak mode; raises ValueError naming those that exist."""
    match value.strip().lower():
        case "summary":
            return "summary"
        case "full":
            return "full"
        case "none":
            return "none"
    raise ValueError(f"{value!r} is not a speak mode: use summary, full or none")


def parse_translate(value: str) -> TranslateMode:
    """Return the translate mode; raises ValueError naming the two that exist."""
    match value.strip().lower():
        case "summary":
            return "summary"
        case "full":
            return "full"
    raise ValueError(f"{value!r} is not a translate mode: use summary or full")


def parse_description_rule(value: str) -> str:
    """Return the rule unchanged; raises ValueError that says what is wrong with it."""
    parse_rule(value)
    return value


def parse_switch(value: str) -> bool:
    """Return whether something is on; raises ValueError for neither on nor off."""
    match value.strip().lower():
        case "on":
            return True
        case "off":
            return False
    raise ValueError(f"{value!r} is neither on nor off")


def parse_moderation(action: str, confidence: str) -> tuple[ModerationAction, float]:
    """Return what becomes of a picture with moderation labels, and from which confidence on.

    Raises ConfigurationError; both are the deployment's own.
    """
    known: tuple[ModerationAction, ...] = get_args(ModerationAction)
    found = next((name for name in known if name == action), None)
    if found is None:
        raise ConfigurationError(f"{action!r} is no moderation action: use {', '.join(known)}")
    return found, float(confidence)


def parse_features(value: str) -> OcrFeatures:
    """Return ``auto``, or the features of a list such as ``TABLES,FORMS``; ``none`` is empty.

    Raises ValueError naming the first that is no feature.
    """
    if value.strip().lower() == "auto":
        return "auto"
    if value.strip().lower() == "none":
        return ()
    asked = {name.strip().upper() for name in value.split(",") if name.strip()}
    known: tuple[Feature, ...] = get_args(Feature)
    wrong = sorted(asked - set(known))
    if wrong or not asked:
        raise ValueError(f"{value!r} names no OCR features: use auto, none or {', '.join(known)}")
    return tuple(feature for feature in known if feature in asked)
