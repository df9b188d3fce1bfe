"""Contextual grounding: how well an answer rests on its source, and whether it answers."""

from __future__ import annotations

import re
from collections import OrderedDict

import numpy as np

from recita_local.services.bedrock.language.compose import frame_words
from recita_local.services.bedrock.language.embed import Embedder
from recita_local.services.bedrock.language.evidence import Source
from recita_local.services.bedrock.language.lexicon import fold, function_words, words
from recita_local.services.bedrock.language.statements import Statement

LOWEST, RANGE = 0.80, 0.12
"""Cosines of unrelated and of equal sentences: 0.80 scores 0, 0.92 scores 1."""

CONTRADICTED = 0.4
"""Factor for a claim whose number, date, unit, name or negation its source does not have."""

BEST = 0.99
"""The highest score, as the service gives it."""

LITERAL = 0.9
"""Share of common words from which a summary is nearly a quotation and needs no model."""

ENOUGH = 0.6
"""Score by words from which meaning need not be compared."""

FEW, STRANGE = 0.3, 0.5
"""Share of words below which a claim in the source's own language hardly comes from it, and the
factor of its nearness then: sentences of one language and register are near anyway."""

NEAREST = 8
"""Source sentences compared with a claim by meaning, chosen by the words they share."""

SUMMARY = re.compile(
    r"\b(?:summar|resum|zusammenfass|riassu|descri|beschreib|decri|explain"
    r"|what is (?:this|the doc))"
)
"""Questions that any sentence on the source answers."""


class Sources:
    """Sources taken apart, the last few kept: the sentences of one answer come one by one."""

    KEPT = 8

    def __init__(self) -> None:
        self._known: OrderedDict[str, Source] = OrderedDict()

    def get(self, text: str) -> Source:
        """The source of a text."""
        if text not in self._known:
            self._known[text] = Source(text)
        self._known.move_to_end(text)
        while len(self._known) > self.KEPT:
            self._known.popitem(last=False)
        return self._known[text]


SOURCES = Sources()


def grounding(text: str, claims: list[str], embedder: Embedder) -> float:
    """0 to 0.99: half the mean, half the weakest claim, so that one invention shows."""
    claims = [claim for claim in claims if re.search(r"\w\w", claim)]
    if not claims:
        return BEST
    source = SOURCES.get(text)
    scores = [_claim_score(claim, source, embedder) for claim in claims]
    return round(min(BEST, (sum(scores) / len(scores) + min(scores)) / 2), 2)


def relevance(query: str, answer: str, source: str, embedder: Embedder) -> float:
    """0 to 0.99: nearness of answer and question, or of a summary and what it summarises."""
    if not answer.strip():
        return 0.0
    if SUMMARY.search(fold(query)) and source.strip():
        shared = _share_in(answer, SOURCES.get(source).vocabulary)
        if shared >= LITERAL:
            return min(BEST, round(shared, 2))
        head = source[:3000]
        near = float(np.dot(*embedder.passages([answer[:800], head])))
        return round(min(BEST, max(_rescaled(near), shared)), 2)
    near = float(embedder.query(query) @ embedder.passages([answer[:800]])[0])
    return round(min(BEST, max(0.0, (near - 0.76) / 0.12)), 2)


def _claim_score(claim: str, source: Source, embedder: Embedder) -> float:
    if source.quotes(claim):
        return BEST  # a quotation needs no model
    stated = Statement(claim, source.language)
    evidence = source.evidence(stated)
    shared = max(evidence.coverage, _share_in(claim, source.vocabulary))
    by_words = shared**2
    if evidence.contradicts():
        parts = _parts(claim)
        if parts != [claim]:  # each by itself, as in a list of what stands in a form
            return min(_claim_score(part, source, embedder) for part in parts)
        return CONTRADICTED * by_words
    if by_words >= ENOUGH:
        return by_words
    trusted = STRANGE if shared < FEW and stated.is_in(source.language) else 1.0
    return max(by_words, trusted * _nearness(claim, source, embedder))


def _parts(claim: str) -> list[str]:
    """What semicolons part, without words that only lead up to it: "It also states:"."""
    before, colon, rest = claim.partition(":")
    idle = frame_words() | function_words("")
    listed = rest if colon and all(word in idle for word in words(before)) else claim
    return [part.strip() for part in listed.split(";") if re.search(r"\w\w", part)] or [claim]


def _nearness(claim: str, source: Source, embedder: Embedder) -> float:
    """The best cosine, rescaled, over the source sentences that share most words."""
    order = source.nearest(claim, NEAREST)
    if not order:
        return 0.0
    vectors = embedder.passages(order)
    return _rescaled(float(np.max(vectors @ embedder.passages([claim])[0])))


def _rescaled(cosine: float) -> float:
    return min(1.0, max(0.0, (cosine - LOWEST) / RANGE))


def _share_in(claim: str, vocabulary: set[str]) -> float:
    """Share of the claim's telling words that the source has.

    Words that speak of a document as such ("invoice", "dated", "picture") claim nothing on it.
    """
    idle = function_words("") | frame_words()
    telling = [word for word in words(claim) if word not in idle and len(word) > 1]
    return sum(word in vocabulary for word in telling) / len(telling) if telling else 1.0
