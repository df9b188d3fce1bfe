"""Pages on which people's numbers stand beside other numbers: lines, rows of tables, columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from benchmarks.people_formats import HELD_OUT, PHONES_SEEN, Value, fill

FORMATS = {**HELD_OUT, "phone": [PHONES_SEEN]}
"""Telephones in forms that need no label, as there is none in a row of numbers."""

SURE = ("card", "iban", "phone", "email", "cpf", "dni")
"""What is known by itself."""
NOBODYS = ("no_order", "no_date", "no_amount", "no_ean", "no_page", "no_card", "no_iban")
LANGUAGES = ("en", "pt", "es", "fr", "de")
ORDER = {"en": "Order", "pt": "Pedido", "es": "Pedido", "fr": "Commande", "de": "Auftrag"}

UNSEEN = ("\u200b", "\u00ad", "\u2060")
WIDE = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
ARABIC = {ord("0") + digit: 0x0660 + digit for digit in range(10)}


def _line(kinds: list[str], order: str) -> str:
    return f"{order} {{no_order}} " + " ".join(f"{{{kind}}}" for kind in kinds) + " {no_page}\n"


def _same(kinds: list[str], _: str) -> str:
    return " ".join([f"{{{kinds[0]}}}"] * 3) + "\n"


def _lines(kinds: list[str], order: str) -> str:
    return f"{order} {{no_order}}\n" + "".join(f"{{{kind}}}\n" for kind in kinds) + "{no_order}\n"


def _column(kinds: list[str], _: str) -> str:
    return f"{{{kinds[0]}}}\n" * 4


def _table(kinds: list[str], _: str) -> str:
    cells = ["{no_date}", *(f"{{{kind}}}" for kind in kinds), "{no_amount}"]
    return ("| " + " | ".join(cells) + " |\n") * 3


def _tabs(kinds: list[str], _: str) -> str:
    return ("\t".join(["{no_order}", *(f"{{{kind}}}" for kind in kinds)]) + "\n") * 3


def _listed(kinds: list[str], _: str) -> str:
    return "; ".join(f"{{{kind}}}" for kind in kinds) + ", {no_date}\n"


LAYOUTS: dict[str, Callable[[list[str], str], str]] = {
    "in one line, a blank between": _line,
    "three of a type in one line": _same,
    "in consecutive lines": _lines,
    "a column of one type": _column,
    "rows of a table": _table,
    "rows with tabs": _tabs,
    "a list with semicolons": _listed,
}
"""What stands how; each takes kinds of values and a word for an order."""


def beside(layout: str, rounds: int) -> Iterator[tuple[str, str, list[Value]]]:
    """Language, text and values of each page of a layout."""
    random = Random(layout)  # noqa: S311 - the same pages every time
    for _ in range(rounds):
        for language in LANGUAGES:
            kinds = random.sample(SURE, 3)
            kinds.insert(random.randint(1, 3), random.choice(NOBODYS))
            template = LAYOUTS[layout](kinds, ORDER[language])
            text, values = fill(template, FORMATS, random, language)
            yield language, text, values


def disguised(how: str, rounds: int) -> Iterator[tuple[str, str, list[Value]]]:
    """The same in lines, with digits of other scripts or with signs that are not seen."""
    random = Random(how)  # noqa: S311 - the same pages every time
    for language, text, values in beside("in consecutive lines", rounds):
        if how != "unseen signs":
            yield language, text.translate(WIDE if how == "full-width digits" else ARABIC), values
            continue
        written, moved, last = "", [], 0
        for value in values:
            middle = (value.start + value.end) // 2
            written += text[last : value.start]
            made = text[value.start : middle] + random.choice(UNSEEN) + text[middle : value.end]
            moved.append(Value(value.kind, len(written), len(written) + len(made), made))
            written, last = written + made, value.end
        yield language, written + text[last:], moved


DISGUISES = ("full-width digits", "Arabic-Indic digits", "unseen signs")
