"""Judges whether a text layer is good enough to stand for its page."""

from __future__ import annotations

import unicodedata

MIN_CHARACTERS = 20
"""Fewer beside an image is a stamp or a page number: look at the image."""
MAX_JUNK = 0.1
JUNK_CATEGORIES = frozenset({"Cc", "Cn", "Co", "Cs"})


def judge(text: str, *, pictured: bool) -> tuple[bool, str]:
    """Return whether the layer is good, and why or why not, in words for the manifest.

    ``pictured``: the page shows an image, which may hold the text that the layer lacks.
    """
    characters = [c for c in text if not c.isspace()]
    if not characters:
        return False, "no text layer"
    if pictured and len(characters) < MIN_CHARACTERS:
        return False, f"text layer has only {len(characters)} characters"
    junk = sum(c == "\ufffd" or unicodedata.category(c) in JUNK_CATEGORIES for c in characters)
    if junk / len(characters) > MAX_JUNK:
        return False, f"text layer is {junk / len(characters):.0%} unmapped glyphs"
    letters = sum(c.isalnum() for c in characters)
    if letters / len(characters) < 0.3:
        return False, "text layer has hardly any letters or digits"
    return True, "good text layer"
