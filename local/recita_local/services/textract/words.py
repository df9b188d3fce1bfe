"""Words of a line: the recogniser's pieces, joined again at the line's own spaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recita_local.services.textract.reading import Point, Polygon, Word

Piece = tuple[str, float, Polygon]
"""Text, confidence 0 to 1, corners; the recogniser cuts at hyphens and script changes too."""


def line_words(text: str, score: float, polygon: Polygon, pieces: Sequence[Piece]) -> list[Word]:
    """The words of ``text``; from the pieces where they spell it, else by share of its length."""
    remaining = iter(piece for piece in pieces if piece[0].strip())
    words = [_joined(token, remaining) for token in text.split()]
    if any(word is None for word in words):
        return _by_share(text, score, polygon)
    return [word for word in words if word is not None]


def _joined(token: str, pieces: Iterator[Piece]) -> Word | None:
    taken: list[Piece] = []
    spelled = ""
    while len(spelled) < len(token):
        piece = next(pieces, None)
        if piece is None:
            return None
        taken.append(piece)
        spelled += piece[0].replace(" ", "")
    if spelled != token:
        return None
    first, last = taken[0][2], taken[-1][2]
    score = sum(piece[1] for piece in taken) / len(taken)
    return Word(token, score, (first[0], last[1], last[2], first[3]))


def _by_share(text: str, score: float, polygon: Polygon) -> list[Word]:
    words, position = [], 0
    for token in text.split():
        start = text.index(token, position)
        position = start + len(token)
        words.append(Word(token, score, _slice(polygon, start / len(text), position / len(text))))
    return words


def _slice(polygon: Polygon, start: float, end: float) -> Polygon:
    top_left, top_right, bottom_right, bottom_left = polygon
    return (
        _between(top_left, top_right, start),
        _between(top_left, top_right, end),
        _between(bottom_left, bottom_right, end),
        _between(bottom_left, bottom_right, start),
    )


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share
