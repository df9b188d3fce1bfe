from __future__ import annotations

import pytest
from recita_local.services.bedrock.language.lines import paragraphs
from recita_local.services.bedrock.language.sentences import (
    Sentence,
    all_sentences,
    is_prose,
    unbroken,
)


def texts(pages: list[str]) -> list[str]:
    return [paragraph.text for paragraph in paragraphs(pages)]


def test_wrapped_lines_are_one_paragraph_and_a_heading_stands_alone() -> None:
    page = (
        "A HEADING\n\nThis sentence was broken over two lines of the page as it was set in\n"
        "a narrow column. Another one follows it on the same line and then it stops.\n\nNext."
    )

    assert texts([page]) == [
        "A HEADING",
        (
            "This sentence was broken over two lines of the page as it was set in a narrow column. "
            "Another one follows it on the same line and then it stops."
        ),
        "Next.",
    ]


def test_a_hyphen_at_a_line_end_is_healed() -> None:
    page = "Eine lange Zeile mit einem Wort, das am Ende getrennt und weiterge-\nführt wird."

    assert texts([page]) == [
        "Eine lange Zeile mit einem Wort, das am Ende getrennt und weitergeführt wird."
    ]


def test_running_heads_and_page_numbers_are_dropped() -> None:
    pages = [f"Annual report 2026\n\nText of page {word}.\n\nPage {n} of 3" for n, word in
             enumerate(("one", "two", "three"), start=1)]  # fmt: skip

    assert texts(pages) == ["Text of page one.", "Text of page two.", "Text of page three."]


def test_a_paragraph_over_a_page_break_names_both_pages() -> None:
    pages = ["The agreement ends twelve months after it was signed by both of", "the parties."]

    (paragraph,) = paragraphs(pages)

    assert paragraph.pages == [1, 2]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Abstenciones 22 22 217 0 217 40 Presidente.", "es"),
        ("EXPORT. TOTALES 26,610 25,709 29,565 34,453 40,106.", "es"),
        ("Invoice Summary and the total", "en"),
        ("Sei x = y in R2X und P;Q;R2X in Z.", "de"),
        ("Too short.", "en"),
        ("and so it continues from the page before this one.", "en"),
    ],
)
def test_rows_headings_and_formulas_are_no_prose(text: str, language: str) -> None:
    assert not is_prose(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A fatura n.º 2026/481 foi emitida em 14 de março de 2026.", "pt"),
        ("Alle Menschen sind frei und gleich an Würde und Rechten geboren.", "de"),
        ("Nul ne sera tenu en esclavage ni en servitude.", "fr"),
        ("¿Quién tiene derecho a la vida y a la libertad?", "es"),
    ],
)
def test_sentences_are_prose(text: str, language: str) -> None:
    assert is_prose(text, language)


def test_a_sentence_is_not_split_at_an_abbreviation() -> None:
    page = "A fatura n.º 481 foi paga pelo Sr. Prof. Dr. Silva em março. Fim da história aqui."

    assert all_sentences([page], "pt")[0].text.endswith("em março.")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Padaria Serra Azul Ltda., inscrita no CNPJ sob o nº", "{CNPJ}, com sede em Recife."),
        ("A firma foi inscrita sob o n.º", "{CNPJ}, com sede em Recife."),
        ("Conforme o disposto no art.", "5 da lei, o prazo é curto."),
        ("La firma consta con el Núm.", "{NUMBER} en el registro de ayer."),
        ("Die Rechnung trägt die Nr.", "4711 und ist heute fällig."),
        ("The invoice carries No.", "4711 and is due today."),
        ("This is told on p.", "7 of the first volume."),
        ("O contrato foi assinado pela Dra.", "Ana Lima e pelo Sr."),
        ("Le contrat est signé par Mme", "{NAME} et par son frère."),
        ("The agreement was made by", "{NAME} and nobody else."),
        ("The tenants are the owner,", "{NAME} and nobody else."),
        ("A casa fica em Recife e", "tem quatro quartos."),
    ],
)
def test_a_line_that_cannot_end_there_goes_on(before: str, after: str) -> None:
    page = f"{before}\n{after}\nThis last line is by far the widest of all lines on the whole page."

    assert texts([page])[0].startswith(f"{before} {after}")


def test_a_number_sign_goes_on_over_a_page_break() -> None:
    (paragraph,) = paragraphs(["A firma foi inscrita sob o n.º", "{CNPJ}, com sede em Recife."])

    assert paragraph.pages == [1, 2]


@pytest.mark.parametrize("page", ["Is it open? No.\n5. Name of the owner", "Total nº\nData"])
def test_a_number_sign_without_its_number_ends(page: str) -> None:
    assert texts([page]) == page.split("\n")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A firma, inscrita sob o n.º {CNPJ}, tem sede em Recife.", "pt"),
        ("Le contrat no. 5 est signé par M. Dupont et Mme. Martin.", "fr"),
        ("Die Rechnung ging an Hrn. Meyer und Fr. Klein.", "de"),
        ("El pago lo hizo la Srta. Ana con el núm. {NUMBER} ayer.", "es"),
        ("A Padaria Azul Ltda. com sede em Recife firma o contrato.", "pt"),
        ("A Padaria Azul Ltda. {CNPJ} firma o contrato.", "pt"),
        ("This is told on p. 7 and in vol. {NUMBER} of it.", "en"),
    ],
)
def test_sentences_hold_their_abbreviations(text: str, language: str) -> None:
    assert [one.text for one in all_sentences([text], language)] == [text]


def test_a_sentence_without_its_beginning_is_the_last_choice() -> None:
    lost = Sentence("{CNPJ}, com sede na Rua das Acácias, firma o contrato.", (1,))
    named = Sentence("{NAME} agrees to pay the rent of the house.", (1,))

    assert unbroken([lost, named]) == [named]
    assert unbroken([lost]) == [lost]
