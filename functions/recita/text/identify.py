"""Which language a text is written in, by py3langid."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from recita.models.summary import Language
from recita.text.languages import LOCALES, primary

SAMPLE = 20_000
"""Characters looked at; more changes nothing."""
LETTERS = 100
"""Of a text that is long enough to be told."""
SURE = 0.95
"""Confidence from which the language counts as known."""
MASK = re.compile(r"\{[A-Z_]+\}")
KIN = ({"pt", "gl"}, {"no", "nb", "nn", "da"}, {"hr", "sr", "bs", "sl"}, {"id", "ms"}, {"cs", "sk"})
"""Languages that are taken for one another."""
SPOKEN = {code: LOCALES[code] for code in ("de", "en", "es", "fr", "pt")} | {"it": "it-IT"}
"""Languages that voices of others speak with an accent (``lang`` in Polly's SSML)."""


def identify(text: str) -> Language | None:
    """Return the language of a text; None when the text is too short or the language uncertain."""
    sample = MASK.sub(" ", text[:SAMPLE])  # English in any text
    if sum(character.isalpha() for character in sample) < LETTERS:
        return None
    code, confidence = _identifier().classify(sample)
    return (
        Language(code=code, confidence=round(float(confidence), 3)) if confidence >= SURE else None
    )


def foreign(text: str, language: str) -> str:
    """Return the code of the language a text is surely written in, if that is not ``language``."""
    found = identify(text)
    if found is None or not language:
        return ""
    written, wanted = primary(found.code), primary(language)
    kin = any({written, wanted} <= family for family in KIN)
    return "" if written == wanted or kin else found.code


def foreign_speech(text: str, language: str) -> str:
    """Return Polly's code of the language that a text is surely in, if that is not ``language``."""
    return SPOKEN.get(primary(foreign(text, language)), "")


@cache
def _identifier() -> Any:
    from py3langid import langid  # noqa: PLC0415 - a third of a second that few functions need

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
