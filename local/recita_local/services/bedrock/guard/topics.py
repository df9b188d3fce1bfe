"""Denied topics: sentences near a topic's definition or examples in meaning."""

from __future__ import annotations

from typing import Any

import numpy as np

from recita_local.services.bedrock.language.embed import Embedder, encodable
from recita_local.services.bedrock.language.identify import language_of
from recita_local.services.bedrock.language.lexicon import function_words, words
from recita_local.services.bedrock.language.sentences import all_sentences

ALONE, WITH_A_WORD = 0.875, 0.845
"""Cosines from which a sentence is on the topic: by meaning alone, or sharing a telling word."""

MOST_SENTENCES = 24
"""Sentences compared."""


def topics_in(text: str, topics: list[dict[str, Any]], embedder: Embedder) -> set[str]:
    """Names of the topics that some sentence of the text is on."""
    if not topics or not text.strip():
        return set()
    sentences = [one.text for one in all_sentences([encodable(text)], language_of(text))]
    return {topic["name"] for topic in topics if _is_on(sentences, topic, embedder)}


def _is_on(sentences: list[str], topic: dict[str, Any], embedder: Embedder) -> bool:
    seeds = [topic["definition"], *topic.get("examples", [])]
    telling = _stems(" ".join([topic["name"], *seeds]))
    shares = [bool(telling & _stems(sentence)) for sentence in sentences]
    order = _chosen(shares)
    if not order:
        return False
    vectors = embedder.passages([sentences[index] for index in order])
    near = np.max(vectors @ embedder.passages(seeds).T, axis=1)
    return any(
        value >= (WITH_A_WORD if shares[index] else ALONE)
        for index, value in zip(order, near, strict=True)
    )


def _chosen(shares: list[bool]) -> list[int]:
    """Places of the sentences to compare: those that share a word, then some from everywhere."""
    sharing = [place for place, shared in enumerate(shares) if shared][:MOST_SENTENCES]
    others = [place for place, shared in enumerate(shares) if not shared]
    room = MOST_SENTENCES - len(sharing)
    return sharing + (others[:: max(1, -(-len(others) // room))] if room else [])


def _stems(text: str) -> set[str]:
    small = function_words("")
    return {word[:6] for word in words(text) if len(word) > 3 and word not in small}
