"""Telephone numbers; a bare string of digits is none, nor is a date or an invoice number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import phonenumbers

from recita_local.services.bedrock.guard.accounts import card_spans, iban_spans, without

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
    r"|(?<!\d)(?<!\d[ \u00a0\u202f])[#№$€£](?![^\w\n]*\n)"
    r"|(?-i:\b[A-Z]{2})|(?-i:\b[\dA-Z]{4}\n?))[^\w\n]{0,3}$",
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

ATOM = re.compile(r"(?<![\w.,/@+(-])[+(]{0,2}\d(?:[\d()./-]*\d)?")
"""Digits with no blank between them."""
ATOMS, LEAST, MOST = 6, 8, 30
ROW = re.compile(r"[+(]{0,2}\d[\d()./+ \t\u00a0\u202f-]{6,}")
"""Several of them in a line; a number has at most so many, and so many characters."""
TAIL = re.compile(r"[\w@]|[.,/-]\d|[ \u00a0]?[€$£%](?!\d)")
OTHER_BESIDE = re.compile(
    OTHER_NUMBER.pattern.replace(
        r"(?-i:\b[\dA-Z]{4}\n?)", r"(?-i:(?<![\d./-])\b(?=\d*[A-Z])[\dA-Z]{4}[ ])"
    ),
    re.IGNORECASE,
)
"""What makes it a number of something else, groups with letters but no other numbers."""

Known = Callable[[str, str | None], bool]

MORE = re.compile(
    r"[ \u00a0]?[ /,;|\n][ \u00a0]?(?:(?:or|ou|et|und|oder|and|o|e|y)[ ])?(\d+)(?![\w@]|[.,/-]\d)"
)
"""Another number of a list."""
AREA = re.compile(r"0\d\d \d{4}")
"""The code of an area, which nothing but a number's beginning is."""
FOUR_ABOVE = re.compile(r"(?<![\d./-])\d{4}[ ]?\n$")
"""The last group of a line, where a number in groups of four may go on below."""

REGIONS = ("DE", "GB", "FR", "ES", "PT", "BR", "US")
"""Where a number without its country may be from; the last only where digits are grouped."""


def phone_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each telephone number; cards and bank accounts are none."""
    text = without(text, (*card_spans(text), *iban_spans(text)))
    found = [
        span
        for match in CANDIDATE.finditer(text)
        for span in _in_candidate(text, match.start(), match[0])
    ]
    found += [span for one in found for span in _more(text, *one)]
    yield from sorted([*found, *beside_spans(without(text, found))])


def _more(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Bare numbers of the same length right after one that is known."""
    if not text[start:end].isdigit():
        return
    match = MORE.match(text, end)
    while match and len(match[1]) == end - start and any(_valid(match[1], one) for one in REGIONS):
        yield match.span(1)
        match = MORE.match(text, match.end())


def beside_spans(text: str) -> Iterator[tuple[int, int]]:
    """Numbers written like nothing else, among other numbers of their lines."""
    for match in ROW.finditer(text):
        row = [one.span() for one in ATOM.finditer(text, *match.span())]
        free, found = set(range(len(row))), []
        for first in range(len(row)):
            last = _phone_from(text, row, first) if first in free else 0
            if last:
                found.append((first, last))
                free -= set(range(first, last))
        for first, last in found:
            if not _goes_on(text, row, (first, last), free):
                yield row[first][0], row[last - 1][1]


def _phone_from(text: str, row: list[tuple[int, int]], first: int) -> int:
    """The group after the longest number that begins with this one; 0 if none does."""
    start = row[first][0]
    marked = text[start] in "+("
    lasts = [
        last
        for last in range(first + 1, min(len(row), first + ATOMS) + 1)
        if LEAST <= row[last - 1][1] - start <= MOST
    ]
    for known in (_valid, _possible) if marked else (_valid,):
        for last in reversed(lasts):
            end = row[last - 1][1]
            if _is_unmistakable(text[start:end], known) and not (
                TAIL.match(text, end)
                or (not marked and OTHER_BESIDE.search(text, max(0, start - 20), start))
            ):
                return last
    return 0


def _is_unmistakable(written: str, known: Known) -> bool:
    """By its country's code or an area's brackets, or by its form if a plan knows the number."""
    if not 8 <= sum(map(str.isdigit, written)) <= 15 or NEVER.fullmatch(written):
        return False
    if written.startswith(("+", "(+")):
        return known(_international(written), None)
    if written.startswith("00") and not written.isdigit():
        return _valid(_international(written), None)
    tidy = re.sub(r"[\t\u00a0\u202f]", " ", written)
    return any(form.fullmatch(tidy) and known(tidy, region) for form, region in FORMATTED)


def _goes_on(text: str, row: list[tuple[int, int]], phone: tuple[int, int], free: set[int]) -> bool:
    """Whether groups of the same size stand beside those of a number that is only groups."""
    groups = [text[start:end] for start, end in row]
    first, last = phone
    if not all(group.isdigit() for group in groups[first:last]):
        return False
    if len(groups[first]) == 4 and FOUR_ABOVE.search(
        text, max(0, row[first][0] - 8), row[first][0]
    ):
        return True
    sides = [(last, last - 1)]
    if not AREA.match(" ".join(groups[first:last])):
        sides.append((first - 1, first))
    return any(
        beside in free and groups[beside].isdigit() and len(groups[beside]) == len(groups[mine])
        for beside, mine in sides
    )


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
