"""Times of day in running text, rewritten as the target language writes them."""

from __future__ import annotations

import re
from functools import cache

AT = {"en": ("at",), "es": ("a las", "a la"), "fr": ("à",), "pt": ("às", "à")}


@cache
def pattern(source: str) -> re.Pattern[str]:
    """``at 10:30``, ``às 10h30``; the preposition is part of the match, if there is one."""
    at = "|".join(AT[source])
    return re.compile(
        rf"(?:\b(?P<at>{at})\s+)?\b(?P<h>[01]?\d|2[0-3])(?:\s?h\s?|:)(?P<m>[0-5]\d)\b(?!:)",
        re.IGNORECASE,
    )


def rewritten(match: re.Match[str], target: str) -> str:
    """The same time, with the target's preposition."""
    hour, minute = match["h"], match["m"]
    separator = " h " if target == "fr" else ":"
    time = f"{hour}{separator}{minute}"
    if not match["at"]:
        return time
    words = AT[target]
    word = words[1] if int(hour) in {0, 1} and len(words) > 1 else words[0]
    return f"{word.capitalize() if match['at'][0].isupper() else word} {time}"
