"""Which of the six languages a text is written in."""

from __future__ import annotations

import re
from collections import Counter
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


@cache
def _identifier() -> Any:
    import py3langid  # noqa: PLC0415 - its model takes half a second

    py3langid.set_languages(list(LANGUAGES))
    return py3langid


def language_of(text: str, given: str | None = None) -> str:
    """Two-letter code; ``given`` wins, and a text without letters counts as English."""
    if given:
        return given.split("-")[0].lower()
    sample = MASKED.sub(" ", text[:SAMPLE])  # what a guardrail wrote is English in any text
    letters = sum(character.isalpha() for character in sample)
    if letters < 3:
        return "en"
    script = _script(sample)
    if script:
        return script
    code: str = _identifier().classify(sample)[0]
    return code


def is_latin(language: str) -> bool:
    """Whether the rules on capitals and small words apply to a language."""
    return language not in SCRIPTS


def _script(text: str) -> str:
    """The language of a text mostly in another script than Latin."""
    counts = Counter({code: len(pattern.findall(text)) for code, pattern in SCRIPTS.items()})
    letters = sum(character.isalpha() for character in text)
    if counts["ja"] > 0.05 * letters:  # Japanese mixes kana and Han
        return "ja"
    code, count = counts.most_common(1)[0]
    return code if count > 0.4 * letters else ""
