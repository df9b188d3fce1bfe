"""What kind of document a text is: by its telling words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from recita_local.services.bedrock.language.lexicon import fold, lexicon

OTHER = "other"
FIELDS_NOT_PROSE = frozenset({"invoice", "receipt", "bank-statement", "form", "id"})
"""Types whose content is in fields: their sentences are mostly small print."""

MOSTLY_PROSE, ALL_PROSE = 0.45, 0.7
LINES = 60
"""Lines looked at: a document says what it is near its beginning."""

TOP_LINES = 12


@dataclass(frozen=True)
class Classification:
    """A document type and how sure we are (0 to 1)."""

    type: str
    confidence: float


def classify(pages: list[str], prose: float = 0.0) -> Classification:
    """The likeliest type; ``other`` when words do not tell.

    ``prose`` is the share of the text in whole sentences (0 to 1): a text that only mentions an
    invoice is none.
    """
    text = "\n".join(pages[:2])
    if len(re.findall(r"\w", text)) < 20:
        return Classification(OTHER, 0.2)
    scores = _word_scores(text)
    if prose >= MOSTLY_PROSE:
        rest = 0 if prose >= ALL_PROSE else 0.25
        scores |= {kind: scores[kind] * rest for kind in FIELDS_NOT_PROSE}
    ranked = sorted(scores, key=lambda kind: -scores[kind])
    best, margin = ranked[0], scores[ranked[0]] - scores[ranked[1]]
    if scores[best] < 3:
        return Classification(OTHER, 0.3)
    return Classification(best, round(min(0.95, 0.5 + 0.04 * margin), 2))


def _word_scores(text: str) -> dict[str, float]:
    """Weighted hits per type; words in the first lines count double."""
    lines = [fold(line) for line in text.splitlines() if line.strip()]
    body, top = "\n".join(lines[:LINES]), "\n".join(lines[:TOP_LINES])
    scores: dict[str, float] = {}
    for kind, groups in _telling_words().items():
        scores[kind] = sum(
            weight * (min(len(pattern.findall(body)), limit) + bool(pattern.search(top)))
            for weight, limit, pattern in groups
        )
    return scores


@cache
def _telling_words() -> dict[str, list[tuple[int, int, re.Pattern[str]]]]:
    """Weight, most hits that count and pattern of each word of each type."""
    return {
        kind: [
            (int(weight), 2 if weight == "3" else 1, re.compile(rf"\b{re.escape(fold(word))}\b"))
            for weight, words in groups.items()
            for word in words
        ]
        for kind, groups in lexicon()["types"].items()
    }
