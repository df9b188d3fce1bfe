"""Made-up paperwork of known type, in five languages: the same for the same seed.

Every type has templates that were looked at while the rules were made (``tune``) and templates that
were not: usual ones (``held``), and ones that do without the usual words of their kind (``plain``).
One author wrote them all, so the numbers they give are kinder than life.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LANGUAGES = ("en", "es", "pt", "fr", "de")
SLOT = re.compile(r"\{(\w+)\}")
HEAD = re.compile(r"^@(\S+) (tune|held|plain)\n", re.MULTILINE)
GROUPS = {"en": (",", "."), "eu": (".", ","), "sp": ("\N{NO-BREAK SPACE}", ","), "ch": ("'", ".")}
"""Signs between thousands and before cents, by name of a number's form."""
DIGITS = {
    "digit": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "six": 6,
    "eight": 8,
    "nine": 9,
}


@dataclass(frozen=True)
class Template:
    """A document with slots; ``use`` is ``tune``, ``held`` or ``plain``."""

    language: str
    kind: str
    use: str
    text: str


@cache
def templates() -> tuple[Template, ...]:
    """All templates but those of invoices, which are built from parts."""
    found = []
    for language in LANGUAGES:
        parts = HEAD.split((HERE / f"{language}.txt").read_text(encoding="utf-8"))[1:]
        for kind, use, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            found.append(Template(language, kind, use, text.strip()))
    return tuple(found)


@cache
def words(language: str) -> Mapping[str, Any]:
    """What fills the slots, by slot."""
    found: dict[str, Any] = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    chosen: Mapping[str, Any] = found[language]
    return chosen


class Filler:
    """Fills slots; one filler is one document, which writes dates and money in one way."""

    def __init__(self, language: str, seed: str) -> None:
        self.pick = random.Random(seed)  # noqa: S311 - the same documents in every run
        self._words = words(language)
        self._date = self.pick.choice(self._words["date"])
        self._money = self.pick.choice(self._words["money"])

    def filled(self, text: str) -> str:
        """The text with its slots filled and lines that begin with ``*`` repeated."""
        lines = []
        for line in text.splitlines():
            starred = line.startswith("* ")
            times = self.pick.randint(2, 6) if starred else 1
            lines += [line[2 * starred :]] * times
        return re.sub(r" {2,}", " ", SLOT.sub(lambda slot: self.value(slot[1]), "\n".join(lines)))

    def value(self, slot: str) -> str:
        """Something that fits a slot."""
        if slot in self._words and slot not in {"date", "money"}:
            return str(self.pick.choice(self._words[slot]))
        if slot in DIGITS:
            return "".join(self.pick.choices("123456789", k=DIGITS[slot]))
        made: str = getattr(self, f"_{slot}_value")()
        return made

    def money(self, amount: float) -> str:
        """An amount as this document writes it."""
        return SLOT.sub(lambda form: _grouped(amount, form[1]), self._money)

    def number(self) -> str:
        """A number that identifies something: at least one digit, no blank."""
        form = self.pick.choice(["{four}", "{y}-{four}", "{y}/{three}", "{L}{six}", "{L}{L}-{six}"])
        letters = "ABCDEFGHKLMNPRSTUVWX"
        form = re.sub(r"\{L\}", lambda _: self.pick.choice(letters), form)
        return SLOT.sub(
            lambda slot: self._year_value() if slot[1] == "y" else self.value(slot[1]), form
        )

    def _date_value(self) -> str:
        day, month, year = self.pick.randint(1, 28), self.pick.randint(1, 12), self._year_value()
        parts: dict[str, str] = {
            "d": str(day),
            "dd": f"{day:02}",
            "mm": f"{month:02}",
            "y": year,
            "yy": year[2:],
        }
        parts["month"] = self.value("month")
        return SLOT.sub(lambda slot: parts[slot[1]], self._date)

    def _year_value(self) -> str:
        return str(self.pick.randint(2015, 2026))

    def _number_value(self) -> str:
        return self.number()

    def _person_value(self) -> str:
        return f"{self.value('first')} {self.value('last')}"

    def _time_value(self) -> str:
        return f"{self.pick.randint(8, 20)}:{self.pick.randint(10, 59)}"

    def _short_value(self) -> str:
        return f"{self.pick.randint(1, 28):02}/{self.pick.randint(1, 12):02}"

    def _qty_value(self) -> str:
        return str(self.pick.randint(1, 9))

    def _percent_value(self) -> str:
        return f"{self.pick.randint(1, 30)} %"

    def _amount_value(self) -> str:
        return self.money(self.pick.randint(20_000, 900_000) / 100)

    def _price_value(self) -> str:
        return self.money(self.pick.randint(150, 9_900) / 100)

    def _phone_value(self) -> str:
        return f"+{self.value('two')} {self.value('three')} {self.value('six')}"

    def _email_value(self) -> str:
        return f"{self.value('four')}@example.com"

    def _iban_value(self) -> str:
        return (
            f"XX{self.value('two')} {self.value('four')} {self.value('four')} {self.value('four')}"
        )


def _grouped(amount: float, form: str) -> str:
    thousands, cents = GROUPS[form]
    return f"{amount:,.2f}".translate({ord(","): thousands, ord("."): cents})


def document(template: Template, number: int) -> str:
    """One filling of a template."""
    seed = f"{template.language}/{template.kind}/{template.text[:40]}/{number}"
    return Filler(template.language, seed).filled(template.text)
