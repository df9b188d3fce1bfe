"""Which language a text is written in: the rules' six, or another that says so clearly."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from recita_local.services.bedrock.language.lexicon import LANGUAGES
from recita_local.services.bedrock.language.lines import MASKED

SAMPLE = 20_000
"""Characters looked at; more does not change the answer."""

SCRIPTS = {
    "ar": re.compile("[\u0600-\u06ff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7a3]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
}
"""Scripts that name a language well enough; the first of equals wins, so kana before Han."""

SAME_SCRIPT = {
    "ru": ("uk", "bg", "sr", "mk", "be", "kk"),
    "ar": ("fa", "ur"),
    "hi": ("mr", "ne"),
    "he": ("yi",),
}
"""Languages that share a script with the one it is taken for."""

OTHER_SCRIPTS = frozenset(SCRIPTS).union(*SAME_SCRIPT.values())
ENOUGH_LETTERS, SURE = 80, 0.95
"""What it takes to believe that a text in Latin letters is in none of the six languages."""

TRUSTED = 0.8
"""Confidence below which the language somebody named counts for more than ours."""


@dataclass(frozen=True)
class Language:
    """A two-letter code (three where a language has no other) and how sure we are (0 to 1)."""

    code: str
    confidence: float


@cache
def _identifier() -> Any:
    from py3langid.langid import (  # noqa: PLC0415 - its model takes half a second
        MODEL_FILE,
        LanguageIdentifier,
    )

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language_of(text: str, given: str | None = None) -> str:
    """The code; ``given`` wins, and a text without letters counts as English."""
    return _code(given) if given else identified(text).code


def identified(text: str, given: str | None = None) -> Language:
    """The language of a text; ``given`` is believed where the text itself says little."""
    found = _identified(MASKED.sub(" ", text[:SAMPLE]))  # what a guardrail wrote is English
    if not given or found.code == _code(given) or found.confidence >= TRUSTED:
        return found
    return Language(_code(given), round(1 - found.confidence, 2))


def is_latin(language: str) -> bool:
    """Whether the rules on capitals and small words apply to a language."""
    return language not in OTHER_SCRIPTS


def _code(given: str) -> str:
    return given.split("-", maxsplit=1)[0].lower()


def _identified(sample: str) -> Language:
    letters = sum(character.isalpha() for character in sample)
    if letters < 3:
        return Language("en", 0.0)
    ranked = [(str(code), float(share)) for code, share in _identifier().rank(sample)]
    of_all, probability = ranked[0]
    if script := _script(sample, letters):
        same = of_all in SAME_SCRIPT.get(script, ()) and probability >= TRUSTED
        return Language(of_all if same else script, 0.99 if letters >= ENOUGH_LETTERS else 0.8)
    if of_all not in LANGUAGES and probability >= SURE and letters >= ENOUGH_LETTERS:
        return Language(of_all, round(min(0.99, probability), 2))
    known = [(code, share) for code, share in ranked if code in LANGUAGES]
    whole = sum(share for _, share in known)
    return Language(known[0][0], round(min(0.99, known[0][1] / whole), 2) if whole else 0.0)


def _script(text: str, letters: int) -> str:
    """The language of a text mostly in another script than Latin."""
    counts = Counter({code: len(pattern.findall(text)) for code, pattern in SCRIPTS.items()})
    if counts["ja"] > 0.05 * letters:  # Japanese mixes kana and Han
        return "ja"
    code, count = counts.most_common(1)[0]
    return code if count > 0.4 * letters else ""
