"""Text units, by which guardrail policies are limited and charged."""

from __future__ import annotations

import math

UNIT = 1000
"""Characters of a text unit."""


def units(characters: int) -> int:
    """Text units of a length."""
    return math.ceil(characters / UNIT)
