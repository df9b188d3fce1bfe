"""Contextual grounding: how well an answer rests on its source, and whether it answers."""

from __future__ import annotations

import re

import numpy as np

from recita_local.services.bedrock.language.compose import frame_words
from recita_local.services.bedrock.language.embed import Embedder
from recita_local.services.bedrock.language.identify import language_of
from recita_local.services.bedrock.language.lexicon import fold, function_words, words
from recita_local.services.bedrock.language.sentences import all_sentences

LOWEST, RANGE = 0.80, 0.12
"""Cosines of unrelated and of equal sentences: 0.80 scores 0, 0.92 scores 1."""

WRONG_NUMBER = 0.4
"""Factor for a claim with a number its source does not hold."""

BEST = 0.99
"""The highest score, as the service gives it."""

LITERAL = 0.9
"""Share of common words from which a summary is nearly a quotation and needs no model."""

NEAREST = 12
"""Source sentences compared with a claim by meaning, chosen by the words they share."""

SUMMARY = re.compile(
    r"\b(?:summar|resum|zusammenfass|riassu|descri|beschreib|decri|explain"
    r"|what is (?:this|the doc))"
)
"""Questions that any sentence on the source answers."""

NUMBER_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "twenty": "20",
    "thirty": "30", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6",
    "siete": "7", "ocho": "8", "nueve": "9", "diez": "10", "doce": "12", "dois": "2",
    "duas": "2", "quatro": "4", "sete": "7", "oito": "8", "nove": "9", "dez": "10", "doze": "12",
    "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "sept": "7", "huit": "8", "neuf": "9",
    "dix": "10", "douze": "12", "zwei": "2", "drei": "3", "vier": "4", "funf": "5", "sechs": "6",
    "sieben": "7", "acht": "8", "neun": "9", "zehn": "10", "zwolf": "12",
}  # fmt: skip


def grounding(source: str, claims: list[str], embedder: Embedder) -> float:
    """0 to 0.99: half the mean, half the weakest claim, so that one invention shows."""
    claims = [claim for claim in claims if re.search(r"\w\w", claim)]
    if not claims:
        return BEST
    sentences = [one.text for one in all_sentences([source], language_of(source))]
    known = _Source(sentences, _squeezed(source), set(words(source)), _numbers(source))
    scores = [_claim_score(claim, known, embedder) for claim in claims]
    return round(min(BEST, (sum(scores) / len(scores) + min(scores)) / 2), 2)


def relevance(query: str, answer: str, source: str, embedder: Embedder) -> float:
    """0 to 0.99: nearness of answer and question, or of a summary and what it summarises."""
    if not answer.strip():
        return 0.0
    if SUMMARY.search(fold(query)) and source.strip():
        shared = _share_in(answer, set(words(source)))
        if shared >= LITERAL:
            return min(BEST, round(shared, 2))
        head = source[:3000]
        near = float(np.dot(*embedder.passages([answer[:800], head])))
        return round(min(BEST, max(_rescaled(near), shared)), 2)
    near = float(embedder.query(query) @ embedder.passages([answer[:800]])[0])
    return round(min(BEST, max(0.0, (near - 0.76) / 0.12)), 2)


class _Source:
    """What claims are compared with."""

    def __init__(
        self, sentences: list[str], text: str, vocabulary: set[str], numbers: set[str]
    ) -> None:
        self.sentences = sentences
        self.text = text
        self.vocabulary = vocabulary
        self.numbers = numbers
        self.bags = [set(words(sentence)) for sentence in sentences]


def _claim_score(claim: str, source: _Source, embedder: Embedder) -> float:
    if _squeezed(claim) in source.text:
        return BEST  # a quotation needs no model
    factor = 1.0 if _numbers(claim) <= source.numbers else WRONG_NUMBER
    return factor * max(
        _share_in(claim, source.vocabulary) ** 2, _nearness(claim, source, embedder)
    )


def _nearness(claim: str, source: _Source, embedder: Embedder) -> float:
    """The best cosine, rescaled, over the source sentences that share most words."""
    if not source.sentences:
        return 0.0
    bag = set(words(claim))
    shared = [len(bag & other) / (len(other) + 4) for other in source.bags]
    order = sorted(range(len(shared)), key=lambda index: -shared[index])[:NEAREST]
    vectors = embedder.passages([source.sentences[index] for index in order])
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


def _numbers(text: str) -> set[str]:
    """Numbers in digits without signs of grouping, number words included."""
    digits = {re.sub(r"\D", "", one).lstrip("0") for one in re.findall(r"\d[\d.,]*", text)}
    spelled = {NUMBER_WORDS[word] for word in words(text) if word in NUMBER_WORDS}
    return (digits | spelled) - {""}


def _squeezed(text: str) -> str:
    """Letters and digits only, so that line breaks and hyphens do not matter."""
    return re.sub(r"\W", "", fold(text))
