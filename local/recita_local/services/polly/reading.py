"""Text to words: what is written, where, and how it is read aloud."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from recita_local.services.polly import numbers
from recita_local.services.polly.languages import CURRENCY_SIGNS, LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Token:
    """A stretch of text, in characters, its spoken words and the punctuation after it."""

    start: int
    end: int
    spoken: tuple[str, ...]
    stop: str = ""


STOPS = {"(": ",", ")": ",", "[": ",", "]": ",", "—": ",", "\u2013": ",", "|": ","}
STRENGTH = ",:;….!?"

FIGURE = r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
SPACED = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)|" + FIGURE
"""A space separates thousands too, everywhere but in English."""
SIGN = r"R\$|US\$|\$|€|£|¥"
CODE = r"BRL|USD|EUR|GBP|JPY"


def tokens(text: str, language_code: str) -> list[Token]:
    """Words of one sentence in order; punctuation is folded into the word before it."""
    language = LANGUAGES[language_code[:2]]
    found: list[Token] = []
    for match in _pattern(language_code).finditer(text):
        kind = str(match.lastgroup)
        if kind == "stop":
            _punctuate(found, match.group())
            continue
        said = _READERS[kind](match, language, language_code)
        spoken = tuple(re.findall(r"[^\s,]+", said))
        if spoken:
            found.append(Token(match.start(), match.end(), spoken))
    return _without_inner_stops(found)


def spell(text: str, language_code: str) -> tuple[str, ...]:
    """Character by character: letters by name, digits as numbers."""
    language = LANGUAGES[language_code[:2]]
    said = [
        numbers.digits(char, language) if char.isdigit() else language.signs.get(char, char)
        for char in text
        if not char.isspace()
    ]
    return tuple(" ".join(said).split())


@cache
def _pattern(language_code: str) -> re.Pattern[str]:
    language = LANGUAGES[language_code[:2]]
    scales = "|".join(sorted(language.scales, key=len, reverse=True))
    figure = FIGURE if language.numbers == "en" else SPACED
    return re.compile(
        rf"""
        (?P<address>[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)[^\s<>()]*[\w/])
        |(?P<iso>\b(?:19|20)\d\d-[01]\d-[0-3]\d\b)
        |(?P<date>\b[0-3]?\d(?P<sep>[/.-])[0-3]?\d(?P=sep)(?:19|20)\d\d\b)
        |(?P<money>(?:(?:{SIGN})[ \u00a0]?|\b(?:{CODE})[ \u00a0])(?:{figure})
            (?:[ \u00a0](?:{scales})\b)?)
        |(?P<amount>(?:{figure})(?:[ \u00a0](?:{scales}))?[ \u00a0\u202f]?
            (?:(?:{SIGN})|\b(?:{CODE})\b))
        |(?P<percent>(?:{figure})[ \u00a0\u202f]?%)
        |(?P<clock>\b(?:[01]?\d|2[0-3])[:h][0-5]\d\b)
        |(?P<ordinal>\b\d+(?:st|nd|rd|th|\.?[ºª]|er|re|ère|e|ème)\b|\b\d+\.?[ºª])
        |(?P<code>\b\d+(?:[-/.]\d+){{2,}}\b|\b\d+[-/]\d+\b|\b\d{{10,}}\b)
        |(?P<figure>\b(?:{figure})\b)
        |(?P<word>\b[Nn]\.?[º°](?!\w)|\b(?:[^\W\d_]\.)+[^\W\d_]\b|\w+(?:['\u2019\-]\w+)*)
        |(?P<sign>[&@+=§\#°%])
        |(?P<stop>[.,;:!?…—\u2013()\[\]|]+|(?<=\s)-(?=\s))
        """,
        re.VERBOSE,
    )


def _punctuate(found: list[Token], run: str) -> None:
    """Keep the strongest sign of a run of punctuation."""
    if not found:
        return
    last = found[-1]
    signs = [STOPS.get(char, char) for char in run if char != "-"] or [","]
    stop = max([last.stop, *signs], key=lambda sign: STRENGTH.find(sign) if sign else -1)
    found[-1] = Token(last.start, last.end, last.spoken, stop)


def _without_inner_stops(found: list[Token]) -> list[Token]:
    """A full stop inside a sentence ends an abbreviation, not a breath."""
    inner = [
        Token(token.start, token.end, token.spoken) if token.stop == "." else token
        for token in found[:-1]
    ]
    return inner + found[-1:]


def _word(match: re.Match[str], language: Language, _code: str) -> str:
    word = match.group()
    following = match.string[match.end() : match.end() + 3]
    abbreviated = following.startswith(".") or word[-1] in "º°"
    expansion = language.abbreviations.get(word.lower())
    if expansion and abbreviated and (word.lower() != "no" or re.match(r"\. ?\d", following)):
        return expansion
    if "." in word:
        return word.replace(".", " ")
    if any(char.isdigit() for char in word):
        return " ".join(_mixed(word, language))
    return word.replace("_", " ")


def _mixed(word: str, language: Language) -> list[str]:
    """``A4`` as "A four": letters as written, figures as numbers."""
    parts = re.findall(r"\d+|[^\W\d_]+", word)
    return [numbers.figure(part, language) if part.isdigit() else part for part in parts]


def _figure(match: re.Match[str], language: Language, _code: str) -> str:
    text = match.group()
    if len(text) == 4 and text.isdigit() and 1900 <= int(text) < 2100:
        return numbers.year(int(text), language)
    if language.numbers == "en" and text.isdigit() and _after_month(match, language):
        return numbers.ordinal(int(text), language)
    return numbers.figure(text, language)


def _after_month(match: re.Match[str], language: Language) -> bool:
    """``March 14`` is the fourteenth in English."""
    before = match.string[: match.start()].split()[-1:]
    return bool(before) and before[0] in language.months.split()


def _money(match: re.Match[str], language: Language, _code: str) -> str:
    text = match.group()
    unit = re.search(rf"{SIGN}|{CODE}", text)
    amount = re.search(FIGURE if language.numbers == "en" else SPACED, text)
    if unit is None or amount is None:
        return text
    currency = CURRENCY_SIGNS.get(unit.group(), unit.group())
    scale = next((word for word in text.split() if word in language.scales), "")
    return numbers.money(amount.group(), currency, scale, language)


def _percent(match: re.Match[str], language: Language, _code: str) -> str:
    return f"{numbers.figure(match.group().rstrip('% '), language)} {language.percent}"


def _date(match: re.Match[str], language: Language, code: str) -> str:
    first, second, year = (int(part) for part in re.split(r"[/.-]", match.group()))
    try:
        if code == "en-GB":
            return numbers.date(first, second, year, language)
        return numbers.numeric_date(first, second, year, language)
    except ValueError:
        return numbers.digits(match.group(), language)


def _iso(match: re.Match[str], language: Language, _code: str) -> str:
    year, month, day = (int(part) for part in match.group().split("-"))
    try:
        return numbers.date(day, month, year, language)
    except ValueError:
        return numbers.digits(match.group(), language)


def _clock(match: re.Match[str], language: Language, _code: str) -> str:
    hours, minutes = re.split(r"[:h]", match.group())
    return numbers.clock(int(hours), int(minutes), language)


def _ordinal(match: re.Match[str], language: Language, _code: str) -> str:
    number = int(re.sub(r"\D", "", match.group()))
    return numbers.ordinal(number, language, feminine=match.group().endswith("ª"))


def _code(match: re.Match[str], language: Language, _code: str) -> str:
    return numbers.digits(match.group(), language)


def _address(match: re.Match[str], language: Language, _code: str) -> str:
    parts = re.findall(r"\w+|\W", re.sub(r"^https?://", "", match.group()))
    return " ".join(language.signs.get(part, part) for part in parts)


def _sign(match: re.Match[str], language: Language, _code: str) -> str:
    return language.percent if match.group() == "%" else language.signs.get(match.group(), "")


_READERS: dict[str, Callable[[re.Match[str], Language, str], str]] = {
    "address": _address,
    "iso": _iso,
    "date": _date,
    "money": _money,
    "amount": _money,
    "percent": _percent,
    "clock": _clock,
    "ordinal": _ordinal,
    "code": _code,
    "figure": _figure,
    "word": _word,
    "sign": _sign,
}
