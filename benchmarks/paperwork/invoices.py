"""Made-up invoices whose totals, dates and identifiers are known."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from stdnum import iban
from stdnum.br import cnpj

from benchmarks.paperwork import HERE, Filler

TAX_IDS = {
    "en": ("VAT Reg. No.", "GB980780684"),
    "es": ("NIF", "ESB58378431"),
    "pt": ("CNPJ", cnpj.format("11222333000181")),
    "fr": ("N° TVA", "FR40303265045"),
    "de": ("USt-IdNr.", "DE136695976"),
}
"""Examples from the documentation of python-stdnum: their check digits are right."""
IBANS = {
    "en": "GB82WEST12345698765432",
    "es": "ES9121000418450200051332",
    "pt": "PT50000201231234567890154",
    "fr": "FR1420041010050500013M02606",
    "de": "DE89370400440532013000",
}


@dataclass
class Invoice:
    """A document and what it states, by kind: ``total``, ``date`` and ``identifier``."""

    language: str
    use: str
    layout: str
    text: str = ""
    stated: list[tuple[str, str]] = field(default_factory=list)
    """Kind and value as written."""
    decoys: list[str] = field(default_factory=list)
    """Amounts that are not the total."""


@cache
def parts(language: str, use: str) -> dict[str, list[str]]:
    """What invoices of a language call their parts."""
    found: dict[str, Any] = tomllib.loads((HERE / "invoices.toml").read_text(encoding="utf-8"))
    chosen: dict[str, list[str]] = found[language][use]
    return chosen


def invoice(language: str, use: str, number: int) -> Invoice:
    """One invoice: labels and layout are both of the part that ``use`` names."""
    fill = Filler(language, f"{language}/{use}/{number}")
    layouts = list(LAYOUTS[use])
    layout = layouts[number % len(layouts)]
    made = Invoice(language, use, layout)
    labels = {name: fill.pick.choice(choice) for name, choice in parts(language, use).items()}
    head = _head(fill, labels, made)
    rows = _rows(fill, labels, made)
    feet = _feet(fill, labels, made)
    made.text = "\n".join(LAYOUTS[use][layout](fill, labels, head, [*rows, *feet]))
    return made


def _head(fill: Filler, labels: dict[str, str], made: Invoice) -> list[tuple[str, str]]:
    wanted = [("number", "identifier"), ("date", "date"), ("due", "date")]
    wanted += [(name, "identifier") for name in ("order", "customer") if fill.pick.random() < 0.7]
    head = []
    for name, kind in wanted:
        value = fill.number() if kind == "identifier" else fill.value("date")
        head.append((labels[name], value))
        made.stated.append((kind, value))
    return head


def _rows(fill: Filler, labels: dict[str, str], made: Invoice) -> list[str]:
    rows, net = [labels["columns"]], 0.0
    for _ in range(fill.pick.randint(1, 6)):
        quantity, price = fill.pick.randint(1, 9), fill.pick.randint(200, 90_000) / 100
        net += quantity * price
        cells = (fill.value("item"), str(quantity), fill.money(price), fill.money(quantity * price))
        rows.append(" ".join(cells))
    tax = round(net * 0.2, 2)
    amounts = [fill.money(net), fill.money(tax), fill.money(net + tax)]
    made.decoys += amounts[:2]
    made.stated.append(("total", amounts[2]))
    for name, amount in zip(("net", "tax", "total"), amounts, strict=True):
        rows.append(f"{labels[name]}{fill.pick.choice([' ', ': '])}{amount}")
    return rows


def _feet(fill: Filler, labels: dict[str, str], made: Invoice) -> list[str]:
    name, tax_id = TAX_IDS[made.language]
    account = iban.format(IBANS[made.language])
    made.stated += [("identifier", tax_id), ("identifier", account)]
    return [labels["please"], f"{name} {tax_id}", f"IBAN {account}", f"{fill.value('bank')}"]


def _address(fill: Filler, labels: dict[str, str]) -> list[str]:
    sender = [fill.value("company"), f"{fill.value('street')}, {fill.value('city')}"]
    to = [labels["party"] + ":", fill.value("person"), fill.value("street"), fill.value("city")]
    return [*sender, "", *to, ""]


Head = list[tuple[str, str]]
Layout = Callable[[Filler, dict[str, str], Head, list[str]], list[str]]


def _beside(fill: Filler, labels: dict[str, str], head: Head, rest: list[str]) -> list[str]:
    """Each label with its value behind a colon."""
    lines = [f"{label}: {value}" for label, value in head]
    return [*_address(fill, labels), labels["title"], *lines, "", *rest]


def _above(fill: Filler, labels: dict[str, str], head: Head, rest: list[str]) -> list[str]:
    """Each label over its value."""
    lines = [line for pair in head for line in pair]
    return [labels["title"], *_address(fill, labels), *lines, "", *rest]


def _named(fill: Filler, labels: dict[str, str], head: Head, rest: list[str]) -> list[str]:
    """The title names number and date; the others stand beside their values without a colon."""
    lines = [f"{label} {value}" for label, value in head[2:]]
    first = f"{head[0][0]} {head[0][1]} - {head[1][1]}"
    return [*_address(fill, labels), first, *lines, "", *rest]


def _columns(fill: Filler, labels: dict[str, str], head: Head, rest: list[str]) -> list[str]:
    """Labels in one row, values in the next."""
    rows = [" ".join(label for label, _ in head), " ".join(value for _, value in head)]
    return [labels["title"], *_address(fill, labels), *rows, "", *rest]


def _running(fill: Filler, labels: dict[str, str], head: Head, rest: list[str]) -> list[str]:
    """Two pairs on a line, addresses after them."""
    pairs = [f"{label} {value}" for label, value in head]
    lines = [" ".join(pairs[index : index + 2]) for index in range(0, len(pairs), 2)]
    return [labels["title"], *lines, "", *_address(fill, labels), *rest]


def _last(fill: Filler, labels: dict[str, str], head: Head, rest: list[str]) -> list[str]:
    """The amounts first, the labels with their values at the end."""
    return [
        labels["title"],
        *rest,
        "",
        *_address(fill, labels),
        *(f"{label}: {value}" for label, value in reversed(head)),
    ]


def _remarked(fill: Filler, labels: dict[str, str], head: Head, rest: list[str]) -> list[str]:
    """Pairs of a label and a value, each behind a dash, in a row; the sender last."""
    row = " - ".join(f"{label}: {value}" for label, value in head)
    sender = _address(fill, labels)
    return [labels["title"], row, "", *rest, "", *sender]


def _boxed(fill: Filler, labels: dict[str, str], head: Head, rest: list[str]) -> list[str]:
    """Two rows of two labels, each over a row of values."""
    rows = []
    for index in range(0, len(head), 2):
        rows += [" ".join(pair[place] for pair in head[index : index + 2]) for place in (0, 1)]
    return [*_address(fill, labels), labels["title"], *rows, "", *rest]


def _dotted(fill: Filler, labels: dict[str, str], head: Head, rest: list[str]) -> list[str]:
    """Each label and its value with dots between them."""
    lines = [f"{label} .... {value}" for label, value in head]
    return [labels["title"], *lines, *_address(fill, labels), *rest]


LAYOUTS: dict[str, dict[str, Layout]] = {
    "tune": {
        "beside": _beside,
        "above": _above,
        "named": _named,
        "columns": _columns,
        "running": _running,
        "last": _last,
    },
    "held": {"remarked": _remarked, "boxed": _boxed, "dotted": _dotted},
}
