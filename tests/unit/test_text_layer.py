"""When a page's own text stands for the page, and when OCR has to look."""

from __future__ import annotations

import pytest
from recita.text.layer import judge

pytestmark = pytest.mark.disable_socket


@pytest.mark.parametrize(
    ("text", "picture", "good", "why"),
    [
        ("", 0.0, False, "no text layer"),
        (" \n\t", 0.1, False, "no text layer"),
        ("Page 7", 0.1, False, "text layer has only 5 characters"),
        ("Page 7", 0.0, True, "good text layer"),
        ("The quick brown fox jumps over it.", 0.1, True, "good text layer"),
        ("12.50 100 200 31/12/2026", 0.0, True, "good text layer"),
        ("\ufffd" * 30 + "abcdef", 0.0, False, "text layer is 83% unmapped glyphs"),
        ("\ue000\ue001\ue002" * 10, 0.0, False, "text layer is 100% unmapped glyphs"),
        ("....____----" * 5 + "a", 0.0, False, "text layer has hardly any letters or digits"),
        ("Ελληνικά και русский и 日本語", 0.1, True, "good text layer"),
    ],
)
def test_judges_a_layer_by_what_it_holds(text: str, picture: float, good: bool, why: str) -> None:  # noqa: FBT001
    assert judge(text, picture=picture) == (good, why)


def test_a_few_unmapped_glyphs_are_tolerated() -> None:
    assert judge("a" * 95 + "\ufffd" * 5, picture=0.1)[0]


def test_bytes_the_wrong_way_round_are_noticed() -> None:
    swapped = "The council approved the budget".encode("utf-16-le").decode("utf-16-be")
    assert judge(swapped) == (False, "text layer is byte-swapped")


@pytest.mark.parametrize("by", [2, 4, 13, 22, 25])
def test_letters_of_a_font_without_a_map_are_noticed(by: int) -> None:
    plain = "the quick brown fox jumps over the lazy dog while seven wizards watched from afar " * 3
    shifted = "".join(chr((ord(c) - 97 + by) % 26 + 97) if c.isalpha() else c for c in plain)
    good, why = judge(shifted)
    assert not good
    assert why.startswith("text layer reads like no language")


@pytest.mark.parametrize(
    "text",
    [
        "A Câmara aprovou o orçamento para as escolas e as bibliotecas públicas do município.",
        "Der Gemeinderat beschloss den Haushalt; Straßenverkehrsordnung gilt, so oder so.",
        "Le conseil a approuvé le budget des écoles, où l'œuvre était déjà prévue dès août.",
        "El consejo aprobó el presupuesto de las escuelas y bibliotecas durante aquel día.",
        "Rada schválila rozpočet škol a knihoven včera večer před jednáním zastupitelstva města.",
        "Invoice 4711 ICMS QTD VLR UNIT www.example.com a@b.com 3.14159 R2D2 QWRTZ No. p.m. etc.",
        "f(x) = y + z, g h i j k l m n where n > m and p q r are prime, see Lemma x of chapter b",
    ],
)
def test_languages_codes_and_formulas_are_no_babble(text: str) -> None:
    assert judge(" ".join([text] * 4)) == (True, "good text layer")
