"""Telephone numbers; a bare string of digits is none, nor is a date or an invoice number."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

LABEL = re.compile(
    r"(?:\b(?:tel\w*|tél\w*|phone|fone|fon|fax|mobile?|móvil|celular|cel|handy|whatsapp|ligue|llame"
    r"|appelez|contact(?: us)?|disque|sac|hotline|rufnummer|call(?: us)?(?: at)?)\b|[☎☏✆📞])"
    r"[^\w\n+(]{0,6}(?:(?:n[º°o.]{0,2}|number|no|at|para|au|al)\b[^\w\n+(]{0,4})?$",
    re.IGNORECASE,
)
CANDIDATE = re.compile(
    r"(?<![\w.,/-])(?:\+|00)?\(?\d(?:[ \t\u00a0\u202f.()/-]{0,3}\d){6,16}(?![\w/]|[.,-]\d)"
)
FORMATTED = (
    (
        re.compile(
            r"\(\d{3}\)[ -]?\d{3}-\d{4}|[2-9]\d{2}([-.])[2-9]\d{2}\1\d{4}|1-[2-9]\d{2}-\d{3}-\d{4}"
        ),
        "US",
    ),
    (re.compile(r"\(\d{2}\)[ ]?9?[ ]?\d{4}[- ]\d{4}|0800[ ]\d{2,3}[ ]\d{4}"), "BR"),
    (re.compile(r"0[1-9](?:([ .])\d{2})(?:\1\d{2}){3}"), "FR"),
)
"""Ways to write a national number that mean nothing else."""


def phone_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each telephone number."""
    for match in CANDIDATE.finditer(text):
        written = match[0].rstrip(" \t.(/-")
        labelled = bool(LABEL.search(text[max(0, match.start() - 40) : match.start()]))
        if _is_phone(written, labelled=labelled):
            yield match.start(), match.start() + len(written)


def _is_phone(written: str, *, labelled: bool) -> bool:
    count = sum(character.isdigit() for character in written)
    if not 7 <= count <= 15:
        return False
    if written.startswith("+") or (written.startswith("00") and not written.isdigit()):
        international = "+" + written.lstrip("+").removeprefix("00")
        return _possible(international, None)
    if labelled:
        return count >= 8 or not written.isdigit()
    return any(
        pattern.fullmatch(written) and _possible(written, region) for pattern, region in FORMATTED
    )


def _possible(written: str, region: str | None) -> bool:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(number))
