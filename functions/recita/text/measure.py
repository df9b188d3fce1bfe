"""How long a text is, in what services count."""

from __future__ import annotations

import math

BYTES_PER_TOKEN = 3
"""Fewer than any tokenizer needs for running text, so that an estimate is rather too high."""
PICTURE_TOKENS = 3_300
"""Tokens of a picture of 1,568 pixels a side, in models that count a token for 750 pixels."""
UNIT = 1_000
"""Characters of a guardrail's text unit."""


def tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few."""
    return math.ceil(len(text.encode()) / BYTES_PER_TOKEN)


def units(text: str) -> int:
    """Return how many text units a guardrail counts."""
    return math.ceil(len(text) / UNIT)
