"""Numbers decided by their check digits: cards, bank accounts, and persons in some countries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum.br import cnpj, cpf
from stdnum.es import dni, nie

from recita_local.services.bedrock.guard import checks

GAP = r"(?:[ \u00a0\u202f.-]|[ -]?\n[ \t]{0,2})"
"""Between the groups of a number, which may run over a line's end."""

CARDS = re.compile(
    rf"(?<![\d.-])(?<!\d{{4}}[ \u00a0\u202f\n])"
    rf"(?:\d{{4}}(?:{GAP}\d{{4}}){{3}}(?:{GAP}\d{{3}})?|\d{{4}}{GAP}\d{{6}}{GAP}\d{{4,5}}|\d{{15,19}})"
    rf"(?!\d|[.-]\d|{GAP}\d{{4}}(?!\d))"
)
"""Groups of four, the groups of American Express and Diners, or no groups."""

OTHER_GROUPS = re.compile(
    r"(?i:card|cart[ãa]o|tarjeta|carte|karte|visa|mastercard|amex)\b\D{0,30}"
    r"(\d(?:[ \u00a0-]?\d){12,18})(?![ -]?\d)"
)
"""Any grouping, where a card is spoken of."""

ACCOUNTS = re.compile(rf"\b[A-Z]{{2}}\d{{2}}(?:{GAP}?[A-Z0-9]){{11,30}}", re.IGNORECASE)


def card_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each payment card's number."""
    found = {
        match.span(pattern.groups)
        for pattern in (CARDS, OTHER_GROUPS)
        for match in pattern.finditer(text)
        if checks.is_card(match[pattern.groups])
    }
    yield from sorted(found)


def iban_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each IBAN; what follows it in capitals is not part of it."""
    for match in ACCOUNTS.finditer(text):
        if length := iban_length(match[0]):
            yield match.start(), match.start() + length


def iban_length(written: str) -> int:
    """How many characters from the beginning are an IBAN; 0 if none are."""
    for end in range(len(written), 14, -1):
        goes_on = written[end : end + 1].isalnum() and written[end - 1].isalnum()
        if written[end - 1].isalnum() and not goes_on:
            compact = re.sub(r"\W", "", written[:end])
            if len(compact) >= 15 and checks.is_iban(compact):
                return end
    return 0


PROMISED = {"CPF": (cpf, 11), "CNPJ": (cnpj, 14), "DNI": (dni, 9), "NIE": (nie, 9)}
"""Names of expressions that promise a number with check digits, and its length."""


def custom_check(name: str, value: str) -> bool:
    """Whether a configured expression found what its name promises.

    The expression may match the number's label as well: the number stands at the end.
    """
    names = set(re.split(r"[^A-Z]+", name.upper()))
    if "IBAN" in names and not iban_length(value):
        return False
    compact = re.sub(r"[\W_]", "", value).upper()
    return all(
        PROMISED[one][0].is_valid(compact[-PROMISED[one][1] :]) for one in names & set(PROMISED)
    )
