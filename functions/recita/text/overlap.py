"""Which words texts share, in scripts with spaces between words and in those without."""

from __future__ import annotations

import re

WORD = re.compile(r"\w{3,}|\d+")
UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
"""Thai, Lao, Khmer, kana and Han."""


def words(text: str) -> frozenset[str]:
    """Return the words of a text in lower case; of text without spaces, all pairs of signs."""
    folded = text.casefold()
    pairs = {run[at : at + 2] for run in UNSPACED.findall(folded) for at in range(len(run) - 1)}
    return frozenset({*WORD.findall(UNSPACED.sub(" ", folded)), *pairs})
