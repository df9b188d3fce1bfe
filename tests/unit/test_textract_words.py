"""Words must spell their line, whatever pieces the recogniser cut it into."""

from __future__ import annotations

from recita_local.services.textract.reading import Box, Polygon, corners
from recita_local.services.textract.words import Piece, line_words

LINE: Polygon = corners(Box(0, 0, 100, 10))


def piece(text: str, left: float, right: float, score: float = 0.9) -> Piece:
    return text, score, corners(Box(left, 0, right, 10))


def test_pieces_are_joined_at_the_spaces_of_the_line() -> None:
    pieces = [piece("PRO", 0, 30, 0.8), piece("GRAM", 30, 60, 1.0), piece("ends", 70, 100)]
    first, second = line_words("PROGRAM ends", 0.95, LINE, pieces)
    assert (first.text, first.box, round(first.confidence, 2)) == (
        "PROGRAM",
        Box(0, 0, 60, 10),
        0.9,
    )
    assert (second.text, second.box) == ("ends", Box(70, 0, 100, 10))


def test_words_share_the_line_when_the_pieces_spell_something_else() -> None:
    pieces = [piece("aaxa", 0, 30), piece("bbbbb", 60, 100)]
    words = line_words("aaaa bbbbb", 0.7, LINE, pieces)
    assert [(word.text, word.box.left, word.box.right) for word in words] == [
        ("aaaa", 0, 40),
        ("bbbbb", 50, 100),
    ]
    assert {word.confidence for word in words} == {0.7}


def test_words_share_the_line_when_there_are_no_pieces() -> None:
    assert [word.text for word in line_words("one two", 0.7, LINE, [])] == ["one", "two"]


def test_a_word_that_comes_twice_keeps_both_places() -> None:
    first, second = line_words("no no", 0.7, LINE, [])
    assert first.box.right < second.box.left
