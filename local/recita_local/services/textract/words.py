"""Words of a line whose pixels say nothing of them: by their share of its length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recita_local.services.textract.reading import Point, Polygon, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recita_local.services.textract.recognise import Token


def words_by_share(tokens: Sequence[Token], polygon: Polygon) -> list[Word]:
    """One word a token, over the part of the line that its characters' centres span."""
    half = 0.5 / (sum(len(token) for token in tokens) + len(tokens) - 1)
    return [_word(token, half, polygon) for token in tokens]


def _word(token: Token, half: float, polygon: Polygon) -> Word:
    start, end = max(0.0, token[0].place - half), min(1.0, token[-1].place + half)
    sure = sum(one.confidence for one in token) / len(token)
    return Word("".join(one.text for one in token), sure, _slice(polygon, start, end))


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
