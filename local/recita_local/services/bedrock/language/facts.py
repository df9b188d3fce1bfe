"""Key facts by rules: each is copied from the page it names, none is invented."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from recita_local.services.bedrock.language.identifiers import identifiers
from recita_local.services.bedrock.language.lexicon import fold, function_words, lexicon
from recita_local.services.bedrock.language.lines import MASKED, clean_lines
from recita_local.services.bedrock.language.money import (
    BARE_AMOUNT,
    MONEY,
    amount_of,
    date_pattern,
)

MOST = 20
"""Facts of one document; the first pages hold what matters."""

MOST_LINES = 4000
MOST_LABELLED = 8
MOST_OF_A_NAME = 3
LABELLED_PAGES = 2
"""Pages on which ``Label: value`` lines are believed; later ones are mostly prose."""

LABELLED = re.compile(r"^([A-ZÀ-Þ][\w /.'’()º°#&-]{1,38}?)\s?:\s*(\S.{0,78})$")  # noqa: RUF001
NOT_A_LABEL = re.compile(r"^(abbildung|figur|fig|tab|quadro|note|nota|hinweis|http|step|pag|seite)")
DATE_LABEL = re.compile(r"dat|fecha|emi(ss|t)|venc|echeance|due|issue|seance|tenue|periode?|period")
GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,]\d{3})+(?![\d.,]*\d)")
KINDS = {
    "total": "amount",
    "date": "date",
    "number": "identifier",
    "iban": "identifier",
    "cpf": "identifier",
    "cnpj": "identifier",
    "vat number": "identifier",
    "e-mail": "other",
}
"""Kind of what a rule finds; a labelled value is judged by itself."""
CODE = re.compile(r"(?=\S*\d)[A-Z\d][A-Z\d./-]{2,29}", re.IGNORECASE)
WEAK = frozenset({"total", "summe", "totale", "toplam"})
"""Labels that stand beside counts as often as beside money."""


@dataclass(frozen=True)
class Line:
    """A line of the document: page (1-based), text as written, text for comparing."""

    page: int
    text: str
    folded: str


@dataclass(frozen=True)
class Fact:
    """A named value, verbatim, with its page (1-based) and how sure the rule is (0 to 1)."""

    name: str
    value: str
    page: int
    confidence: float
    rule: str = "label"

    @property
    def kind(self) -> str:
        """``date``, ``amount``, ``party``, ``identifier`` or ``other``."""
        known = KINDS.get(self.rule)
        if known:
            return known
        if MONEY.fullmatch(self.value) or BARE_AMOUNT.fullmatch(self.value):
            return "amount"
        if date_pattern().fullmatch(self.value):
            return "date"
        if _party_words().search(fold(self.name)) and not self.value[0].isdigit():
            return "party"
        return "identifier" if CODE.fullmatch(self.value) else "other"


def find_facts(pages: list[str]) -> list[Fact]:
    """The facts of a document: totals and identifiers first, then dates and labelled lines."""
    lines = [
        Line(number, text, fold(text))
        for number, page in enumerate(clean_lines(pages), start=1)
        for text in page
        if text
    ][:MOST_LINES]
    found = [*_totals(lines), *_identifiers(lines), *_dates(lines), *_labelled(lines)]
    return _each_value_once(found)[:MOST]


@cache
def _party_words() -> re.Pattern[str]:
    words = map(fold, lexicon()["parties"]["labels"])
    return re.compile(rf"\b(?:{'|'.join(words)})")


def as_reply(facts: list[Fact]) -> list[dict[str, Any]]:
    """The facts as the reply carries them."""
    return [
        {
            "name": fact.name,
            "kind": fact.kind,
            "value": fact.value,
            "page": fact.page,
            "confidence": fact.confidence,
        }
        for fact in facts
    ]


def _each_value_once(facts: list[Fact]) -> list[Fact]:
    kept: dict[str, Fact] = {}
    names: Counter[str] = Counter()
    for fact in facts:
        key = re.sub(r"\W", "", fold(fact.value))
        if key and key not in kept and not MASKED.search(fact.value):
            names[fact.name] += 1
            if names[fact.name] <= MOST_OF_A_NAME:
                kept[key] = fact
    return list(kept.values())


def _totals(lines: list[Line]) -> list[Fact]:
    """The amount beside the most telling label; the largest where a label repeats."""
    for label in map(fold, lexicon()["totals"]["labels"]):
        whole = re.compile(rf"\b{re.escape(label)}\b")
        hits = [
            Fact(_written(line, match), amount, line.page, 0.9, "total")
            for index, line in enumerate(lines)
            if (match := whole.search(line.folded))
            for amount in _amounts_near(lines, index, match.start(), plain=label not in WEAK)
        ]
        if hits:
            return [max(hits, key=lambda fact: amount_of(fact.value))]
    return []


def _written(line: Line, match: re.Match[str]) -> str:
    """The label as the document writes it, where folding kept its length."""
    written = line.text[match.start() : match.end()]
    return written if fold(written) == match[0] else match[0].capitalize()


def _amounts_near(lines: list[Line], index: int, start: int, *, plain: bool) -> list[str]:
    """Amounts behind the label on its line, or alone on the next line of the same page."""
    tail = lines[index].text[start:]
    amounts = _amounts(tail, plain=plain)
    if amounts or index + 1 == len(lines) or len(tail) > 32:
        return amounts[-1:]
    following = lines[index + 1]
    same_page = following.page == lines[index].page
    return (
        _amounts(following.text, plain=plain)[:1] if same_page and len(following.text) < 24 else []
    )


def _amounts(text: str, *, plain: bool) -> list[str]:
    """Amounts with a currency, else with cents, else (``plain``) with groups of thousands."""
    found = [match[0].strip() for match in MONEY.finditer(text)]
    found = found or [match[0] for match in BARE_AMOUNT.finditer(text)]
    return found or (GROUPED.findall(text) if plain else [])


def _identifiers(lines: list[Line]) -> Iterator[Fact]:
    for line in lines:
        for name, value, confidence in identifiers(line.text):
            if line.page == 1 or len(name) > 2:  # a bare "Nº" later on numbers something else
                yield Fact(name, value, line.page, confidence, _kind(name))


def _kind(name: str) -> str:
    known = name in {"CNPJ", "CPF", "IBAN", "E-mail", "VAT number"}
    return name.lower() if known else "number"


def _dates(lines: list[Line]) -> list[Fact]:
    """At most four dates; one with a label on its line is worth more."""
    found: list[Fact] = []
    for index, line in enumerate(lines):
        for match in date_pattern().finditer(line.text):
            label = _date_label(line.text[: match.start()])
            if not label and index and len(line.text) <= len(match[0]) + 2:
                label = _date_label(lines[index - 1].text)
            found.append(Fact(label or "Date", match[0], line.page, 0.85 if label else 0.6, "date"))
    return sorted(found, key=lambda fact: -fact.confidence)[:4]


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
