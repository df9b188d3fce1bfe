"""Which sentences stand for the text: near its centre, early, and unlike each other."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from recita_local.services.bedrock.language.lexicon import function_words, words

MOST_COMPARED = 400
"""Sentences compared with each other: some milliseconds, however long the document."""

SEGMENTS = 20
POSITION = 0.35
"""Weight of standing early; a half suits news, less what comes to the point late."""

RELEVANCE = 0.75
"""Weight of being central against being different from what is already chosen."""

LATE = 0.5
"""What the last sentence of a long document loses."""

FULL_LENGTH = 8
"""Words; shorter sentences count for less."""

LONG_DOCUMENT = 64
"""Sentences from which a document says in its beginning what it is about."""

STEM = 6
"""Letters of a word that are compared: endings differ, in all six languages."""

UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff]")
"""Letters of scripts without blanks between words."""

Vector = NDArray[np.float64]


def choose(sentences: list[str], count: int) -> list[int]:
    """Indexes of the ``count`` sentences to quote, in reading order."""
    if len(sentences) <= count:
        return list(range(len(sentences)))
    candidates = shortlist(sentences)
    texts = [sentences[index] for index in candidates]
    vectors = _vectors([terms(text) for text in texts])
    centre = vectors.sum(axis=0)
    relevance = vectors @ (centre / (np.linalg.norm(centre) or 1.0))
    relevance = (relevance - relevance.min()) / (np.ptp(relevance) + 1e-9)
    relevance *= np.minimum(1, [_length(text) / FULL_LENGTH for text in texts])
    if len(sentences) > LONG_DOCUMENT:
        relevance *= 1 - LATE * np.array(candidates) / len(sentences)
    early = 1 / (1 + np.arange(len(texts)))
    scores = (1 - POSITION) * relevance + POSITION * early
    return sorted(candidates[index] for index in _diverse(scores, vectors, count))


def terms(text: str) -> set[str]:
    """What a sentence is about: its words without endings, or pairs of letters."""
    if UNSPACED.search(text):
        letters = re.sub(r"\W", "", text)
        return {letters[index : index + 2] for index in range(len(letters) - 1)}
    small = function_words("")
    return {word[:STEM] for word in words(text) if len(word) > 2 and word not in small}


def _length(text: str) -> float:
    return len(text) / 4 if UNSPACED.search(text) else len(text.split())


def _vectors(bags: list[set[str]]) -> Vector:
    """Weights of the words that more than one sentence has, long sentences damped."""
    shared = Counter(term for bag in bags for term in bag)
    common = [term for term, count in shared.items() if count > 1]
    columns = {term: index for index, term in enumerate(common)}
    vectors = np.zeros((len(bags), max(1, len(columns))))
    for row, bag in enumerate(bags):
        for term in bag & columns.keys():
            vectors[row, columns[term]] = np.log1p(shared[term])
    lengths: Vector = np.sqrt([[1 + len(bag)] for bag in bags])
    return vectors / lengths


def _diverse(scores: Vector, vectors: Vector, count: int) -> list[int]:
    """Maximal marginal relevance."""
    unit = vectors / np.maximum(1e-9, np.linalg.norm(vectors, axis=1, keepdims=True))
    chosen: list[int] = []
    closest = np.zeros(len(scores))
    for _ in range(count):
        value = RELEVANCE * scores - (1 - RELEVANCE) * closest
        value[chosen] = -np.inf
        chosen.append(int(np.argmax(value)))
        closest = np.maximum(closest, unit @ unit[chosen[-1]])
    return chosen


def shortlist(sentences: list[str]) -> list[int]:
    """At most :data:`MOST_COMPARED` indexes, spread over the text.

    The first sentences stay; each later segment sends those with the text's commonest words.
    """
    if len(sentences) <= MOST_COMPARED:
        return list(range(len(sentences)))
    first = MOST_COMPARED // 8
    bags = [terms(text) for text in sentences]
    weight = Counter(word for bag in bags for word in bag)
    worth = [sum(weight[word] for word in bag) / (len(bag) + 5) for bag in bags]
    chosen = list(range(first))
    for segment in np.array_split(np.arange(first, len(sentences)), SEGMENTS):
        ranked = sorted(segment.tolist(), key=lambda index: -worth[index])
        chosen += ranked[: (MOST_COMPARED - first) // SEGMENTS]
    return sorted(chosen)
