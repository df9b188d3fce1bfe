"""Dates in running text, rewritten as the target language writes them."""

from __future__ import annotations

import re
from functools import cache

MONTHS = {
    "en": "january february march april may june july august september october november december",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
}

# What stands before a date, and what the target says instead: "on", "of", nothing.
BEFORE = {
    "en": {"on": "on", "of": "of", "from": "from", "until": "until", "in": "in"},
    "es": {"on": "el", "of": "del", "from": "desde el", "until": "hasta el", "in": "en"},
    "fr": {"on": "le", "of": "du", "from": "à partir du", "until": "jusqu'au", "in": "en"},
    "pt": {"on": "em", "of": "de", "from": "a partir de", "until": "até", "in": "em"},
}
# How the source says it; the longest first.
SAID = {
    "en": {"on": ("on",), "of": ("of",), "from": ("from",), "until": ("until", "by"),
           "in": ("in",)},
    "es": {"on": ("el día", "el"), "of": ("del",), "from": ("a partir del", "desde el"),
           "until": ("hasta el",), "in": ("en",)},
    "fr": {"on": ("le",), "of": ("du",), "from": ("à partir du", "à compter du"),
           "until": ("jusqu'au",), "in": ("en",)},
    "pt": {"on": ("no dia", "em"), "of": ("do dia", "de"), "from": ("a partir de", "desde"),
           "until": ("até",), "in": ("em",)},
}  # fmt: skip


@cache
def pattern(source: str) -> re.Pattern[str]:
    """Dates with a named month, with the preposition before them: ``on March 14, 2026``."""
    months = "|".join(MONTHS[source].split())
    before = sorted({w for words in SAID[source].values() for w in words}, key=len, reverse=True)
    lead = rf"(?:\b(?P<before>{'|'.join(before)})\s+)?"
    if source == "en":
        body = (
            rf"(?:(?P<m1>{months})\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y1>\d{{4}}))?\b"
            rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{months})"
            rf"(?:,?\s+(?P<y2>\d{{4}}))?\b|(?P<m3>{months}),?\s+(?P<y3>\d{{4}})\b)"
        )
    else:
        de = "" if source == "fr" else r"(?:de\s+)?"
        year = rf"(?:\s+(?:{de.rstrip('?') + '|' if de else ''}del\s+)?(?P<y1>\d{{4}}))?"
        body = (
            rf"(?:\b(?P<d1>\d{{1,2}})(?:er|º|o)?\s+{de}(?P<m1>{months}){year}\b"
            rf"|\b(?P<m3>{months})\s+{de}(?P<y3>\d{{4}})\b)"
        )
    return re.compile(lead + body, re.IGNORECASE)


def rewritten(match: re.Match[str], source: str, target: str) -> str:
    """The matched date, and its preposition, in the target language."""
    parts = match.groupdict()
    month_name = parts.get("m1") or parts.get("m2") or parts.get("m3") or ""
    month = MONTHS[source].split().index(month_name.lower())
    day = parts.get("d1") or parts.get("d2")
    year = parts.get("y1") or parts.get("y2") or parts.get("y3")
    written = _written(target, month, int(day) if day else 0, year or "")
    return f"{_before(parts['before'], source, target, day=bool(day))}{written}"


def _written(target: str, month: int, day: int, year: str) -> str:
    name = MONTHS[target].split()[month]
    if target == "en":
        name = name.capitalize()
        if not day:
            return f"{name} {year}".strip()
        return f"{name} {day}, {year}" if year else f"{name} {day}"
    number = "" if not day else "1er" if target == "fr" and day == 1 else str(day)
    joint = " " if target == "fr" else " de "
    return joint.join(part for part in (number, name, year) if part)


def _before(said: str | None, source: str, target: str, *, day: bool) -> str:
    """The preposition; "en marzo" and "el 14 de marzo" want different ones."""
    if not said:
        return ""
    lower = said.lower()
    kind = next(k for k, words in SAID[source].items() if lower in words)
    if kind == "on" and not day:
        kind = "in"
    if kind == "in" and day:
        kind = "on"
    word = BEFORE[target][kind]
    if not day:
        word = {
            "del": "de",
            "du": "de",
            "desde el": "desde",
            "hasta el": "hasta",
            "le": "en",
            "à partir du": "à partir de",
            "jusqu'au": "jusqu'à",
        }.get(word, word)
    return (word.capitalize() if said[0].isupper() else word) + " "
