"""Judges whether a text layer is good enough to stand for its page.

A layer can be there and be worthless: glyphs without a meaning, bytes the wrong way round, letters
of a font that was subset without a map, or what a poor OCR program once left behind a scan.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise
from unicodedata import combining

MIN_CHARACTERS = 20
"""Fewer beside an image is a stamp or a page number: look at the image."""
MOSTLY_IMAGE = 0.5
"""Share of the page that one image covers."""
MIN_CHARACTERS_ON_IMAGE = 100
"""Fewer on a page that is mostly image is a caption or a stamp on a scan."""
MAX_JUNK = 0.1
MAX_SWAPPED = 0.3
MIN_LETTERS = 0.3
MAX_ODD = 0.3
"""Share of words that no language has; pages of formulas reach half of it."""
MAX_ODD_INVISIBLE = 0.15
"""A layer behind a scan was guessed by a program; a better one is at hand."""
MIN_WORDS = 12
"""Fewer words tell nothing about all."""
JUNK_CATEGORIES = frozenset({"Cc", "Cn", "Co", "Cs"})
VOWELS = frozenset("aeiouyæœø")
LATIN = 0x24F
"""The last code point of the Latin alphabet with its accents."""
MAX_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}")
FOLLOWERS = {
    "a": "abcdghijklmnpqrstuvwyz",
    "b": "aeioru",
    "c": "aehilotu",
    "d": "aeiou",
    "e": "bceijklmnqrsty",
    "f": "a",
    "g": "aeikou",
    "h": "aeinoqtu",
    "i": "abcdegiklmnopqrstvwy",
    "j": "aeiu",
    "k": "aeinotu",
    "l": "aeilou",
    "m": "abeiopu",
    "n": "acdegikmnopqstuwy",
    "o": "abcilmnopqrstu",
    "p": "aeioru",
    "q": "aeimu",
    "r": "aeinopstu",
    "s": "acehikopstu",
    "t": "aehiorsuy",
    "u": "abceijklmnprstuy",
    "v": "aeio",
    "w": "aei",
    "y": "aeiklnotu",
    "z": "aio",
}
"""The letters that often follow a letter: 220 pairs, common in most of the 500 languages into which
the Universal Declaration of Human Rights is translated, accents dropped."""
MIN_COMMON = 0.62
"""Share of common pairs; pages of prose, formulas and tables have 0.74 and more, letters of a font
without a map at most 0.53."""
MIN_PAIRS = 100
"""Fewer pairs tell nothing about all."""
LATIN_WORD = re.compile(r"[a-z]{4,}")
WORD = re.compile(r"\w(?:\S*\w)?")
NO_WORD = re.compile(r"[\d/@.]")
"""In numbers, dates, codes, addresses and abbreviations; they follow no rule."""


def judge(text: str, *, picture: float = 0.0, invisible: bool = False) -> tuple[bool, str]:
    """Return whether the layer is good, and why or why not, in words for the manifest.

    ``picture``: share of the page (0 to 1) that its largest image covers; it may hold the text
    that the layer lacks. ``invisible``: the layer is not painted, as that of a scanned page.
    """
    characters = [c for c in text if not c.isspace()]
    flaw = _scarce(characters, picture) or _scrambled(characters) or _babble(text, single=invisible)
    if flaw:
        return False, flaw
    return True, "good text layer behind the image" if invisible else "good text layer"


def odd_words(text: str, *, single: bool) -> float:
    """Return the share of words (0 to 1) that no language would have; 0 when there are few.

    ``single``: count letters that stand alone, too; formulas are full of them, and bad OCR is.
    """
    words = [word for word in WORD.findall(text) if len(word) > 3 or single]
    return sum(map(_odd, words)) / len(words) if len(words) >= MIN_WORDS else 0.0


def common_pairs(text: str) -> float:
    """Return the share of letter pairs (0 to 1) that are common in languages; 1 for few letters."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not combining(c))
    pairs = [pair for word in LATIN_WORD.findall(plain) for pair in pairwise(word)]
    if len(pairs) < MIN_PAIRS:
        return 1.0
    return sum(after in FOLLOWERS.get(before, "") for before, after in pairs) / len(pairs)


def _scarce(characters: Sequence[str], picture: float) -> str | None:
    if not characters:
        return "no text layer"
    mostly = picture >= MOSTLY_IMAGE
    if picture and len(characters) < (MIN_CHARACTERS_ON_IMAGE if mostly else MIN_CHARACTERS):
        what = "mostly image, the text layer" if mostly else "text layer"
        return f"{what} has only {len(characters)} characters"
    return None


def _scrambled(characters: Sequence[str]) -> str | None:
    if _share(characters, _swapped) > MAX_SWAPPED:
        return "text layer is byte-swapped"
    junk = _share(characters, _junk)
    if junk > MAX_JUNK:
        return f"text layer is {junk:.0%} unmapped glyphs"
    if _share(characters, str.isalnum) < MIN_LETTERS:
        return "text layer has hardly any letters or digits"
    return None


def _babble(text: str, *, single: bool) -> str | None:
    odd = odd_words(text, single=single)
    if odd > (MAX_ODD_INVISIBLE if single else MAX_ODD):
        return f"text layer reads like no language ({odd:.0%} of its words)"
    common = common_pairs(text)
    if common < MIN_COMMON:
        return f"text layer reads like no language ({common:.0%} of its letter pairs)"
    return None


def _odd(word: str) -> bool:
    if len(word) == 1:
        return not (word.isdigit() or word.lower() in VOWELS)
    letters = [c for c in unicodedata.normalize("NFD", word) if c.isalpha()]
    if NO_WORD.search(word) or word.isupper() or any(ord(c) > LATIN for c in letters):
        return False  # a code, an acronym, or a script of which we know no rule
    plain = "".join(letters).lower()
    silent = len(word) > 3 and not VOWELS.intersection(plain)
    return bool(
        silent or 2 * len(letters) < len(word) or MAX_CONSONANTS.search(plain) or _mixed_case(word)
    )


def _mixed_case(word: str) -> bool:
    """Whether small and capital letters alternate as in no word: ``rEcEiPt``."""
    return sum(a.islower() and b.isupper() for a, b in pairwise(word)) > 1


def _share(characters: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, characters)) / len(characters)


def _swapped(character: str) -> bool:
    """Whether it is a Latin letter with its two bytes the wrong way round."""
    code = ord(character)
    return code > 0xFF and not code & 0xFF and 0x20 < code >> 8 < 0x7F


def _junk(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in JUNK_CATEGORIES
