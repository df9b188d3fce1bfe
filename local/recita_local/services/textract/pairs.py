"""What the rules for forms have in common: a pair, and what looks like a label."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recita_local.services.textract.reading import Mark, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recita_local.services.textract.phrases import Phrase

LONGEST_LABEL, LONGEST_QUESTION, LONGEST_ANSWER = 60, 100, 60
"""Characters; longer runs of words are sentences, but a line to write on makes one a question."""
SENTENCE = re.compile(r".{25,}[.!]")
EMPTY = 0.8
"""How far an empty value is to be trusted, as a share of the same rule's trust in a filled one."""


@dataclass(frozen=True)
class KeyValue:
    """A key and its value, which may be empty; ``certainty`` is 0 to 1."""

    key: tuple[Word, ...]
    value: tuple[Word | Mark, ...]
    certainty: float


def pair(key: Sequence[Word], value: Sequence[Word | Mark], rule: float) -> KeyValue:
    """A pair, trusted as far as its rule and its words are."""
    read = [*key, *value]
    sure = sum(one.confidence for one in read) / len(read)
    return KeyValue(tuple(key), tuple(value), rule * sure * (1 if value else EMPTY))


def is_label(text: str, longest: int = LONGEST_LABEL) -> bool:
    """Whether a text may name an answer: it has letters, few digits, and is no sentence."""
    letters = sum(character.isalpha() for character in text)
    digits = sum(character.isdigit() for character in text)
    short = 2 <= len(text) <= longest
    return short and letters >= 2 and letters > 2 * digits and not SENTENCE.fullmatch(text)


def is_answer(text: str) -> bool:
    """Whether a text may be an answer: prose is none."""
    return len(text) <= LONGEST_ANSWER and not ends_key(text)


def ends_key(text: str) -> bool:
    """Whether a label ends here."""
    return text.endswith(":") and len(text) > 1


def has_key(phrase: Phrase) -> bool:
    """Whether a label ends anywhere in a phrase."""
    return any(ends_key(word.text) for word in phrase.words)
