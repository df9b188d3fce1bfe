"""Telephone numbers; a bare string of digits is none, nor is a date or an invoice number."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

WORDS = (
    r"tel|tél|tele(?:fone?|fono|phone)s?|teléfonos?|téléphones?|telefon(?:nummer|nr|e)?|tlf|tfn?o?|tlfno"
    r"|phones?|fones?|fono|fon|fax|telefax|mobil|mobiles?|m[oó]vil(?:es)?|celular(?:es)?|cell?|handy"
    r"|(?:handy|mobil|ruf)nummer|portables?|gsm|whats ?app|sac|hotline|help ?line"
    r"|ligue|ligar|llam(?:e|ar|ad|enos)|llámenos|appele[rz]|disque|dial|call(?: us| me)?|ring me"
    r"|reach (?:me|us)|contact(?:e|ez|o)?|text me|anrufen"
)
LABEL = re.compile(
    rf"(?:\b(?:{WORDS})\b|[☎☏✆📞])[^\w\n+(]{{0,6}}"
    r"(?:(?:n[º°o.]{0,2}|number|no|nr|at|on|para|pelo|al|au|is|est|es|ist|é)\b[^\w\n+(]{0,4}){0,2}$",
    re.IGNORECASE,
)
"""A word for a telephone right before the number."""

NEAR = re.compile(rf"(?:\b(?:{WORDS})\b|[☎☏✆📞])[^\d+(|\t]{{0,25}}$", re.IGNORECASE)
"""The same with a few words or a line break between."""

HEADING = re.compile(rf"(?:^|\n|\t|[ ]{{2}}|\|)[ ]*(?:{WORDS})\b[^\n]*\n", re.IGNORECASE)
"""The head of a column of telephones, somewhere above."""

CELL = re.compile(r"(?:^|\n|\t|[ \u00a0]{2}|\|[ ]?)$")
"""The beginning of a table's cell."""

OTHER_NUMBER = re.compile(
    r"(?:\b(?:n[º°o]|nr|no|num|n[uú]m|ref|r[ée]f|c[oó]d|code|id|isbn|ean|order|invoice|pedido|rechnung"
    r"|auftrag|commande|facture|account|konto|conta|cuenta|compte|sku|lot|serial|siret|siren)\b"
    r"|[#№$€£]|(?-i:\b[A-Z]{2})|(?-i:\b[\dA-Z]{4}\n?))[^\w\n]{0,3}$",
    re.IGNORECASE,
)
"""What makes it a number of something else."""

GAP = r"[ \t\u00a0\u202f.()/-]{0,3}"
CANDIDATE = re.compile(
    rf"(?<![\w.,/-])(?<!\d[ \u00a0])(?:\+|00)?\(?\+?\d(?:{GAP}\n?[ \t(]{{0,2}}\d){{6,16}}"
    r"(?![\w/@]|[.,-]\d)"
)
FORMATTED = (
    (
        re.compile(
            r"\(\d{3}\)[ -]?\d{3}-\d{4}|[2-9]\d{2}([-.])[2-9]\d{2}\1\d{4}|1-[2-9]\d{2}-\d{3}-\d{4}"
        ),
        "US",
    ),
    (re.compile(r"\(\d{2}\)[ ]?9?[ ]?\d{4}[- ]\d{4}|[1-9]{2}[ ]9\d{4}-\d{4}"), "BR"),
    (re.compile(r"0800[ ]\d{2,3}[ ]\d{4}"), "BR"),
    (re.compile(r"0[1-9](?:([ .-])\d{2})(?:\1\d{2}){3}"), "FR"),
    (re.compile(r"[679]\d{2}([ ]\d{2}){3}|9\d[ ]\d{3}([ ]\d{2}){2}|[67]\d{2}([ ]\d{3}){2}"), "ES"),
    (re.compile(r"0\d{2}[ ]\d{4}[ ]\d{4}|07\d{3}[ ]\d{6}|0\d{3}[ ]\d{3}[ ]\d{4}"), "GB"),
    (
        re.compile(
            r"(?=(?:\D*\d){9})\(?0[1-9]\d{1,3}\)?[ ]?[ /-][ ]?[1-9]\d{2,7}(?:[ -]\d{1,5}){0,3}"
        ),
        "DE",
    ),
)
"""Ways to write a national number that mean nothing else."""

