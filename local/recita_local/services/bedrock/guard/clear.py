"""A text as its reader sees it: nothing unseen in words, digits and signs in their usual form."""

from __future__ import annotations

import unicodedata

from recita_local.services.bedrock.guard.patterns import INVISIBLE
from recita_local.services.bedrock.guard.pii import Span

FULL_WIDTH = range(0xFF01, 0xFF5F)
"""Latin letters, digits and signs as wide as Chinese ones."""

HYPHENS = frozenset("\u2010\u2011\u2012\u2013\u2212")
"""What numbers are written with where a hyphen is meant."""


class Clear:
    """``text``: what is searched; :meth:`original` leads back to the text that was given."""

    def __init__(self, given: str) -> None:
        self._given, self.text = given, given
        self._places: list[int] | None = None
        if given.isascii():
            return
        usual = {one: _usual(one) for one in set(given) if not one.isascii()}
        self.text = "".join(usual.get(one, one) for one in given)
        if "" in usual.values():
            self._places = [index for index, one in enumerate(given) if usual.get(one, one)]

    def original(self, span: Span) -> Span:
        """The finding where it stands in the given text, as that writes it."""
        start, end = span.start, span.end
        if self._places is not None and end > start:
            start, end = self._places[start], self._places[end - 1] + 1
        return Span(start, end, span.kind, self._given[start:end])


def _usual(character: str) -> str:
    """One character for one, or none for one that is not seen."""
    code = ord(character)
    if code in INVISIBLE:
        seen = INVISIBLE[code]
        return "" if seen is None else chr(seen)
    if character in HYPHENS:
        return "-"
    if code in FULL_WIDTH:
        return unicodedata.normalize("NFKC", character)
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)
