"""Numbers decided by their check digits: cards, bank accounts, and persons in some countries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from stdnum.br import cnpj, cpf
from stdnum.es import dni, nie

from recita_local.services.bedrock.guard import checks

GAP = r"(?:[ \u00a0\u202f.-]|[ -]?\n[ \t]{0,2})"
"""Between the groups of a number, which may run over a line's end."""

GROUP = re.compile(r"\d+")
BETWEEN = re.compile(GAP)
SHAPES = ((4, 4, 4, 4, 3), (4, 4, 4, 4), (4, 6, 5), (4, 6, 4), *((size,) for size in range(15, 20)))
"""Groups of four, the groups of American Express and Diners, or no groups."""

LEFT = 4
"""Groups of four on a card's lines that may be something else. More are one long number, such as
the key of an invoice, and some part of that often has the check digit of a card."""

HEAD_SHARE = 3
"""Groups after an account's country and check digits that are the account's at least."""
HEAD = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}$")
FRACTION_BEFORE = re.compile(r"\d\.$|(?<!\d)0,$")
FRACTION_AFTER = re.compile(r"[.,]\d{1,2}(?!\d)")

SPOKEN_OF = re.compile(
    r"(?i:card|cart[ãa]o|tarjeta|carte|karte|visa|mastercard|amex)\b\D{0,30}"
    r"(\d(?:[ \u00a0-]?\d){12,18})"
)
"""Any grouping, where a card is spoken of."""

ACCOUNT_HEAD = re.compile(r"\b[A-Z]{2}\d{2}", re.IGNORECASE)
ACCOUNT = re.compile(rf"[A-Z]{{2}}\d{{2}}(?:{GAP}?[A-Z0-9]){{11,30}}", re.IGNORECASE)

KNOWN = "\0"
"""What stands for a character of a number that is known already."""

RECENT = 2
"""Texts whose numbers are kept: cards, accounts, telephones of one text are asked for in turn."""

Place = tuple[int, int]


def without(text: str, spans: Iterable[Place]) -> str:
    """The text with these places taken out, offsets kept."""
    pieces, last = [], 0
    for start, end in sorted(spans):
        pieces += [text[last:start], KNOWN * (end - max(start, last))]
        last = max(end, last)
    return "".join([*pieces, text[last:]])


@lru_cache(maxsize=RECENT)
def card_spans(text: str) -> tuple[Place, ...]:
    """Start and end of each payment card's number, whatever numbers stand beside it."""
    text = without(text, iban_spans(text))
    found = {span for row in _rows(text) for span in _cards_in(text, row)}
    for match in SPOKEN_OF.finditer(text):
        start = match.start(1)
        ends = [start + one.end() for one in GROUP.finditer(match[1])]
        found |= {(start, end) for end in _longest_card(text, start, ends)}
    return tuple(sorted(found))


def _longest_card(text: str, start: int, ends: list[int]) -> list[int]:
    right = [end for end in ends if checks.is_card(text[start:end])]
    return [end for end in right if not text[end : end + 1].isdigit()][-1:]


def _rows(text: str) -> Iterator[list[Place]]:
    """Groups of digits with no more than a gap between them."""
    row: list[Place] = []
    for match in GROUP.finditer(text):
        if row and not BETWEEN.fullmatch(text, row[-1][1], match.start()):
            yield row
            row = []
        row.append(match.span())
    if row:
        yield row


def _cards_in(text: str, row: list[Place]) -> Iterator[Place]:
    """Cards that stand in one line before those that run over its end."""
    if sum(end - start for start, end in row) < 15:
        return
    found: set[Place] = set()
    free = set(range(len(row)))
    for broken in (False, True):
        places = ((first, _card_from(text, row, first, broken=broken)) for first in range(len(row)))
        windows = [(first, last) for first, last in places if last]
        forth, back = _apart(windows, free), _apart(windows[::-1], free)
        if len(forth) == len(back):  # either may be the cards: all of it is hidden
            forth |= back
        found |= forth if len(forth) >= len(back) else back
        free = free.difference(*(range(first, last) for first, last in found))
    for first, last in found:
        if row[first][1] - row[first][0] > 4 or _left(text, row, (first, last), free) <= LEFT:
            yield row[first][0], row[last - 1][1]


def _apart(windows: list[Place], free: set[int]) -> set[Place]:
    """The windows in turn that share no group with those before them."""
    left, kept = set(free), set()
    for window in windows:
        if left.issuperset(range(*window)):
            kept.add(window)
            left.difference_update(range(*window))
    return kept


def _card_from(text: str, row: list[Place], first: int, *, broken: bool) -> int:
    """The group after the card that begins with this one; 0 if none does."""
    start = row[first][0]
    sizes = tuple(end - begin for begin, end in row[first : first + 5])
    for shape in SHAPES:
        last = first + len(shape)
        if sizes[: len(shape)] != shape or ("\n" in text[start : row[last - 1][1]]) != broken:
            continue
        if checks.is_card(text[start : row[last - 1][1]]) and not (
            FRACTION_BEFORE.search(text, max(0, start - 2), start)
            or _is_inside(text, start, row[first][1], len(shape))
            or FRACTION_AFTER.match(text, row[last - 1][1])
            or _is_of_account(text, row, first)
        ):
            return last
    return 0


def _is_inside(text: str, start: int, end: int, groups: int) -> bool:
    """Whether the group is tied to the one before it otherwise than to the one after it."""
    tied = groups > 1 and text[max(0, start - 2) : start - 1].isdigit()
    return tied and text[start - 1] in "-." and text[start - 1] != text[end]


def _is_of_account(text: str, row: list[Place], first: int) -> bool:
    """Whether the group is one of the first after the head of an account."""
    before = row[max(0, first - HEAD_SHARE) : first]
    return any(
        end - start == 2 and HEAD.search(text, max(0, start - 3), start) for start, end in before
    )


def _left(text: str, row: list[Place], card: Place, free: set[int]) -> int:
    """Groups of four on the card's lines that belong to no card."""
    start, end = row[card[0]][0], row[card[1] - 1][1]
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    return sum(row[one][1] - row[one][0] == 4 and begin <= row[one][0] < stop for one in free)


@lru_cache(maxsize=RECENT)
def iban_spans(text: str) -> tuple[Place, ...]:
    """Start and end of each IBAN; what follows it in capitals is not part of it."""
    found: list[Place] = []
    for head in ACCOUNT_HEAD.finditer(text):
        match = ACCOUNT.match(text, head.start())
        if (
            match
            and (not found or head.start() >= found[-1][1])
            and (length := iban_length(match[0]))
        ):
            found.append((match.start(), match.start() + length))
    return tuple(found)


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


def custom_length(name: str, value: str) -> int:
    """How much of what a configured expression found is what its name promises; 0 if nothing.

    The expression may match the number's label as well: the number stands at the end.
    """
    names = set(re.split(r"[^A-Z]+", name.upper()))
    if "IBAN" in names:
        return iban_length(value)
    compact = re.sub(r"[\W_]", "", value).upper()
    kept = all(
        PROMISED[one][0].is_valid(compact[-PROMISED[one][1] :]) for one in names & set(PROMISED)
    )
    return len(value) if kept else 0
