"""Which sentences stand for the text: near its centre, early, and unlike each other."""

from __future__ import annotations

from collections import Counter

import numpy as np

from recita_local.services.bedrock.language.embed import Embedder
from recita_local.services.bedrock.language.lexicon import words

MOST_EMBEDDED = 64
"""Sentences that get a vector: a second on a laptop, however long the document."""

SEGMENTS = 20
POSITION = 0.5
"""Weight of standing early; half is best on news in English and French."""

RELEVANCE = 0.6
"""Weight of being central against being different from what is already chosen."""

LATE = 0.5
"""What the last sentence of a long document loses."""

FULL_LENGTH = 8
"""Words; shorter sentences count for less."""


def choose(sentences: list[str], count: int, embedder: Embedder) -> list[int]:
    """Indexes of the ``count`` sentences to quote, in reading order."""
    candidates = shortlist(sentences)
    if len(sentences) <= count:
        return list(range(len(sentences)))
    texts = [sentences[index] for index in candidates]
    vectors = embedder.passages(texts)
    centre = vectors.mean(axis=0)
    relevance = vectors @ (centre / np.linalg.norm(centre))
    relevance = (relevance - relevance.min()) / (np.ptp(relevance) + 1e-9)
    relevance *= np.minimum(1, [len(text.split()) / FULL_LENGTH for text in texts])
    if len(sentences) > MOST_EMBEDDED:  # a book says in its beginning what it is about
        relevance *= 1 - LATE * np.array(candidates) / len(sentences)
    early = 1 / (1 + np.arange(len(texts)))
    scores = (1 - POSITION) * relevance + POSITION * early
    alike = (vectors @ vectors.T - 0.75) / 0.25
    return sorted(candidates[index] for index in _diverse(scores, alike, count))


def _diverse(
    scores: np.ndarray[tuple[int], np.dtype[np.float64]],
    alike: np.ndarray[tuple[int, int], np.dtype[np.float32]],
    count: int,
) -> list[int]:
    """Maximal marginal relevance."""
    chosen: list[int] = []
    closest = np.zeros(len(scores))
    for _ in range(count):
        value = RELEVANCE * scores - (1 - RELEVANCE) * closest
        value[chosen] = -np.inf
        chosen.append(int(np.argmax(value)))
        closest = np.maximum(closest, alike[chosen[-1]])
    return chosen


def shortlist(sentences: list[str]) -> list[int]:
    """At most :data:`MOST_EMBEDDED` indexes, spread over the text.

    The first sentences stay; each later segment sends those with the text's commonest words.
    """
    if len(sentences) <= MOST_EMBEDDED:
        return list(range(len(sentences)))
    first = MOST_EMBEDDED // 8
    bags = [set(filter(lambda word: len(word) > 4, words(text))) for text in sentences]
    weight = Counter(word for bag in bags for word in bag)
    worth = [sum(weight[word] for word in bag) / (len(bag) + 5) for bag in bags]
    chosen = list(range(first))
    for segment in np.array_split(np.arange(first, len(sentences)), SEGMENTS):
        ranked = sorted(segment.tolist(), key=lambda index: -worth[index])
        chosen += ranked[: (MOST_EMBEDDED - first) // SEGMENTS]
    return sorted(chosen)
