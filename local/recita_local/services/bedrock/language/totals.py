"""The grand total of an invoice or a receipt: by its label, or because its parts add up to it."""

from __future__ import annotations

import re
from functools import cache

from recita_local.services.bedrock.language.fact import Fact, Line
from recita_local.services.bedrock.language.lexicon import fold, lexicon
from recita_local.services.bedrock.language.money import BARE_AMOUNT, MONEY, amount_of

GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,]\d{3})+(?![\d.,]*\d)")
WHOLE_PRICE = re.compile(r"\b(?:incl|inkl|ttc|toutes taxes|con iva|com iva|brutto|gross)")
"""What makes a total of what is said to hold taxes."""

SURE, BARE, SUMMED, WEAK = 0.95, 0.85, 0.8, 0.7
"""Confidence: told by a label with a currency, without one, by addition, by "total" alone."""

MOST_AMOUNTS = 120
"""Amounts that are added up; the last ones, where a total stands."""

LONGEST_TAIL = 32
"""Characters of a line behind which its amount may stand on the next."""


def totals(lines: list[Line], *, adds_up: bool) -> list[Fact]:
    """One fact with the total, or none; the largest where a label repeats."""
    found = _labelled(lines)
    strong = [fact for rank, fact in found if rank < len(_labels()) - len(_weak())]
    summed = _summed(lines) if adds_up else None
    if strong:
        best = min(rank for rank, _ in found)
        return [_largest([fact for rank, fact in found if rank == best])]
    weak = [fact for _, fact in found]
    if summed and all(amount_of(fact.value) < amount_of(summed.value) for fact in weak):
        return [summed]
    return [_largest(weak)] if weak else []


def _largest(facts: list[Fact]) -> Fact:
    return max(facts, key=lambda fact: amount_of(fact.value))


@cache
def _labels() -> list[str]:
    return list(dict.fromkeys(map(fold, lexicon()["totals"]["labels"])))


@cache
def _weak() -> frozenset[str]:
    return frozenset(map(fold, lexicon()["totals"]["weak"]))


@cache
def _label_pattern() -> re.Pattern[str]:
    names = sorted(_labels(), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")


@cache
def _other_pattern() -> re.Pattern[str]:
    names = map(re.escape, map(fold, lexicon()["totals"]["others"]))
    return re.compile(rf"\b(?:{'|'.join(names)})\b")


def _labelled(lines: list[Line]) -> list[tuple[int, Fact]]:
    """Amounts beside labels, each with the rank of its label: 0 is the most telling."""
    found = []
    for index, line in enumerate(lines):
        for match in _label_pattern().finditer(line.folded):
            weak = match[0] in _weak()
            if weak and _is_another(line.folded):
                continue
            for amount in _amounts_near(lines, index, match.start(), plain=not weak):
                confidence = WEAK if weak else SURE if MONEY.fullmatch(amount) else BARE
                fact = Fact(_written(line, match), amount, line.page, confidence, "total")
                found.append((_labels().index(match[0]), fact))
    return found


def _is_another(folded: str) -> bool:
    return bool(_other_pattern().search(folded)) and not WHOLE_PRICE.search(folded)


def _written(line: Line, match: re.Match[str]) -> str:
    """The label as the document writes it, where folding kept its length."""
    written = line.text[match.start() : match.end()]
    return written if fold(written) == match[0] else match[0].capitalize()


def _amounts_near(lines: list[Line], index: int, start: int, *, plain: bool) -> list[str]:
    """Amounts behind the label on its line, or alone on the next line of the same page."""
    tail = lines[index].text[start:]
    amounts = _amounts(tail, plain=plain)
    if amounts or index + 1 == len(lines) or len(tail) > LONGEST_TAIL:
        return amounts[-1:]
    following = lines[index + 1]
    same_page = following.page == lines[index].page
    alone = same_page and len(following.text) < 24
    return _amounts(following.text, plain=plain)[:1] if alone else []


def _amounts(text: str, *, plain: bool) -> list[str]:
    """Amounts with a currency, else with cents, else (``plain``) with groups of thousands."""
    found = [match[0].strip() for match in MONEY.finditer(text)]
    found = found or [match[0] for match in BARE_AMOUNT.finditer(text)]
    return found or (GROUPED.findall(text) if plain else [])


def _summed(lines: list[Line]) -> Fact | None:
    """The largest amount that two others add up to: net and tax."""
    amounts = [
        (round(100 * amount_of(written)), written, line)
        for line in lines
        for written in _amounts(line.text, plain=False)
    ][-MOST_AMOUNTS:]
    values = {cents for cents, _, _ in amounts}
    for cents, written, line in sorted(amounts, key=lambda one: -one[0]):
        parts = (part for part in values if 0 < part < cents / 2)
        if any(cents - part in values for part in parts):
            return Fact(_own_label(line, written), written, line.page, SUMMED, "total")
    return None


def _own_label(line: Line, written: str) -> str:
    """What stands before the amount on its line, if that is a label."""
    before = line.text[: line.text.find(written)].strip(" :.")
    return before if re.fullmatch(r"[^\W\d][^\d:]{2,40}", before) else "Total"
