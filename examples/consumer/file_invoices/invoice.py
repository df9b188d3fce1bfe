"""What an invoice says: chosen from the facts that Recita has quoted from its pages.

Facts have a kind and the name that the document itself gives, in its own language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import TypedDict

from recita_client import Document
from recita_client.entries import Fact

TOTAL = re.compile(r"total|due|payable|pagar|payer|betrag|gesamt", re.IGNORECASE)
PART = re.compile(r"sub.?total|net|tax|vat|iva|tva|mwst|excl|before", re.IGNORECASE)
NUMBER = re.compile(r"inv|fa[ck]t|rechnung|bill|nota|document", re.IGNORECASE)
DUE = re.compile(r"due|pay|ven[ck]|échéance|fällig|until", re.IGNORECASE)
VENDOR = re.compile(r"vendor|seller|supplier|from|issue|proveedor|fornecedor|liefer", re.IGNORECASE)
CURRENCY = re.compile(r"[A-Z]{3}|[€£$¥]|\b(?:euros?|pounds?|dollars?)\b", re.IGNORECASE)
AMOUNT = re.compile(r"(\d{1,3}(?:[., '\u00a0]\d{3})+|\d+)(?:[.,](\d\d))?(?![.,]?\d)")


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
    amounts = [fact for fact in _kind(facts, "amount") if not PART.search(fact.name)]
    total = _first(amounts, TOTAL)
    number = _first(_kind(facts, "identifier"), NUMBER)
    if total is None or number is None:
        missing = "total" if total is None else "number"
        where = document.source.name
        raise IncompleteInvoiceError(f"{where} has no {missing}: look at it, then file it by hand")
    currency = CURRENCY.search(total)
    return {
        "vendor": _first([*_kind(facts, "party"), *_kind(facts, "other")], VENDOR),
        "number": number,
        "date": next((f.value for f in _kind(facts, "date") if not DUE.search(f.name)), None),
        "total": total,
        "amount": amount(total),
        "currency": currency[0] if currency else None,
    }


def amount(text: str) -> Decimal | None:
    """Return the value of an amount, such as 1941.92 for ``1.941,92 €``; None when it is unclear.

    A comma or point before the last two digits parts the cents, others part thousands.
    """
    found = AMOUNT.search(text)
    if not found or (found.start() and text[found.start() - 1] in ".,0123456789"):
        return None
    whole, cents = found.groups()
    return Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{cents or '00'}")


def _kind(facts: Iterable[Fact], kind: str) -> list[Fact]:
    return [fact for fact in facts if fact.kind == kind]


def _first(facts: Iterable[Fact], name: re.Pattern[str]) -> str | None:
    return next((fact.value for fact in facts if name.search(fact.name)), None)
