"""Text cut to a number of encoded bytes, at the best place there is."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

SENTENCE_END = re.compile(r"[.!?…]['\"\u201d\u2019)]*\s+|[。！？]\s*")  # noqa: RUF001
SPACE = re.compile(r"\s+")
JOINERS = "\u200c\u200d"


def cut(text: str, limit: int, whole: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield pieces of at most ``limit`` UTF-8 bytes, each with what stood before it: "" or " ".

    Cuts at a sentence's end, else at white space, else between two characters; never inside a
    match of ``whole``, which must be shorter than ``limit``.
    """
    before = ""
    while len(text.encode()) > limit:
        ends = list(accumulate(len(character.encode()) for character in text))
        room = bisect_right(ends, limit)
        place = _place(text, room, whole)
        yield before, text[:place].rstrip()
        rest = text[place:].lstrip()
        spaced = text[:place] != text[:place].rstrip() or len(rest) < len(text) - place
        before, text = " " if spaced else "", rest
    if text:
        yield before, text


def _place(text: str, room: int, whole: re.Pattern[str]) -> int:
    """Return where to cut so that at most ``room`` characters come before."""
    closed = [match.span() for match in whole.finditer(text)]

    def last(pattern: re.Pattern[str]) -> int:
        ends = (match.end() for match in pattern.finditer(text, 0, room))
        return max((end for end in ends if _open(end, closed)), default=0)

    place = last(SENTENCE_END)
    if place < room // 4:  # a cut so early would cost calls
        place = max(place, last(SPACE))
    if place < room // 4:
        place = room
        while place > 1 and not (_open(place, closed) and _apart(text, place)):
            place -= 1
    return place


def _open(place: int, closed: list[tuple[int, int]]) -> bool:
    return all(place <= start or place >= end for start, end in closed)


def _apart(text: str, place: int) -> bool:
    """Whether two letters meet here, and not a letter and its accent."""
    after = text[place : place + 1]
    joined = after in JOINERS or text[place - 1] in JOINERS
    return not after or not (joined or unicodedata.category(after).startswith("M"))
