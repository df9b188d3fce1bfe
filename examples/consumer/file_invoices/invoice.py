"""What an invoice says: chosen from the facts that Recita has quoted from its pages.

Facts have a kind and the name that the document itself gives, in its own language. Of the kind
``other``, those are taken whose name and value say enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import TypedDict

from recita_client import Document
from recita_client.entries import Fact

TOTAL = re.compile(r"\btotal|\bgesamt|\b(?:brutto|end|rechnungs|zahl)betrag", re.IGNORECASE)
TO_PAY = re.compile(r"\b(?:due|pay|payable|pagar|pagare|payer|zahlen)\b|betrag\b", re.IGNORECASE)
PART = re.compile(
    r"\bsub ?total|\bsous total|\bnet(?:to\w*|o)?\b(?! (?:due|pay|à pay|a pag|da pag))"
    r"|\bex[ck]l|\bbefore\b|\bwithout\b|\bohne\b|\bsin\b|\bsem\b|\bht\b|\bhors\b"
    r"|\btaxable|\boverdue|\bpast due",
    re.IGNORECASE,
)
TAX = re.compile(r"\b(?:vat|tax(?:es)?|gst|iva|tva|mwst|ust)\b|steuer", re.IGNORECASE)
WITH_TAX = re.compile(
    r"\b(?:in[ck]l\w*|compris\w*|after|with|ttc|avec|con|com|mit)\b", re.IGNORECASE
)
NUMBER = re.compile(r"inv|fa[ck]t|rechnung|bill|nota|document", re.IGNORECASE)
NUMBERED = re.compile(r"\b(?:no|nr|n[º°]|num\w*|núm\w*)\b|nummer\b|#", re.IGNORECASE)
DUE = re.compile(r"due|pay|ven[ck]|échéance|fällig|until", re.IGNORECASE)
VENDOR = re.compile(r"vendor|seller|supplier|from|issue|proveedor|fornecedor|liefer", re.IGNORECASE)
CURRENCY = r"[A-Z]{0,2}\$|[€£¥₹]|[A-Z]{3}|(?i:euros?|pounds?|dollars?|francs?|kr|zł)"
MINUS = r"[-\u2212]?"
MONEY = re.compile(
    rf"(?P<minus>{MINUS})\s?(?P<before>{CURRENCY})?\s?(?P<sign>{MINUS})"
    r"(?P<whole>[1-9][0-9]{0,2}(?P<comma>[., '\u2019\u00a0\u202f])[0-9]{3}"
    r"(?:(?P=comma)[0-9]{3})*|[0-9]+)"
    rf"(?:(?!(?P=comma))[.,](?P<cents>[0-9]{{2}}))?\s?(?P<after>{CURRENCY})?"
)


class IncompleteInvoiceError(Exception):
    """The document is an invoice, and its number or total was not found."""


class Invoice(TypedDict):
    """Everything as it is written, None where it was not found; ``amount`` is the total's value."""

    vendor: str | None
    number: str
    date: str | None
    total: str
    amount: Decimal | None
    currency: str | None


def invoice_of(document: Document) -> Invoice:
    """Return what an invoice says; raises IncompleteInvoiceError."""
    facts = document.manifest.facts
    others = _kind(facts, "other")
    total = _total([*_kind(facts, "amount"), *(f for f in others if _money(f.value)[1])])
    numbered = [fact for fact in others if NUMBERED.search(fact.name)]
    number = _first([*_kind(facts, "identifier"), *numbered], NUMBER)
    if total is None or number is None:
        missing = "total" if total is None else "number"
        where = document.source.name
        raise IncompleteInvoiceError(f"{where} has no {missing}: look at it, then file it by hand")
    value, currency = _money(total)
    return {
        "vendor": _first([*_kind(facts, "party"), *others], VENDOR),
        "number": number,
        "date": next((f.value for f in _kind(facts, "date") if not DUE.search(f.name)), None),
        "total": total,
        "amount": value,
        "currency": currency,
    }


def amount(text: str) -> Decimal | None:
    """Return the value of an amount, such as 1941.92 for ``1.941,92 €``; None when it is unclear.

    The text is one number, with or without a currency. A comma or point before the last two digits
    parts the cents, others part thousands.
    """
    return _money(text)[0]


def _money(text: str) -> tuple[Decimal | None, str | None]:
    """Value and currency; neither where the text is not one amount and nothing else."""
    found = MONEY.fullmatch(text.strip())
    if not found or (found["before"] and found["after"]) or (found["minus"] and found["sign"]):
        return None, None
    sign = "-" if found["minus"] or found["sign"] else ""
    whole = re.sub(r"[^0-9]", "", found["whole"])
    return Decimal(f"{sign}{whole}.{found['cents'] or '00'}"), found["before"] or found["after"]


def _total(facts: Iterable[Fact]) -> str | None:
    """What is called a total, or else what is to be paid; neither a part of it nor its tax."""
    named = [(re.sub(r"[\W_]+", " ", fact.name.replace(".", "")), fact.value) for fact in facts]
    whole = [
        (name, value)
        for name, value in named
        if not PART.search(name) and (WITH_TAX.search(name) or not TAX.search(name))
    ]
    for asked in (TOTAL, TO_PAY):
        for name, value in whole:
            if asked.search(name):
                return value
    return None


def _kind(facts: Iterable[Fact], kind: str) -> list[Fact]:
    return [fact for fact in facts if fact.kind == kind]


def _first(facts: Iterable[Fact], name: re.Pattern[str]) -> str | None:
    return next((fact.value for fact in facts if name.search(fact.name)), None)
