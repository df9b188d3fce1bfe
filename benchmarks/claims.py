"""Claims on generated documents: true ones in several forms, and ones with a single change."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import people

TEXTS = Path(__file__).with_name("claims.toml")
MONTHS = {
    "en": "January March June August October December",
    "pt": "janeiro março junho agosto outubro dezembro",
    "es": "enero marzo junio agosto octubre diciembre",
    "fr": "janvier mars juin août octobre décembre",
    "de": "Januar März Juni August Oktober Dezember",
}
NUMBERED = (1, 3, 6, 8, 10, 12)
"""The months above."""

ORGS = ("Bergmann Nord", "Lumina", "Castelo Verde", "Hartwell", "Ibertek", "Sable & Roche")
FAMILIES = {"seen", "held_out"}
AND = {"en": "and", "pt": "e", "es": "y", "fr": "et", "de": "und"}

Values = dict[str, Any]


@dataclass(frozen=True)
class Claim:
    """A claim on a source: what was done to it, and whether it is still true."""

    language: str
    kind: str
    true: bool
    source: str
    text: str


def claims(family: str, rounds: int) -> Iterator[Claim]:
    """True and false claims of each kind, the same every time."""
    texts = tomllib.loads(TEXTS.read_text("utf-8"))
    random = Random(family)  # noqa: S311 - the same claims every time
    (strange,) = FAMILIES - {family}
    for _ in range(rounds):
        for language, facts in texts[family].items():
            units = texts["units"][language]
            given = [_values(random, language, units) for _ in facts]
            page = _Page(random, language, units, facts, given)
            yield from page.claims()
            invented = _said(random.choice(texts[strange][language])[0], given[0], language)
            yield Claim(language, "invented", true=False, source=page.source, text=invented)


def _source(random: Random, language: str, facts: list[list[str]], given: list[Values]) -> str:
    said = [_said(fact[0], values, language) for fact, values in zip(facts, given, strict=True)]
    random.shuffle(said)
    half = len(said) // 2
    return " ".join(said[:half]) + "\n\n" + " ".join(said[half:])


def _values(random: Random, language: str, units: list[str]) -> Values:
    month = random.randrange(len(NUMBERED))
    return {
        "amount": random.randint(11, 989) * 100 + random.choice([0, 50]),
        "count": random.randint(13, 97),
        "date": (random.randint(2, 27), month, random.randint(2011, 2029)),
        "name": people.name(random, language),
        "other": people.name(random, language),
        "org": random.choice(ORGS),
        "unit": random.choice(units),
    }


def _said(form: str, values: Values, language: str, style: int = 0) -> str:
    """A form filled in; ``style`` 1 writes numbers and dates in another way."""
    words = {
        **values,
        "amount": _amount(values["amount"], language, style),
        "date": _date(values["date"], language, style),
    }
    return form.format(**words)


def _amount(amount: int, language: str, style: int) -> str:
    if style:
        return f"{amount} {'USD' if language == 'en' else 'EUR'}"
    if language == "en":
        return f"${amount:,}"
    mark = "\u202f" if language == "fr" else "."
    return f"{amount:,}".replace(",", mark) + ",00 €"


def _date(date: tuple[int, int, int], language: str, style: int) -> str:
    day, month, year = date
    if style:
        return f"{year}-{NUMBERED[month]:02}-{day:02}"
    name = MONTHS[language].split()[month]
    forms = {"en": f"{day} {name} {year}", "fr": f"{day} {name} {year}",
             "de": f"{day}. {name} {year}"}  # fmt: skip
    return forms.get(language, f"{day} de {name} de {year}")


class _Page:
    """One source with its facts."""

    def __init__(
        self,
        random: Random,
        language: str,
        units: list[str],
        facts: list[list[str]],
        given: list[Values],
    ) -> None:
        self.random, self.language, self.units = random, language, units
        self.facts, self.given = facts, given
        self.source = _source(random, language, facts, given)

    def claims(self) -> Iterator[Claim]:
        for index, (fact, values) in enumerate(zip(self.facts, self.given, strict=True)):
            said, paraphrase, short, turned = fact
            following = (index + 1) % len(self.facts)
            other = _said(self.facts[following][2], self.given[following], self.language)
            yield self._claim("quoted", _said(said, values, self.language))
            yield self._claim("paraphrased", _said(paraphrase, values, self.language))
            yield self._claim("shortened", _said(short, values, self.language))
            joined = _said(short, values, self.language).rstrip(".")
            yield self._claim("joined", f"{joined} {AND[self.language]} {_inside(other)}")
            if "{amount}" in said or "{date}" in said:
                rewritten = _said(paraphrase, values, self.language, 1)
                yield self._claim("numbers written otherwise", rewritten)
            yield self._claim("negation", _said(turned, values, self.language), true=False)
            yield from self._changed(index, (said, paraphrase), values)

    def _changed(self, index: int, forms: tuple[str, ...], values: Values) -> Iterator[Claim]:
        """Claims with one value changed, or taken from another fact of the source."""
        other = self.given[(index + 1) % len(self.given)]
        changes = {
            "number": {"amount": values["amount"] + self.random.choice([100, -200, 1000]),
                       "count": values["count"] + self.random.choice([-3, 1, 20])},
            "number of another fact": {"amount": other["amount"], "count": other["count"]},
            "date": {"date": self._other_date(values["date"])},
            "unit": {"unit": self.random.choice([u for u in self.units if u != values["unit"]])},
            "name": {"name": self._stranger(), "org": "Novalis Trading"},
            "name of another fact": {"name": other["name"], "org": other["org"]},
        }  # fmt: skip
        form = self.random.choice(forms)
        for kind, change in changes.items():
            possible = [k for k, v in change.items() if f"{{{k}}}" in form and values[k] != v]
            if possible:
                key = self.random.choice(possible)
                text = _said(form, {**values, key: change[key]}, self.language)
                yield self._claim(kind, text, true=False)

    def _other_date(self, date: tuple[int, int, int]) -> tuple[int, int, int]:
        day, month, year = date
        return self.random.choice([
            (day + 1, month, year), (day, (month + 1) % 6, year), (day, month, year + 1),
        ])  # fmt: skip

    def _stranger(self) -> str:
        return f"{self.random.choice(['Ada', 'Igor', 'Maud'])} Zeller"

    def _claim(self, kind: str, text: str, *, true: bool = True) -> Claim:
        return Claim(self.language, kind, true, self.source, text)


def _inside(sentence: str) -> str:
    """A sentence within another: its article small."""
    first, _, rest = sentence.partition(" ")
    return f"{first.lower() if len(first) <= 3 else first} {rest}"
