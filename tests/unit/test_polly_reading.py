"""What is read aloud for what is written."""

from __future__ import annotations

import pytest
from recita_local.services.polly.reading import spell, tokens


def said(text: str, code: str) -> str:
    return " ".join(" ".join(token.spoken) + token.stop for token in tokens(text, code))


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (
            "pt-BR",
            "R$ 1.234,56",
            "mil duzentos e trinta e quatro reais e cinquenta e seis centavos",
        ),
        ("pt-BR", "R$ 1,00", "um real"),
        ("pt-BR", "R$ 2.000.000,00", "dois milhões de reais"),
        ("pt-BR", "R$ 3,5 milhões", "três vírgula cinco milhões de reais"),
        ("pt-BR", "12/03/2026", "doze de março de dois mil e vinte e seis"),
        ("pt-BR", "01/02/2026", "primeiro de fevereiro de dois mil e vinte e seis"),
        ("pt-BR", "45 %", "quarenta e cinco por cento"),
        ("pt-BR", "art. 5º, nº 12", "artigo quinto, número doze"),
        ("pt-BR", "ana@x.com", "ana arroba x ponto com"),
        ("pt-BR", "123.456.789-09", "um dois três quatro cinco seis sete oito nove zero nove"),
        ("en-US", "1,284.50", "one thousand two hundred and eighty-four point five zero"),
        (
            "en-US",
            "$1,284.50",
            "one thousand two hundred and eighty-four dollars and fifty cents",
        ),
        ("en-US", "12/03/2026", "December third twenty twenty-six"),
        ("en-GB", "12/03/2026", "March twelfth twenty twenty-six"),
        ("en-US", "31/12/2026", "December thirty-first twenty twenty-six"),
        ("en-US", "March 14", "March fourteenth"),
        ("en-US", "$4.5 billion", "four point five billion dollars"),
        ("en-US", "Mr. Lee, i.e. No. 7", "mister Lee, that is number seven"),
        ("en-US", "in 1999", "in nineteen ninety-nine"),
        (
            "es-ES",
            "1.234,56 €",
            "mil doscientos treinta y cuatro euros y cincuenta y seis céntimos",
        ),
        ("fr-FR", "1 234,56 €", "mille deux cent trente-quatre euros et cinquante-six centimes"),
        ("fr-FR", "14h30", "quatorze heures trente"),
        ("fr-FR", "1h05", "une heure cinq"),
        ("pt-BR", "22:00", "vinte e duas horas"),
        ("en-US", "9:05 or 10:00", "nine oh five or ten o'clock"),
        ("es-ES", "1:30", "una y treinta"),
        ("it-IT", "45 %", "quarantacinque per cento"),
        ("de-DE", "12.03.2026", "zwölfter März zweitausendsechsundzwanzig"),
    ],
)
def test_figures_are_read_as_a_person_reads_them(code: str, text: str, expected: str) -> None:
    assert said(text, code) == expected


def test_an_impossible_date_is_read_digit_by_digit() -> None:
    assert said("39/39/2026", "en-US") == "three nine three nine two zero two six"


def test_each_token_knows_where_it_stands() -> None:
    text = "O total é R$ 5,00."
    assert [text[t.start : t.end] for t in tokens(text, "pt-BR")] == ["O", "total", "é", "R$ 5,00"]


def test_a_full_stop_inside_a_sentence_is_no_breath() -> None:
    assert [t.stop for t in tokens("Dr. Lee left.", "en-US")] == ["", "", "."]


def test_characters_are_spelled() -> None:
    assert spell("A-4", "en-US") == ("A", "dash", "four")