NEVER = re.compile(
    r"\d{1,2}([/.-])\d{1,2}\1\d{2,4}|\d{4}([/.-])\d\d\2\d\d|.*/(?:19|20)\d\d"
    r"|\d{3}\.\d{3}\.\d{3}-\d\d|\d\d\.\d{3}\.\d{3}/\d{4}-\d\d"
)
"""Dates, what ends in a year, tax numbers: whatever stands before them."""

REGIONS = ("DE", "GB", "FR", "ES", "PT", "BR", "US")
"""Where a number without its country may be from; the last only where digits are grouped."""


def phone_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each telephone number."""
    for match in CANDIDATE.finditer(text):
        yield from _in_candidate(text, match.start(), match[0])


def _in_candidate(text: str, start: int, written: str) -> Iterator[tuple[int, int]]:
    """The first line by itself if that is a whole number, else all lines, else each line."""
    pieces, place = [], 0
    for line in written.split("\n"):
        blanks = len(line) - len(line.lstrip(" \t"))
        pieces.append((start + place + blanks, line.lstrip(" \t").rstrip(" \t.(/-")))
        place += len(line) + 1
    if len(pieces) > 1:
        whole = written.rstrip(" \t.(/-")
        if not _is_whole(pieces[0][1]) and _is_phone(text, start, whole.replace("\n", " ")):
            yield start, start + len(whole)
            return
    for begin, line in pieces:
        if _is_phone(text, begin, line):
            yield begin, begin + len(line)


def _is_whole(written: str) -> bool:
    """Whether a line has the digits of a complete number."""
    if written.startswith(("+", "00")):
        return _valid(_international(written), None)
    return any(_valid(written, region) for region in REGIONS)


def _is_phone(text: str, start: int, written: str) -> bool:
    count = sum(character.isdigit() for character in written)
    if not 7 <= count <= 15 or NEVER.fullmatch(written):
        return False
    before = text[max(0, start - 60) : start]
    if written.startswith(("+", "(+")):
        return _possible(_international(written), None)
    if written.startswith("00") and (not written.isdigit() or NEAR.search(before)):
        return _valid(_international(written), None)
    if LABEL.search(before):
        return count >= 8 or not written.isdigit()
    return not OTHER_NUMBER.search(before) and _is_national(text, start, written)


def _is_national(text: str, start: int, written: str) -> bool:
    """By the way it is written, or by what stands near it."""
    tidy = re.sub(r"[\u00a0\u202f]", " ", written)
    if any(form.fullmatch(tidy) and _valid(tidy, region) for form, region in FORMATTED):
        return not re.match(r"[ \u00a0]?[€$£%]", text[start + len(written) :])
    before = text[max(0, start - 60) : start]
    if NEAR.search(before) or _in_column(text, start, before):
        regions = REGIONS[:-1] if written.isdigit() else REGIONS
        return any(_valid(tidy, region) for region in regions)
    return False


def _in_column(text: str, start: int, before: str) -> bool:
    return bool(CELL.search(before)) and bool(HEADING.search(text, max(0, start - 600), start))


def _international(written: str) -> str:
    digits = re.sub(r"\(0\)", "", written).lstrip("(+")
    return "+" + (digits if written.startswith(("+", "(+")) else digits.removeprefix("00"))


def _parsed(written: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None


def _possible(written: str, region: str | None) -> bool:
    number = _parsed(written, region)
    return number is not None and bool(phonenumbers.is_possible_number(number))


def _valid(written: str, region: str | None) -> bool:
    number = _parsed(written, region)
    return number is not None and bool(phonenumbers.is_valid_number(number))
