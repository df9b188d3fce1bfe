"""Numbers that identify: behind the labels of six languages, or known by their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from stdnum import iban
from stdnum.br import cnpj, cpf
from stdnum.eu import vat

from recita_local.services.bedrock.language.lexicon import (
    function_words,
    lexicon,
    plain_letters,
)
from recita_local.services.bedrock.language.money import MONEY, date_pattern

CNPJ = re.compile(r"(?<!\d)\d{2}\.?\d{3}\.?\d{3}/\d{4}-?\d{2}(?!\d)")
CPF = re.compile(r"(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
VAT = re.compile(r"\b(?:AT|BE|DE|ES|FR|IT|LU|NL|PT|PL)[A-Z0-9]{8,12}\b")

MARK = (
    r"(?:numbers?|numeros?|nummern?|num|nrs?|nos?|n(?=[\s.:º°ª#])|id|code|codigo|reference|referencia"
    r"|referenz|ref|reg|#)"
)
OF = r"(?:of|the|de|da|do|du|des|d|la|le|der|del|para|for|your|votre|sua?|ihre?)"
VALUE = re.compile(r"(?=[a-z./_-]{0,8}\d)[a-z0-9](?:[a-z0-9./_-]{0,28}[a-z0-9])?(?![a-z0-9])")
KNOWN = re.compile(rf"{CNPJ.pattern}|{CPF.pattern}|{MONEY.pattern}")
CODE = re.compile(r"(?=\S*\d)[A-Za-z0-9][A-Za-z0-9./_-]*")
UNMARKED = 3
"""Characters of a value whose label does not say that a number follows."""

GLUE = re.compile(r"[\s.:#º°ª()-]{0,12}")
OWNERS = (
    r"(?:(?:numero|num|n\.?[º°]|no\.|codigo|reference|referencia|ref)\.?\s?"
    r"(?:de |do |da |del |d['’])?(?P<after>[a-z]{3,})(?<!s)"  # noqa: RUF001
    r"|(?P<before>[a-z]{3,})(?:[ -](?:number|nummer|no\.|nr\.?|id|code|ref\.?|reference|referenz|#)"
    r"|nummer|nr\.?|kennung|referenz|zeichen))(?![a-z])"
)
"""Anything that has a number: "membership number", "número de socio", "Vorgangsnummer"."""


@cache
def label_pattern() -> re.Pattern[str]:
    """A label, in small letters without accents: what is numbered, and a word for number."""
    nouns = lexicon()["identifiers"]
    free = "|".join(sorted(map(plain_letters, nouns["nouns"]), key=len, reverse=True))
    bound = "|".join(sorted(map(plain_letters, nouns["need_a_mark"]), key=len, reverse=True))
    alone = "|".join(sorted(map(plain_letters, nouns["names"]), key=len, reverse=True))
    mark = rf"{MARK}[.º°ª]{{0,2}}"
    before = rf"(?:{mark}\s?(?:{OF}[ '’])?)"  # noqa: RUF001
    between = rf"[\s.-]{{0,2}}(?:{OF}[ '’])?"  # noqa: RUF001
    return re.compile(
        rf"(?<![a-z0-9])(?:{before}?(?P<marked>{free}|{bound}){between}{mark}(?![a-z])"
        rf"|{before}(?:{free}|{bound})s?(?![a-z])|(?:{OF} )?(?P<free>{free})(?![a-z])"
        rf"|(?:{alone})(?![a-z])|{OWNERS}|(?P<sign>n[º°]|nr\.|no\.))"
    )


@cache
def _unnumbered() -> re.Pattern[str]:
    """Words before or after "number" that make it no identifier."""
    words = [*map(plain_letters, lexicon()["identifiers"]["never"]), *function_words("")]
    return re.compile("|".join(map(re.escape, words)))


def labelled(line: str) -> Iterator[tuple[int, int, str, str]]:
    """Start and end of each label on a line, its writing, and the value behind it or nothing."""
    folded = plain_letters(line)
    taken = 0
    for match in label_pattern().finditer(folded):
        owner = match["after"] or match["before"]
        if match.start() < taken or (owner and _unnumbered().fullmatch(owner)):
            continue
        weak = bool(match["free"] or match["sign"] or owner)
        value = _value(line, folded, match.end(), weak=weak)
        taken = match.end() + len(value)
        yield match.start(), match.end(), line[match.start() : match.end()], value


def _value(line: str, folded: str, end: int, *, weak: bool) -> str:
    """What stands behind a label that ends at ``end``, if it is a number of something."""
    glue = GLUE.match(folded, end)
    start = glue.end() if glue else end
    value = VALUE.match(folded, start)
    if not value or (start == end and folded[end - 1].isalnum()):
        return ""
    written = line[value.start() : value.end()]
    return written if _identifies(line, start, written, weak=weak) else ""


def _identifies(line: str, start: int, value: str, *, weak: bool) -> bool:
    """Whether a value is neither a date nor an amount, and no mere count."""
    if date_pattern().match(line, start) or MONEY.match(line, start):
        return False
    if re.match(r"\d+[.,]\d{2}(?!\d)|\d+\s?%", line[start:]):
        return False
    mixed = bool(re.search(r"[A-Za-z]", value)) or bool(re.search(r"[/-]", value))
    return not weak or (len(value) >= UNMARKED and (mixed or len(value) > UNMARKED))


def codes(line: str) -> list[str]:
    """The numbers of a line that holds nothing else but dates; none where it does."""
    rest = date_pattern().sub(" ", line).split()
    return rest if all(CODE.fullmatch(one) and not KNOWN.search(one) for one in rest) else []


def identifiers(line: str) -> Iterator[tuple[str, str, float]]:
    """Name, value as written and confidence (0 to 1) of each identifier on a line."""
    yield from _checked("CNPJ", CNPJ, cnpj, line, 0.99)
    yield from _checked("CPF", CPF, cpf, line, 0.99)
    for _, _, name, value in labelled(line):
        if value:
            yield named(name), value, 0.9
    yield from _checked("IBAN", IBAN, iban, line, 0.99)
    yield from _checked("VAT number", VAT, vat, line, 0.97)
    for match in EMAIL.finditer(line):
        yield "E-mail", match[0].rstrip("."), 0.95


def _checked(
    name: str, pattern: re.Pattern[str], number: Any, line: str, confidence: float
) -> Iterator[tuple[str, str, float]]:
    """What looks like a number and has its check digits right."""
    for match in pattern.finditer(line):
        value = match[0].rstrip()
        if number.is_valid(value):
            yield name, value, confidence


def named(label: str) -> str:
    """The label as a fact's name."""
    name = re.sub(r"^[\s.:#(-]+|[\s.:#(-]+$", "", label)
    return name[:1].upper() + name[1:]
