"""Key facts by rules: each is copied from the page it names, none is invented."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from recita_local.services.bedrock.language.fact import Fact, Line
from recita_local.services.bedrock.language.identifiers import (
    codes,
    identifiers,
    labelled,
    named,
)
from recita_local.services.bedrock.language.lexicon import (
    fold,
    function_words,
    lexicon,
    plain_letters,
)
from recita_local.services.bedrock.language.lines import MASKED, clean_lines
from recita_local.services.bedrock.language.money import date_pattern
from recita_local.services.bedrock.language.totals import totals

MOST = 20
"""Facts of one document; the first pages hold what matters."""

ADDED_UP = frozenset({"invoice", "receipt"})
MOST_LINES = 4000
MOST_LABELLED = 8
MOST_DATES = 6
MOST_OF_A_NAME = 3
LABELLED_PAGES = 2
"""Pages on which ``Label: value`` lines are believed; later ones are mostly prose."""

LONGEST_LINE = 160
"""Characters of a line that may hold labels and values; a longer one is prose."""

LABELLED = re.compile(r"^([A-ZÀ-Þ][\w /.'’()º°#&-]{1,38}?)\s?:\s*(\S.{0,78})$")  # noqa: RUF001
NOT_A_LABEL = re.compile(r"^(abbildung|figur|fig|tab|quadro|note|nota|hinweis|http|step|pag|seite)")
DATE_LABEL = re.compile(
    r"dat|fecha|emi(ss|t)|venc|vence|echeance|due|issue|seance|tenue|periode?|period|fallig|zahlbar"
    r"|until|pay by|hasta|ate\b|avant|etabli|expedid|ausgestellt|zahlungsziel|zu zahlen|payable"
    r"|pagar|regler"
)


def find_facts(pages: list[str], kind: str = "") -> list[Fact]:
    """The facts of a document: totals and identifiers first, then dates and labelled lines.

    ``kind`` is its type: amounts of an invoice or a receipt are added up.
    """
    lines = [
        Line(number, text, fold(text))
        for number, page in enumerate(clean_lines(pages), start=1)
        for text in page
        if text
    ][:MOST_LINES]
    told = [
        *totals(lines, adds_up=kind in ADDED_UP),
        *_numbers(lines),
        *_dates(lines),
        *_labelled(lines),
    ]
    found = (fact for fact in told if fact.value in pages[fact.page - 1])
    return _each_value_once(found)[:MOST]


def _each_value_once(facts: Iterable[Fact]) -> list[Fact]:
    kept: dict[str, Fact] = {}
    names: Counter[str] = Counter()
    for fact in facts:
        key = re.sub(r"\W", "", fold(fact.value))
        if key and key not in kept and not MASKED.search(fact.value):
            names[fact.name] += 1
            if names[fact.name] <= MOST_OF_A_NAME:
                kept[key] = fact
    return list(kept.values())


def _numbers(lines: list[Line]) -> list[Fact]:
    """The document's own number first, then the others in their order."""
    return sorted(_identifiers(lines), key=lambda fact: fact.rule != "number")


def _identifiers(lines: list[Line]) -> Iterator[Fact]:
    for index, line in enumerate(lines):
        if len(line.text) > LONGEST_LINE:
            continue
        for name, value, confidence in identifiers(line.text):
            if line.page == 1 or len(name) > 2:  # a bare "Nº" later on numbers something else
                yield Fact(name, value, line.page, confidence, _rule(name))
        below = lines[index + 1] if index + 1 < len(lines) else None
        if below and below.page == line.page:
            yield from _below(line, below)


def _below(line: Line, below: Line) -> Iterator[Fact]:
    """Values under their labels: a label alone on its line, or a row of them over a row."""
    labels = list(labelled(line.text))
    if not labels or any(value for *_, value in labels):
        return
    covered = sum(end - start for start, end, _, _ in labels)
    found = codes(below.text)
    alone = covered >= len(line.text) - 3 and len(below.text.split()) == 1
    row = not re.search(r"[:\d]", line.text)
    if len(labels) == len(found) and (alone or row):
        for (_, _, name, _), code in zip(labels, found, strict=True):
            yield Fact(named(name), code, line.page, 0.85 if alone else 0.75, _rule(named(name)))


def _rule(name: str) -> str:
    if name in {"CNPJ", "CPF", "IBAN", "E-mail", "VAT number"}:
        return name.lower()
    return "number" if _own().search(plain_letters(name)) else "other number"


@cache
def _own() -> re.Pattern[str]:
    """What names the document itself; "Nº" alone does."""
    words = "|".join(map(plain_letters, lexicon()["identifiers"]["own"]))
    return re.compile(rf"\b(?:{words})(?:s?nummer|s?[ -]?nr|s)?\b|^n[º°]$")


def _dates(lines: list[Line]) -> list[Fact]:
    """A few dates; one with a label on its line is worth more."""
    found: list[Fact] = []
    for index, line in enumerate(lines):
        for match in date_pattern().finditer(line.text):
            label = _date_label(line.text[: match.start()])
            if not label and index and len(line.text) <= len(match[0]) + 2:
                label = _date_label(lines[index - 1].text)
            found.append(Fact(label or "Date", match[0], line.page, 0.85 if label else 0.6, "date"))
    return sorted(found, key=lambda fact: -fact.confidence)[:MOST_DATES]


def _date_label(text: str) -> str:
    """A short label right before a date: ``Invoice date: 3 May`` gives ``Invoice date``."""
    label = re.sub(r"[\s:]+$", "", text)
    if not label or len(label) > 32 or len(label.split()) > 4 or not DATE_LABEL.search(fold(label)):
        return ""
    return label if re.fullmatch(r"[^\W\d_][\w .'’()/-]*", label) else ""  # noqa: RUF001


def _labelled(lines: list[Line]) -> Iterator[Fact]:
    """Lines such as ``Customer: Example Ltd``."""
    count = 0
    for line, following in zip(lines, [*lines[1:], Line(0, "", "")], strict=False):
        match = LABELLED.match(line.text)
        if line.page > LABELLED_PAGES or count == MOST_LABELLED:
            return
        if match and _is_label(match[1]) and _is_value(match[2], following.text):
            yield Fact(match[1].strip(), match[2].strip(), line.page, 0.7, "label")
            count += 1


def _is_label(text: str) -> bool:
    return len(text.split()) <= 4 and not NOT_A_LABEL.match(fold(text))


def _is_value(text: str, following: str) -> bool:
    """Whether the value ends with its line; a sentence that runs on is none."""
    last = fold(text).split()[-1]
    runs_on = text.endswith((",", "-")) or following[:1].islower() or last in function_words("")
    row = len(re.findall(r"(?<!\S)[\d.,%]+(?!\S)", text)) >= 3
    return bool(re.search(r"\w\w", text)) and not runs_on and not row
