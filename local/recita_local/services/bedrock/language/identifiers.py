"""Numbers that identify: tax numbers, bank accounts, invoices; checked by their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban
from stdnum.br import cnpj, cpf
from stdnum.eu import vat

from recita_local.services.bedrock.language.money import date_pattern

CNPJ = re.compile(r"(?<!\d)\d{2}\.?\d{3}\.?\d{3}/\d{4}-?\d{2}(?!\d)")
CPF = re.compile(r"(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
VAT = re.compile(r"\b(?:AT|BE|DE|ES|FR|IT|LU|NL|PT|PL)[A-Z0-9]{8,12}\b")
KINDS = r"invoice|receipt|fatura|factura|facture|rechnung|fattura|nota fiscal|recibo|txn"
NEED_A_MARK = (
    r"order|contract|offer|policy|pedido|commande|bestellung|contrato|docket|r[eé]solution"
)
MARK = r"(?:number|n[uú]mero|num[eé]ro|nummer|nr|no|n|id|#)"
INVOICE = re.compile(
    rf"(?:\b(?:{KINDS})[ -]?(?:{MARK}\b)?|\b(?:{NEED_A_MARK})[ -]?(?:{MARK}\b)"
    rf"|\bN[ºo°](?!\w))[.:#º°\s]{{0,4}}((?=[\w./-]*\d)[A-Z\d][A-Z\d./-]{{2,24}})",
    re.IGNORECASE,
)


def identifiers(line: str) -> Iterator[tuple[str, str, float]]:
    """Name, value as written and confidence (0 to 1) of each identifier on a line."""
    for match in CNPJ.finditer(line):
        if cnpj.is_valid(match[0]):
            yield "CNPJ", match[0], 0.99
    for match in CPF.finditer(line):
        if cpf.is_valid(match[0]):
            yield "CPF", match[0], 0.99
    yield from _numbers(line)
    for match in EMAIL.finditer(line):
        yield "E-mail", match[0].rstrip("."), 0.95


def _numbers(line: str) -> Iterator[tuple[str, str, float]]:
    invoice = INVOICE.search(line)
    if invoice and not date_pattern().fullmatch(invoice[1]):
        name = re.sub(r"[\s.:#]+$", "", line[invoice.start() : invoice.start(1)])
        yield name[:1].upper() + name[1:], invoice[1].rstrip("./-"), 0.9
    for match in IBAN.finditer(line):
        value = match[0].rstrip()
        if iban.is_valid(value):
            yield "IBAN", value, 0.99
    for match in VAT.finditer(line):
        if vat.is_valid(match[0]):
            yield "VAT number", match[0], 0.97
