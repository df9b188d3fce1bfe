"""Words stand where their ink is, and none that was recognised is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import reportlab
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from recita_local.services.textract.ink import words_in
from recita_local.services.textract.reading import Box, Polygon, corners
from recita_local.services.textract.recognise import Character, Token
from recita_local.services.textract.words import words_by_share

FONT = ImageFont.truetype(str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"), 30)
LINE = Box(20, 20, 580, 70)


def page(pieces: list[tuple[float, str]], dark: int = 0, light: int = 255) -> Image.Image:
    image = Image.new("L", (600, 90), light)
    for left, text in pieces:
        ImageDraw.Draw(image).text((left, 25), text, fill=dark, font=FONT)
    return image


def token(left: float, text: str) -> Token:
    """The characters of a drawn piece, at their true places in LINE."""
    places = [
        left + FONT.getlength(text[:number]) + FONT.getlength(letter) / 2
        for number, letter in enumerate(text)
    ]
    return tuple(
        Character(letter, 0.9, (place - LINE.left) / LINE.width)
        for letter, place in zip(text, places, strict=True)
    )


def found(image: Image.Image, *tokens: Token) -> list[tuple[str, Box]]:
    words = words_in(np.asarray(image), LINE, tokens)
    return [(word.text, word.box) for word in words]


@pytest.mark.parametrize(("dark", "light"), [(0, 255), (255, 0), (120, 200)])
def test_a_words_box_holds_its_ink_and_nothing_else(dark: int, light: int) -> None:
    pieces = [(40.0, "Total"), (140.0, "42.50"), (300.0, "paid")]
    image = page(pieces, dark, light)
    words = found(image, *(token(*piece) for piece in pieces))
    assert [text for text, _ in words] == ["Total", "42.50", "paid"]
    for piece, (_, box) in zip(pieces, words, strict=True):
        alone = np.asarray(page([piece], dark, light)) != light
        rows, columns = np.flatnonzero(alone.any(axis=1)), np.flatnonzero(alone.any(axis=0))
        true = Box(columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        assert np.abs(np.subtract(box, true)).max() <= 2


def test_rules_and_borders_are_no_ink_of_a_word() -> None:
    image = page([(40, "Total")])
    draw = ImageDraw.Draw(image)
    draw.line((22, 66, 578, 66), fill=0, width=2)
    draw.line((24, 0, 24, 90), fill=0, width=2)
    ((_, box),) = found(image, token(40, "Total"))
    assert box.left > 38
    assert box.bottom < 62


def test_a_wide_gap_parts_what_was_read_as_one_word() -> None:
    pieces = [(40.0, "Name:"), (170.0, "Big"), (240.0, "Corp")]
    read_as_one = token(*pieces[0]) + token(*pieces[1])
    words = found(page(pieces), read_as_one, token(*pieces[2]))
    assert [text for text, _ in words] == ["Name:", "Big", "Corp"]


def test_letters_of_one_word_stay_together() -> None:
    pieces = [(40.0, "illicit"), (160.0, "11,111.11"), (340.0, "lil.")]
    words = found(page(pieces), *(token(*piece) for piece in pieces))
    assert [text for text, _ in words] == ["illicit", "11,111.11", "lil."]


@pytest.mark.parametrize(("gap", "texts"), [(20, ["-40.60"]), (120, ["-", "40.60"])])
def test_a_sign_belongs_to_a_number_nearby(gap: int, texts: list[str]) -> None:
    pieces = [(40.0, "-"), (40.0 + gap, "40.60")]
    words = found(page(pieces), *(token(*piece) for piece in pieces))
    assert [text for text, _ in words] == texts


def test_a_hyphen_between_words_stays_by_itself() -> None:
    pieces = [(40.0, "pages"), (145.0, "-"), (165.0, "40")]
    words = found(page(pieces), *(token(*piece) for piece in pieces))
    assert [text for text, _ in words] == ["pages", "-", "40"]


letters = st.text(st.characters(codec="latin-1", categories=("L", "N", "P")), min_size=1)
places = st.floats(0, 1, allow_nan=False)


@given(st.lists(letters, min_size=1, max_size=6), st.data())
def test_no_character_is_ever_lost(texts: list[str], data: st.DataObject) -> None:
    spots = iter(sorted(data.draw(places) for text in texts for _ in text))
    tokens = [tuple(Character(one, 0.9, next(spots)) for one in text) for text in texts]
    words = words_in(np.asarray(page([(40, "any ink"), (300, "at all")])), LINE, tokens)
    assert "".join(word.text for word in words) == "".join(texts)


def test_a_line_without_ink_has_no_words_by_ink() -> None:
    assert words_in(np.asarray(page([])), LINE, [token(40, "ghost")]) == []


POLYGON: Polygon = corners(Box(0, 0, 100, 10))


def spread(text: str) -> tuple[Token, ...]:
    cells = [(one, (number + 0.5) / len(text)) for number, one in enumerate(text)]
    tokens: list[list[Character]] = [[]]
    for one, place in cells:
        if one == " ":
            tokens.append([])
        else:
            tokens[-1].append(Character(one, 0.7, place))
    return tuple(map(tuple, tokens))


def test_words_share_a_line_without_pixels() -> None:
    words = words_by_share(spread("aaaa bbbbb"), POLYGON)
    assert [(word.text, round(word.box.left), round(word.box.right)) for word in words] == [
        ("aaaa", 0, 40),
        ("bbbbb", 50, 100),
    ]
    assert {word.confidence for word in words} == {0.7}


@pytest.mark.parametrize(
    ("text", "words"),
    [("Name:Ana", ["Name:", "Ana"]), ("10:45", ["10:45"]), (":Ana", [":Ana"])],
)
def test_an_answer_that_touches_its_label_is_a_word_of_its_own(text: str, words: list[str]) -> None:
    image = page([(40.0, text)])
    assert [word for word, _ in found(image, token(40.0, text))] == words


def test_a_box_beside_a_word_is_no_part_of_it() -> None:
    image = page([(90.0, "Married")])
    ImageDraw.Draw(image).rectangle((60, 28, 86, 54), outline=0, width=2)
    ((_, box),) = found(image, token(90.0, "Married"))
    assert box.left > 86
