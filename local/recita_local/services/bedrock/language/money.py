"""Amounts of money and dates as they are written in six languages."""

from __future__ import annotations

import re
from functools import cache

from recita_local.services.bedrock.language.lexicon import fold, lexicon

CURRENCY = (
    r"(?:R\$|US\$|USD|EUR|BRL|GBP|CHF|CAD|AUD|MXN|ARS|CLP|COP|SEK|NOK|DKK|PLN|CZK|JPY"
    r"|[€$£¥₹₽₺₩]|(?i:euros?|reais|d[oó]lares|dollars)\b)"
)
NUMBER = r"\d{1,3}(?:[.,' \u00a0\u202f]\d{3})*(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?![\d,])"
MONEY = re.compile(
    rf"(?<![\w.,])(?:-?{CURRENCY}\s?-?(?:{NUMBER})|-?(?:{NUMBER})\s?{CURRENCY}(?!\w))"
)
BARE_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,' \u00a0\u202f]?\d{3})*[.,]\d{2}(?![\d.,]*\d)")
NUMERIC_DATE = (
    r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|[12]\d|3[01])\1(?:(?:19|20)\d\d|\d\d)"
)


@cache
def date_pattern() -> re.Pattern[str]:
    """Dates in digits or with the month's name; matched on text of any case."""
    names: set[str] = set()
    for months in lexicon()["months"].values():
        names.update(months)
        names.update(fold(month) for month in months)
    month = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    link = r"(?:\.|er|º|ª|st|nd|rd|th)?(?:\s+(?:de|di|of))?\s+"
    day_first = rf"\d{{1,2}}{link}(?:{month})\.?(?:,?\s+(?:de\s+)?(?:19|20)\d\d)?"
    month_first = rf"(?:{month})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\s?,\s*(?:19|20)\d\d"
    return re.compile(
        rf"(?<![\w./-])(?:{NUMERIC_DATE}|{month_first}|{day_first})(?![\w/-])", re.IGNORECASE
    )


def amount_of(value: str) -> float:
    """The number in an amount of money, whichever sign separates its cents."""
    digits = re.sub(r"[^\d.,]", "", value).strip(".,")
    cents = re.search(r"[.,](\d{1,2})$", digits)
    whole = re.sub(r"\D", "", digits[: cents.start()] if cents else digits)
    return float(f"{whole or 0}.{cents[1] if cents else 0}")
