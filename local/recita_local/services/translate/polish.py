"""What Apertium leaves behind: stray capitals, double spaces, words its dictionaries lack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from recita_local.services.translate.shield import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterable

# Words that no language writes with a capital inside a sentence.
SMALL = {
    "en": "a an and are as at be been by for from has have in is it of on or than that the their "
    "this to was were which will with",
    "es": "a al como con de del desde el en entre es está están este esta fue fueron ha han hasta "
    "la las lo los no o para pero por que se según ser si sin son su sus tiene un una y",
    "fr": "à a au aux avec ce cette comme dans de des du elle en est et il la le les leur mais ne "
    "ou par pas pour qui que sa se ses son sont sur un une",
    "pt": "a ao aos as até com como da das de do dos e em entre está este esta foi foram há na "
    "nas no nos o os ou para pela pelas pelo pelos por que se sem ser seu sua são um uma",
}

# Endings of learned words, which Spanish shares with the others; the first that fits is used.
COGNATES = {
    "en": (("tions", "ciones"), ("tion", "ción"), ("sion", "sión"), ("ities", "idades"),
           ("ity", "idad"), ("ence", "encia"), ("ance", "ancia"), ("ical", "ico"),
           ("ism", "ismo"), ("ive", "ivo"), ("ous", "oso"), ("logy", "logía")),
    "pt": (("ções", "ciones"), ("ção", "ción"), ("sões", "siones"), ("são", "sión"),
           ("dades", "dades"), ("dade", "dad"), ("agem", "aje"), ("agens", "ajes"),
           ("ário", "ario"), ("ária", "aria"), ("ório", "orio"), ("ível", "ible"),
           ("ável", "able"), ("ência", "encia"), ("ância", "ancia"), ("íveis", "ibles"),
           ("áveis", "ables")),
    "fr": (("tions", "ciones"), ("tion", "ción"), ("sion", "sión"), ("ités", "idades"),
           ("ité", "idad"), ("ique", "ico"), ("aire", "ario"), ("ence", "encia"),
           ("isme", "ismo")),
}  # fmt: skip
SURE = ("tion", "tions", "ção", "ções", "dade")
"""With these endings a capital does not make a word a name."""


def hispanised(before: str, after: str, unknown: Iterable[str], source: str) -> str:
    """``after``, a Spanish line, with unknown learned words made Spanish by their endings."""
    for word in set(unknown):
        if len(word) < 6 or word not in before:
            continue
        for ending, put in COGNATES.get(source, ()):
            if word.endswith(ending) and (word.islower() or ending in SURE):
                spanish = word[: -len(ending)] + put
                after = re.sub(rf"\b{re.escape(word)}\b", spanish, after)
                break
    return after


def tidied(before: str, after: str, target: str) -> str:
    """``after`` with the capitals and spaces its source gives reason for."""
    if "  " not in before:
        after = re.sub(r" {2,}", " ", after)
    after = _recased(before, after)
    if not before.isupper():
        words = "|".join(word.capitalize() for word in SMALL[target].split())
        after = re.sub(
            rf"(?<=[\w,)'\u2019] )(?:{words})(?![\w.])", lambda match: match[0].lower(), after
        )
    if before[:1].islower() and not TOKEN.match(before) and after[1:2].islower():
        after = after[0].lower() + after[1:]
    return after


def _recased(before: str, after: str) -> str:
    """Apertium gives a capital to a word that follows an unknown word at a sentence's start."""
    lower = {m[1].lower() for m in re.finditer(rf"({TOKEN.pattern})(?=\s+[a-zà-ÿ])", before)}

    def lowered(match: re.Match[str]) -> str:
        return match[0].lower() if match[1].lower() in lower else match[0]

    return re.sub(rf"({TOKEN.pattern})\s+[A-ZÀ-Ý](?![A-ZÀ-Ý])", lowered, after)
