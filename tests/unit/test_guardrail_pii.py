from __future__ import annotations

from typing import Any

import pytest
from recita_local.services.bedrock.guard.masking import mask
from recita_local.services.bedrock.guard.pii import RULES, Span, find_pii, uncovered

EVERY = [*RULES, "PHONE"]

FOUND = [
    ("EMAIL", "Write to ana.souza@example.com.br today", "ana.souza@example.com.br"),
    ("PHONE", "Ligue (11) 98765-4321 hoje", "(11) 98765-4321"),
    ("PHONE", "Call +44 20 7946 0958", "+44 20 7946 0958"),
    ("PHONE", "Tél. 01 42 68 53 00", "01 42 68 53 00"),
    ("PHONE", "Fax +33\u00a04\u00a072 07 08 56", "+33\u00a04\u00a072 07 08 56"),
    ("PHONE", "fon (555) 23 78 51", "(555) 23 78 51"),
    ("CREDIT_DEBIT_CARD_NUMBER", "Card 4111 1111 1111 1111", "4111 1111 1111 1111"),
    ("CREDIT_DEBIT_CARD_CVV", "CVV: 123", "123"),
    ("CREDIT_DEBIT_CARD_EXPIRY", "exp 12/29", "12/29"),
    ("INTERNATIONAL_BANK_ACCOUNT_NUMBER", "IBAN DE89 3704 0044 0532 0130 00 ok",
     "DE89 3704 0044 0532 0130 00"),
    ("SWIFT_CODE", "BIC COBADEFFXXX", "COBADEFFXXX"),
    ("IP_ADDRESS", "from 192.168.10.4 port 80", "192.168.10.4"),
    ("IP_ADDRESS", "on 2001:db8::ff00:42:8329 now", "2001:db8::ff00:42:8329"),
    ("MAC_ADDRESS", "eth0 00:1a:2b:3c:4d:5e up", "00:1a:2b:3c:4d:5e"),
    ("AWS_ACCESS_KEY", "key AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("US_SOCIAL_SECURITY_NUMBER", "SSN 078-05-1120", "078-05-1120"),
    ("VEHICLE_IDENTIFICATION_NUMBER", "frame 1M8GDM9AXKP042788.", "1M8GDM9AXKP042788"),
    ("PASSWORD", "senha: s3gredo!", "s3gredo!"),
    ("AGE", "a 42-year-old man", "42-year-old"),
    ("NAME", "Name: Maria Exemplo da Silva", "Maria Exemplo da Silva"),
    ("NAME", "signed by Beatriz Souza e Silva on Monday", "Beatriz Souza e Silva"),
    ("NAME", "de la part de Jean-Luc Lefèvre", "Jean-Luc Lefèvre"),
    ("NAME", "Sehr geehrte Frau Krüger,", "Krüger"),
    ("ADDRESS", "at 410 Terry Ave North", "410 Terry Ave"),
    ("ADDRESS", "Rua das Flores, 123", "Rua das Flores, 123"),
    ("ADDRESS", "Bahnstr. 42", "Bahnstr. 42"),
    ("LICENSE_PLATE", "Placa: ABC1D23", "ABC1D23"),
]  # fmt: skip

NOT_FOUND = [
    ("PHONE", "Invoice 42183017 of 2026-03-14"),
    ("PHONE", "CHECKING 003525801543"),
    ("PHONE", "Período 02/10/2008 a 02/10/2016"),
    ("PHONE", "3520 0159 5943 1500 0157 5500 1000 0000 0220 6277 7169"),
    ("PHONE", "1.249,00 2.730,15 278,46"),
    ("PHONE", "Account number: 296664039561"),
    ("CREDIT_DEBIT_CARD_NUMBER", "Card 4111 1111 1111 1112"),
    ("CREDIT_DEBIT_CARD_NUMBER", "3520 0159 5943 1500 0157 5500 1000 0000 0220 6277 7169"),
    ("INTERNATIONAL_BANK_ACCOUNT_NUMBER", "IBAN DE89 3704 0044 0532 0130 01"),
    ("IP_ADDRESS", "see section 1.2.3.4 of version 2.0.1.7"),
    ("IP_ADDRESS", "at 12:30:45"),
    ("US_SOCIAL_SECURITY_NUMBER", "part 000-12-3456"),
    ("VEHICLE_IDENTIFICATION_NUMBER", "serial 1M8GDM9A1KP042788"),
    ("LICENSE_PLATE", "Placa comemorativa de 1970"),
    ("AGE", "o contrato dura 10 anos"),
    ("NAME", "The Martin family of aircraft; in Victoria and in San Francisco."),
    ("NAME", "Der Preis gilt bis Ende August."),
]


@pytest.mark.parametrize(("kind", "text", "value"), FOUND)
def test_personal_data_is_found(kind: str, text: str, value: str) -> None:
    assert [span.match for span in find_pii(text, [kind])] == [value]


@pytest.mark.parametrize(("kind", "text"), NOT_FOUND)
def test_ordinary_numbers_are_left_alone(kind: str, text: str) -> None:
    assert list(find_pii(text, [kind])) == []


def test_a_name_is_hidden_wherever_it_returns() -> None:
    text = "Name: Ada Zeller. The flat of Zeller is let. Ms Zeller pays; ZELLERS does not."

    assert mask(text, find_pii(text, ["NAME"])) == (
        "Name: {NAME}. The flat of {NAME} is let. Ms {NAME} pays; ZELLERS does not."
    )


def test_offsets_are_those_of_the_text() -> None:
    text = "É-mail: ana@example.com, ok"

    (span,) = find_pii(text, ["EMAIL"])

    assert text[span.start : span.end] == "ana@example.com"


def test_every_type_of_the_service_has_a_detector() -> None:
    import botocore.session

    model = botocore.session.get_session().get_service_model("bedrock-runtime")
    shape: Any = model.shape_for("GuardrailPiiEntityType")
    types = shape.enum

    assert uncovered(types) == []


def test_masks_as_the_service_does() -> None:
    spans = [Span(6, 13, "EMAIL", "a@b.com"), Span(18, 21, "CPF", "123")]

    assert mask("Write a@b.com and 123.", spans) == "Write {EMAIL} and {CPF}."


def test_the_longer_of_two_overlapping_findings_is_masked() -> None:
    spans = [Span(0, 4, "PIN", "1234"), Span(0, 9, "PHONE", "1234-5678")]

    assert mask("1234-5678", spans) == "{PHONE}"
