"""Personal data on generated pages: how much is hidden, and how much else."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from recita_local.services.bedrock.guard.pii import Span
from recita_local.services.bedrock.guard.policy import Side
from recita_local.services.bedrock.guard.sensitive import Sensitive

from benchmarks import guardrail, people_beside, people_formats
from benchmarks.people_formats import Value

TEXTS = Path(__file__).with_name("people.toml")
FAMILIES = {"seen": people_formats.SEEN, "held_out": people_formats.HELD_OUT}
ROUNDS = 40
"""Times each text is filled in."""
WIDTH = 62
"""Characters of a line where pages are broken into lines."""

KINDS = {
    "email": "EMAIL", "phone": "PHONE", "card": "CREDIT_DEBIT_CARD_NUMBER",
    "cvv": "CREDIT_DEBIT_CARD_CVV", "expiry": "CREDIT_DEBIT_CARD_EXPIRY", "pin": "PIN",
    "iban": "INTERNATIONAL_BANK_ACCOUNT_NUMBER", "cpf": "CPF", "bare_cpf": "CPF", "cnpj": "CNPJ",
    "bare_cnpj": "CNPJ", "dni": "DNI", "nie": "NIE", "ssn": "US_SOCIAL_SECURITY_NUMBER",
    "ip": "IP_ADDRESS", "aws_key": "AWS_ACCESS_KEY", "aws_secret": "AWS_SECRET_KEY",
    "password": "PASSWORD", "passport": "US_PASSPORT_NUMBER", "account": "US_BANK_ACCOUNT_NUMBER",
    "nino": "UK_NATIONAL_INSURANCE_NUMBER",
}  # fmt: skip
"""What the guardrail calls each kind of value; names are counted where they are hidden."""

Page = tuple[str, str, list[Value]]


def pages(family: str, rounds: int = ROUNDS) -> Iterator[Page]:
    """Language, text and values of each page; every other one is broken into short lines."""
    texts = tomllib.loads(TEXTS.read_text("utf-8"))[family]
    random = Random(family)  # noqa: S311 - the same pages every time
    for number in range(rounds):
        for language, templates in texts.items():
            for template in templates:
                text, values = people_formats.fill(template, FAMILIES[family], random, language)
                yield language, _broken(text) if number % 2 else text, values


def _broken(text: str) -> str:
    """Lines of at most ``WIDTH``; a blank becomes a break, so offsets stay."""
    lines = []
    for line in text.split("\n"):
        rest = line
        while len(rest) > WIDTH and (cut := rest.rfind(" ", 0, WIDTH)) > 0:
            lines.append(rest[:cut])
            rest = rest[cut + 1 :]
        lines.append(rest)
    return "\n".join(lines)


def pii(_: Path) -> dict[str, Any]:
    """Recall and false alarms by type, of both families."""
    found = {}
    for family in FAMILIES:
        tally = measured(family)
        found[family] = {
            "types": {kind: dict(one) for kind, one in tally.types.items()},
            "languages": {language: dict(one) for language, one in tally.languages.items()},
            "ordinary": dict(tally.ordinary),
            "hidden names": dict(measured(family, names="hide").types["NAME"]),
        }
    return {**found, "beside": {name: _summed(counted(rows)) for name, rows in neighbours(ROUNDS)}}


def neighbours(rounds: int) -> Iterator[tuple[str, Iterator[Page]]]:
    """Pages with numbers beside numbers, by layout and by disguise."""
    for layout in people_beside.LAYOUTS:
        yield layout, people_beside.beside(layout, rounds)
    for how in people_beside.DISGUISES:
        yield how, people_beside.disguised(how, rounds)


def _summed(tally: Tally) -> dict[str, int]:
    total: Counter[str] = sum(tally.types.values(), Counter())
    return dict(total) | {"wrong": total["wrong"], "missed": total["values"] - total["hidden"]}


@dataclass
class Tally:
    """What was counted over the pages of a family."""

    kinds: dict[str, str] = field(default_factory=lambda: dict(KINDS))
    types: dict[str, Counter[str]] = field(default_factory=dict)
    languages: dict[str, Counter[str]] = field(default_factory=dict)
    ordinary: Counter[str] = field(default_factory=Counter)
    mistakes: list[str] = field(default_factory=list)

    def add(self, page: Page, spans: list[Span]) -> None:
        """Count one page."""
        language, text, values = page
        here = self.languages.setdefault(language, Counter())
        for value in values:
            if value.kind in self.kinds:
                hidden = _covered(value, spans)
                self._type(self.kinds[value.kind]).update(values=1, hidden=hidden)
                here.update(values=1, hidden=hidden)
                self._note("missed", value, text, wrong=not hidden)
            elif value.kind in people_formats.NOBODYS:
                taken = any(one.start < value.end and one.end > value.start for one in spans)
                self.ordinary.update(numbers=1, taken=taken)
                here.update(numbers=1, taken=taken)
        private = [value for value in values if value.kind in self.kinds]
        for span in spans:
            wrong = not any(span.start < one.end and span.end > one.start for one in private)
            self._type(span.kind).update(findings=1, wrong=wrong)
            self._note(
                "taken", Value(span.kind, span.start, span.end, span.match), text, wrong=wrong
            )

    def _type(self, kind: str) -> Counter[str]:
        return self.types.setdefault(kind, Counter())

    def _note(self, what: str, value: Value, text: str, *, wrong: bool) -> None:
        if wrong:
            where = text[max(0, value.start - 40) : value.end + 10]
            self.mistakes.append(f"{what} {value.kind} {value.text!r} in {where!r}")


def measured(family: str, rounds: int = ROUNDS, names: str = "keep") -> Tally:
    """The template's policy over the pages of a family; ``names`` is its PiiNames."""
    return counted(pages(family, rounds), names)


def counted(made: Iterable[Page], names: str = "keep") -> Tally:
    """The template's policy over pages."""
    config, tally = guardrail.definition(PiiNames=names), Tally()
    if names == "hide":
        tally.kinds["name"] = "NAME"
    for page in made:
        tally.add(page, Sensitive(config, Side("INPUT")).look_at(page[1]))
    return tally


def _covered(value: Value, spans: list[Span]) -> bool:
    """Whether every letter and digit of the value is hidden."""
    return all(
        any(span.start <= place < span.end for span in spans)
        for place in range(value.start, value.end)
        if value.text[place - value.start].isalnum()
    )
