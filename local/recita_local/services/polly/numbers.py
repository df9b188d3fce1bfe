"""Numbers, money, dates and times as a person would read them aloud."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from num2words import num2words

if TYPE_CHECKING:
    from recita_local.services.polly.languages import Language

FEMININE_HOURS = {
    ("pt_BR", 1): "uma",
    ("pt_BR", 2): "duas",
    ("pt_BR", 21): "vinte e uma",
    ("pt_BR", 22): "vinte e duas",
    ("es", 1): "una",
    ("es", 21): "veintiuna",
    ("fr", 1): "une",
    ("fr", 21): "vingt et une",
    ("it", 1): "una",
}
"""Hours are feminine in Romance languages; num2words counts in the masculine."""

MAX_DIGITS = 15
"""Longer figures are codes: nobody reads a quadrillion."""


@lru_cache(maxsize=4096)
def cardinal(number: int, numbers: str) -> str:
    """``1284`` as "one thousand two hundred and eighty-four"."""
    return str(num2words(number, lang=numbers)).replace(",", "")


def ordinal(number: int, language: Language, *, feminine: bool = False) -> str:
    """``2`` as "second", "segundo", "segunda"."""
    words = str(num2words(number, lang=language.numbers, to="ordinal"))
    return re.sub(r"o\b", "a", words) if feminine else words


def year(number: int, language: Language) -> str:
    """``2026`` as "twenty twenty-six" in English, as a plain number where that is the habit."""
    if language.numbers in {"en", "de"} and 1100 <= number < 2100:
        return str(num2words(number, lang=language.numbers, to="year"))
    return cardinal(number, language.numbers)


def digits(text: str, language: Language) -> str:
    """Every digit on its own; other characters are dropped."""
    return " ".join(cardinal(int(char), language.numbers) for char in text if char.isdigit())


def parse(text: str, language: Language) -> tuple[str, str]:
    """Whole and decimal digits of a figure written with separators.

    With both separators the later one is the decimal's. A lone separator is the decimal's
    unless it is the language's thousands separator before exactly three digits.
    """
    figure = re.sub(r"[\s\u00a0\u202f']", "", text)
    last = max(figure.rfind("."), figure.rfind(","))
    if last < 0:
        return figure, ""
    separator, tail = figure[last], figure[last + 1 :]
    both = "." in figure and "," in figure
    grouped = figure.count(separator) > 1 or (len(tail) == 3 and separator != language.decimal)
    if grouped and not both:
        return re.sub(r"[.,]", "", figure), ""
    return re.sub(r"[.,]", "", figure[:last]), tail


def figure(text: str, language: Language) -> str:
    """``1.234,56`` in full; a long or zero-led run of digits is read digit by digit."""
    whole, decimals = parse(text, language)
    if len(whole) > MAX_DIGITS or (whole.startswith("0") and len(whole) > 1 and not decimals):
        return digits(text, language)
    words = cardinal(int(whole or "0"), language.numbers)
    if not decimals:
        return words
    as_number = language.decimals_as_number and len(decimals) <= 2 and decimals[0] != "0"
    tail = cardinal(int(decimals), language.numbers) if as_number else digits(decimals, language)
    return f"{words} {language.point} {tail}"


def money(amount: str, currency: str, scale: str, language: Language) -> str:
    """``1.234,56`` BRL as "mil duzentos e trinta e quatro reais e cinquenta e seis centavos"."""
    one, many, cent, cents = language.money[currency]
    whole, decimals = parse(amount, language)
    if scale:
        joint = f" {language.of} " if language.of else " "
        return f"{figure(amount, language)} {scale}{joint}{many}"
    if len(decimals) > 2 or not cent or len(whole) > MAX_DIGITS:
        return f"{figure(amount, language)} {many}"
    units, parts = int(whole or "0"), int(decimals.ljust(2, "0") or "0")
    spoken = [
        f"{cardinal(units, language.numbers)} {one if units == 1 else _many(units, many, language)}"
    ]
    if parts:
        fraction = f"{cardinal(parts, language.numbers)} {cent if parts == 1 else cents}"
        spoken = [fraction] if units == 0 else [*spoken, fraction]
    return f" {language.and_} ".join(spoken)


def _many(units: int, many: str, language: Language) -> str:
    """Romance languages say "um milhão de reais" after a round million."""
    needs_of = language.of and units >= 1_000_000 and units % 1_000_000 == 0
    return f"{language.of} {many}" if needs_of else many


def date(day: int, month: int, number: int, language: Language) -> str:
    """A calendar date; raises ValueError when there is no such day or month."""
    if not (1 <= day <= 31 and 1 <= month <= 12):
        raise ValueError(f"{day}/{month} is not a date")
    if language.numbers in {"en", "de"}:
        spoken_day = ordinal(day, language)
        spoken_day += "r" if language.numbers == "de" else ""  # nominative, as after "Datum:"
    elif day == 1 and language.first:
        spoken_day = language.first
    else:
        spoken_day = cardinal(day, language.numbers)
    named = language.months.split()[month - 1]
    said = language.date.format(d=spoken_day, m=named, y=year(number, language))
    return said.replace(",", "")


def numeric_date(first: int, second: int, number: int, language: Language) -> str:
    """``03/12/2026``: month first in US English, day first elsewhere, swapped if impossible."""
    month, day = (first, second) if language.month_first else (second, first)
    if month > 12:
        month, day = day, month
    return date(day, month, number, language)


def clock(hours: int, minutes: int, language: Language) -> str:
    """``14:30`` as "fourteen thirty", "catorze e trinta", "quatorze heures trente"."""
    hour = FEMININE_HOURS.get((language.numbers, hours)) or cardinal(hours, language.numbers)
    minute = cardinal(minutes, language.numbers)
    if language.numbers == "en" and minutes < 10:
        minute = f"oh {minute}"
    said = language.clock[0 if minutes else 1].format(h=hour, n=minute)
    return re.sub(r"\b(heure|hora)s\b", r"\1", said) if hours == 1 else said
