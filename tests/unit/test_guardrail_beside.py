"""Personal numbers that stand beside other numbers, or are written in other digits."""

from __future__ import annotations

import pytest
from recita_local.services.bedrock.guard.masking import mask
from recita_local.services.bedrock.guard.pii import Span
from recita_local.services.bedrock.guard.policy import Side
from recita_local.services.bedrock.guard.sensitive import Sensitive

from benchmarks import guardrail, people_beside
from benchmarks.understanding_pii import counted, neighbours

CONFIG = guardrail.definition()
SHORT = {
    "CREDIT_DEBIT_CARD_NUMBER": "CARD",
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": "IBAN",
    "US_BANK_ACCOUNT_NUMBER": "ACCOUNT",
}

BESIDE = [
    ("4111 1111 1111 1111 5500 0000 0000 0004", "{CARD} {CARD}"),
    ("4111 1111 1111 1111\n5500 0000 0000 0004", "{CARD}\n{CARD}"),
    ("4111111111111111,5500000000000004", "{CARD},{CARD}"),
    ("3782 822463 10005 4111 1111 1111 1111", "{CARD} {CARD}"),
    ("4111 1111\n1111 1111 5500 0000 0000 0004", "{CARD} {CARD}"),
    ("Pedido 123456\n4111 1111 1111 1111", "Pedido 123456\n{CARD}"),
    ("2026 4111 1111 1111 1111 2027", "2026 {CARD} 2027"),
    ("4111 1111 1111 1111\n250,00", "{CARD}\n250,00"),
    ("cartão 41111 11111 111111 9876 55", "cartão {CARD} 9876 55"),
    ("+55 11 98765-4321 4111 1111 1111 1111", "{PHONE} {CARD}"),
    ("+55 11 98765-4321\n4111 1111 1111 1111", "{PHONE}\n{CARD}"),
    ("ES91 2100 0418 4502 0005 1332 4111 1111 1111 1111", "{IBAN} {CARD}"),
    ("4321 4111 1111 1111 1111", "{CARD} {CARD}"),
    ("DE89370400440532013000 GB82WEST12345698765432", "{IBAN} {IBAN}"),
    ("DE89370400440532013000\nGB82WEST12345698765432", "{IBAN}\n{IBAN}"),
    ("ES91 2100 0418 4502 0005 1332 GB82 WEST 1234 5698 7654 32", "{IBAN} {IBAN}"),
    ("Account 12345678 4111 1111 1111 1111", "Account {ACCOUNT} {CARD}"),
    ("(212) 555-0123 (212) 555-0188", "{PHONE} {PHONE}"),
    ("(212) 555-0123\n(212) 555-0188", "{PHONE}\n{PHONE}"),
    ("tel 212-555-0123 212-555-0188", "tel {PHONE} {PHONE}"),
    ("tel 2125550123 2125550188", "tel {PHONE} {PHONE}"),
    ("Tel: 11987654321 / 11912345678 ou 11912345679", "Tel: {PHONE} / {PHONE} ou {PHONE}"),
    ("+1 212 555 0123 +1 212 555 0188 7", "{PHONE} {PHONE} 7"),
    ("Order 123456 06 12 34 56 78", "Order 123456 {PHONE}"),
    ("818,00 € 06.87.28.65.31", "818,00 € {PHONE}"),
    ("14.03.2026; 0171 6449740; 12", "14.03.2026; {PHONE}; 12"),
]
"""What stands in a text, and what is left of it."""

WIDE, ARABIC = (
    str.maketrans("0123456789+", digits)
    for digits in (
        "".join(map(chr, range(0xFF10, 0xFF1A))) + chr(0xFF0B),
        "".join(map(chr, range(0x0660, 0x066A))) + "+",
    )
)

WRITTEN_OTHERWISE = [
    ("to ana\u200b@exam\u00adple.org.", "to {EMAIL}."),
    ("4111 1111 1111 1111 ok".translate(WIDE), "{CARD} ok"),
    ("4111 1111 1111 1111 ok".translate(ARABIC), "{CARD} ok"),
    ("tel +55 11 98765-4321 ok".translate(WIDE), "tel {PHONE} ok"),
    ("é\u200b 529.982\u2060.247-25 ok", "é\u200b {CPF} ok"),
    ("4111\u20111111\u20111111\u20111111 ok", "{CARD} ok"),
    ("529.982.247-25".translate(WIDE), "{CPF}"),
]

NOBODYS = [
    "3520 0159 5943 1500 0157 5500 1000 0000 0220 6277 7169",
    "ES92 2100 0418 4111 1111 1111 1111",
    "0.4111111111111111",
    "4111111111111111.25",
    "PT35 6837 3441 0485 1181 0588 2",
    "12 01 02 03 04 05 06",
    "Pedido 020 7946 0958",
    "SIRET 333 079 610 26762, TVA",
    "la carte 4921\n0241 9965 0915 aussi",
]


def _masked(text: str) -> str:
    hidden = mask(text, Sensitive(CONFIG, Side("INPUT")).look_at(text))
    for long, short in SHORT.items():
        hidden = hidden.replace(long, short)
    return hidden


@pytest.mark.parametrize(("text", "left"), BESIDE + WRITTEN_OTHERWISE)
def test_a_number_is_hidden_whatever_stands_beside_it(text: str, left: str) -> None:
    assert _masked(text) == left


@pytest.mark.parametrize("text", NOBODYS)
def test_a_part_of_a_longer_number_is_nobodys(text: str) -> None:
    assert _masked(text) == text


def test_what_matched_is_told_as_it_is_written() -> None:
    found = Sensitive(CONFIG, Side("INPUT"))
    found.look_at("to ana\u200b@example.org")

    assert [entry["match"] for entry in found.entities.values()] == ["ana\u200b@example.org"]


def test_what_two_findings_cover_is_hidden_whole() -> None:
    spans = [Span(0, 9, "ONE", "1234 5678"), Span(5, 19, "OTHER", "5678 9012 3456")]

    assert mask("1234 5678 9012 3456", spans) == "{ONE} {OTHER}"


@pytest.mark.parametrize("name", [*people_beside.LAYOUTS, *people_beside.DISGUISES])
def test_rows_of_numbers_are_hidden_and_no_others(name: str) -> None:
    tally = counted(dict(neighbours(6))[name])
    hidden = sum(one["hidden"] for one in tally.types.values())
    values = sum(one["values"] for one in tally.types.values())

    assert hidden >= 0.98 * values, tally.mistakes
    assert sum(one["wrong"] for one in tally.types.values()) <= 0.01 * hidden, tally.mistakes
    assert tally.ordinary["taken"] <= 0.01 * tally.ordinary["numbers"], tally.mistakes
