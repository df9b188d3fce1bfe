"""What a translation must not touch: found, marked, and missed when it is gone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recita.text import cutting, protecting

pytestmark = pytest.mark.disable_socket


def kept(text: str, *names: str, numbers: bool = False) -> list[str]:
    return [text[a:b] for a, b in protecting.tokens(text, names, numbers=numbers)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to {NAME} at {EMAIL}.", ["{NAME}", "{EMAIL}"]),
        ("Mail ana.b@x.co.uk now", ["ana.b@x.co.uk"]),
        ("See https://x.org/a?b=1.", ["https://x.org/a?b=1"]),
        ("It costs $4,500.00 or R$ 1.234,56 or 5 €", ["$4,500.00", "R$ 1.234,56", "5 €"]),
        ("Ref. INV-2026-0042, form A4", ["INV-2026-0042", "A4"]),
        ("CPF 123.456.789-09, CNPJ 12.345.678/0001-95", ["123.456.789-09", "12.345.678/0001-95"]),
        ("Call +1 555 123 4567 or (11) 98765-4321", ["+1 555 123 4567", "(11) 98765-4321"]),
        ("due 2026-03-12 or 12/03/2026", ["2026-03-12", "12/03/2026"]),
        ("by Acme Industries Ltd. and Globex LLC.", ["Acme Industries Ltd.", "Globex LLC"]),
        ("30 days and 12% of it, March 14, 2026 at 10:30", []),
    ],
)
def test_what_is_said_alike_everywhere_is_found(text: str, expected: list[str]) -> None:
    assert kept(text) == expected


def test_numbers_are_looked_for_when_asked() -> None:
    text = "30 days and 12% of 4,250 pounds from 10:30 to 5 pm on the 3rd of March 2026"
    assert kept(text, numbers=True) == ["30", "12", "4,250", "10:30", "2026"]


def test_a_name_wins_over_what_is_in_it() -> None:
    assert kept("they ask Studio 54 GmbH, Anna Lima or Anna.", "Anna", "Anna Lima") == [
        "Studio 54 GmbH",
        "Anna Lima",
        "Anna",
    ]


def test_a_name_inside_a_word_is_no_name() -> None:
    assert kept("Annabel met Anna.", "Anna") == ["Anna"]


def test_nothing_as_long_as_a_page_is_a_token() -> None:
    assert kept("x@" + "y" * 12_000 + ".org") == []


@given(st.text())
def test_marks_come_off_without_a_trace(text: str) -> None:
    ranges = protecting.tokens(text, numbers=True)
    assert protecting.unmarked(protecting.marked(text, ranges)) == " ".join(text.split())


@pytest.mark.parametrize("tag", ['<span translate="no">', "<span translate=no>"])
def test_marks_of_either_spelling_come_off(tag: str) -> None:
    assert protecting.unmarked(f"a {tag}R&amp;D</span> b") == "a R&D b"


def test_the_documents_own_markup_is_text() -> None:
    text = "<span translate=no>x</span> &amp; y"
    assert protecting.unmarked(protecting.marked(text, [])) == text


def test_a_token_that_stands_twice_must_come_twice() -> None:
    assert protecting.lost("A4 and A4, 12 of 30", "A4, doce de 30") == ["A4", "12"]


@given(st.text(), st.integers(min_value=40, max_value=200))
def test_pieces_fit_and_lose_nothing_but_space(text: str, limit: int) -> None:
    line = " ".join(text.split())
    cuts = list(cutting.cut(line, limit, protecting.ELEMENT))
    assert all(len(piece.encode()) <= limit for _, piece in cuts)
    assert "".join(before + piece for before, piece in cuts) == line


def test_a_cut_is_at_a_sentence_before_it_is_at_a_word() -> None:
    text = "One two three. Four five six seven"
    cuts = list(cutting.cut(text, 26, protecting.ELEMENT))
    assert cuts == [("", "One two three."), (" ", "Four five six seven")]
    assert next(cutting.cut("one two three four", 9, protecting.ELEMENT)) == ("", "one two")
