"""What the vision engine and the API share: limits, and the error for an image beyond them."""

from __future__ import annotations

MAX_SIDE, MIN_SIDE = 10_000, 80
"""Pixels; Rekognition's quotas for labels and moderation."""


class UnseeableError(Exception):
    """An image no engine will look at; ``code`` is the name of Rekognition's own error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
