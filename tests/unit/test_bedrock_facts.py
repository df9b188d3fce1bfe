from __future__ import annotations

import pytest
from recita_local.services.bedrock.language.fact import as_reply
from recita_local.services.bedrock.language.facts import find_facts
from recita_local.services.bedrock.language.money import amount_of, date_pattern

from benchmarks.paperwork import LANGUAGES
from benchmarks.paperwork.invoices import invoice

RECHNUNG = """Rechnung Nr. RE-2026/505 von 09.05.2026
Leistungsdatum 07.05.2026
Nettobetrag: 496,00 €
Gesamtbetrag: 571,04 €
IBAN DE88200800000970375700
info@example.com"""

NOTA = """NOTA FISCAL ELETRÔNICA
CNPJ
11.222.333/0001-81
VALOR TOTAL DOS PRODUTOS
540,00
VALOR TOTAL DA NOTA
58.500,00
DATA DA EMISSÃO
01/01/2026"""


def found(text: str) -> dict[str, str]:
    return {fact.name: fact.value for fact in find_facts([text])}


def test_facts_of_a_german_invoice() -> None:
    assert found(RECHNUNG) == {
        "Gesamtbetrag": "571,04 €",
        "Rechnung Nr": "RE-2026/505",
        "IBAN": "DE88200800000970375700",
        "E-mail": "info@example.com",
        "Leistungsdatum": "07.05.2026",
        "Date": "09.05.2026",
        "Nettobetrag": "496,00 €",
    }


def test_values_under_their_labels() -> None:
    facts = found(NOTA)

    assert facts["VALOR TOTAL DA NOTA"] == "58.500,00"
    assert facts["DATA DA EMISSÃO"] == "01/01/2026"
    assert facts["CNPJ"] == "11.222.333/0001-81"


def test_values_stand_verbatim_on_the_page_they_name() -> None:
    pages = ["Page one.", RECHNUNG, NOTA]

    for fact in find_facts(pages):
        assert fact.value in pages[fact.page - 1]


def test_wrong_check_digits_are_no_identifier() -> None:
    assert found("CNPJ 11.222.333/0001-82 CPF 529.982.247-26") == {}


def test_masked_values_are_no_facts() -> None:
    assert found("E-mail: {EMAIL}\nTelefone: {PHONE}") == {}


def test_replies_hold_name_kind_value_page_and_confidence() -> None:
    (fact,) = as_reply(find_facts(["Kunde: Beispiel"]))

    assert fact == {
        "name": "Kunde",
        "kind": "party",
        "value": "Beispiel",
        "page": 1,
        "confidence": 0.7,
    }


@pytest.mark.parametrize(
    "text",
    ["14 March 2026", "March 14, 2026", "14 de março de 2026", "14. März 2026", "14 août 2026",
     "1er janvier 2026", "2026-03-14", "14/03/2026", "14.03.26", "14 marzo 2026"],
)  # fmt: skip
def test_dates_of_six_languages(text: str) -> None:
    match = date_pattern().search(f"am {text} in")

    assert match
    assert match[0] == text


@pytest.mark.parametrize("text", ["42183017", "1.284,50", "12:30:45", "99/99/2026", "may contain"])
def test_what_is_no_date(text: str) -> None:
    assert date_pattern().search(f"x {text} y") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("R$ 1.284,50", 1284.5), ("$1,284.50", 1284.5), ("58.500,00", 58500.0), ("1 200 000$", 1.2e6),
     ("211,522", 211522.0), ("EUR 90", 90.0)],
)  # fmt: skip
def test_amounts_whatever_separates_their_cents(text: str, value: float) -> None:
    assert amount_of(text) == value


@pytest.mark.parametrize("language", LANGUAGES)
def test_made_up_invoices_yield_what_they_state(language: str) -> None:
    asked = missing = 0
    for number in range(12):
        made = invoice(language, "tune", number)
        facts = find_facts([made.text], "invoice")
        stated = {value for kind, value in made.stated if kind != "total"}
        (total,) = (value for kind, value in made.stated if kind == "total")
        asked += len(stated)
        missing += len(stated - {one.value for one in facts if one.kind in {"date", "identifier"}})

        assert facts[0].value == total
        claimed = {one.value for one in facts if one.kind in {"amount", "date", "identifier"}}
        assert claimed <= stated | {total, *made.decoys}
    assert missing <= 0.1 * asked


def test_the_grand_total_wins_over_net_and_tax() -> None:
    facts = find_facts(["Total HT 624,90 €\nTotal taxes 46,25 €\nTotal TTC 671,15 €"])

    assert [(fact.value, fact.kind) for fact in facts] == [("671,15 €", "amount")]


def test_parts_that_add_up_show_a_total_with_an_unknown_label() -> None:
    page = "Waren 100,00 €\nAbgabe 19,00 €\nAlles zusammen 119,00 €"

    assert [fact.value for fact in find_facts([page], "invoice")] == ["119,00 €"]
    assert find_facts([page], "article") == []


def test_values_keep_the_blanks_that_no_line_may_end_at() -> None:
    page = "Total TTC : 1\N{NO-BREAK SPACE}234,56 €"

    assert find_facts([page])[0].value == "1\N{NO-BREAK SPACE}234,56 €"


def test_numbers_under_their_labels_are_no_page_numbers() -> None:
    page = "INVOICE\nAlder Ltd\nLeeds\nOrder number\n7243\nDue date\n3 May 2026\nThank\nyou\nvery"

    assert found(page)["Order number"] == "7243"


def test_a_row_of_labels_over_a_row_of_values() -> None:
    page = "Invoice no. Customer no. Issued on\nRE-17 4711 3 May 2026"

    assert found(page) == {"Invoice no": "RE-17", "Customer no": "4711", "Date": "3 May 2026"}


def test_the_own_number_of_a_document_comes_first() -> None:
    facts = find_facts(["Kundennummer: 20\nRechnung Nr. RE-2026/505"])

    assert [fact.value for fact in facts] == ["RE-2026/505", "20"]


@pytest.mark.parametrize(
    "text", ["Phone number 555 1234 77", "Page no. 12", "Ein 3-gefärbter Graph", "Zip code 98052"]
)
def test_what_is_no_identifier(text: str) -> None:
    assert [fact for fact in find_facts([f"A title\n{text}"]) if fact.kind == "identifier"] == []
