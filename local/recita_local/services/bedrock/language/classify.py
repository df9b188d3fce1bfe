"""What kind of document a text is: telling words first, sentence vectors as a second opinion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from recita_local.services.bedrock.language.embed import Embedder
from recita_local.services.bedrock.language.lexicon import fold, lexicon

DESCRIPTIONS = {
    "invoice": "An invoice: a bill with number, date, items, tax and the amount to pay.",
    "receipt": "A shop receipt for goods already paid, with prices, tax and payment method.",
    "contract": "A contract: an agreement between parties with clauses, duties and termination.",
    "letter": "A letter to a person, with a greeting and a closing formula.",
    "report": "A report with findings, figures and tables about a period or an inspection.",
    "form": "A form with fields to fill in, check boxes and a signature.",
    "bank-statement": "A bank account statement with balances, deposits and withdrawals.",
    "minutes": "Minutes of a meeting: who was present, the agenda, votes and resolutions.",
    "article": "An article, book chapter or scientific paper in running text.",
    "id": "An identity card, passport or driving licence of a person.",
    "resume": "A résumé: work experience, education and skills of a person.",
}
OTHER = "other"
FIELDS_NOT_PROSE = frozenset({"invoice", "receipt", "bank-statement", "form", "id"})
"""Types whose content is in fields: their sentences are mostly small print."""

MOSTLY_PROSE, ALL_PROSE = 0.45, 0.7
CLEAR = 6
"""Lead in weighted words that needs no second opinion."""

LINES = 60
"""Lines looked at: a document says what it is near its beginning."""

TOP_LINES = 12


@dataclass(frozen=True)
class Classification:
    """A document type and how sure we are (0 to 1)."""

    type: str
    confidence: float


def classify(pages: list[str], embedder: Embedder, prose: float = 0.0) -> Classification:
    """The likeliest type; ``other`` when neither words nor vectors tell.

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
    if margin >= CLEAR:
        return Classification(best, round(min(0.95, 0.5 + 0.04 * margin), 2))
    second_opinion, similar = _by_meaning(text, embedder)
    if scores[best] < 3 or margin < 1:
        return _undecided(scores, second_opinion, similar)
    agrees = 0.1 if second_opinion == best else 0.0
    return Classification(best, round(min(0.95, 0.5 + 0.04 * margin + agrees), 2))


def _undecided(scores: dict[str, float], opinion: str, similar: float) -> Classification:
    """Words tell little: the second opinion decides if at least some word supports it."""
    if scores[opinion] >= 2:
        return Classification(opinion, 0.45)
    best = max(scores, key=lambda kind: scores[kind])
    if scores[best] >= 4:
        return Classification(best, 0.4)
    if similar >= 0.02 and opinion == "article":
        return Classification(opinion, 0.35)
    return Classification(OTHER, 0.3)


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


def _by_meaning(text: str, embedder: Embedder) -> tuple[str, float]:
    """The type whose description is nearest, and its lead over the next."""
    kinds = list(DESCRIPTIONS)
    near = embedder.passages(list(DESCRIPTIONS.values())) @ embedder.query(text[:1000])
    order = np.argsort(-near)
    return kinds[int(order[0])], float(near[order[0]] - near[order[1]])
