"""What the vision engine and the API share: limits, what is seen, and the error for the rest."""

from __future__ import annotations

from dataclasses import dataclass

MAX_SIDE, MIN_SIDE = 10_000, 80
"""Pixels; Rekognition's quotas for labels and moderation."""

Box = tuple[float, float, float, float]
"""Left, top, width and height as shares of the upright image."""


class UnseeableError(Exception):
    """An image no engine will look at; ``code`` is the name of Rekognition's own error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Found:
    """One object: the detector's own class and score, 0 to 1."""

    detector: str
    kind: int
    score: float
    box: Box


@dataclass(frozen=True)
class Face:
    """One face; points are shares of the upright image, by the names of their landmarks."""

    score: float
    box: Box
    points: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Surface:
    """What the pixels say without a model, as shares of the image, but for the letters' number."""

    paper: float
    """Evenly lit and without colour, as paper is between the letters."""
    letters: int
    """Dark spots of a letter's size and shape."""
    letter_share: float
    """Of all that is dark, what belongs to letters."""
    foliage: float
    """Green or yellow, and rough."""
    codes: tuple[Box, ...] = ()
    """QR codes."""


@dataclass(frozen=True)
class Sight:
    """All that is known of one image before it is named."""

    probabilities: tuple[float, ...]
    """Of ImageNet's 1,000 classes."""
    objects: tuple[Found, ...]
    faces: tuple[Face, ...]
    surface: Surface
    short_side: int
    """Pixels of the image as it came."""
