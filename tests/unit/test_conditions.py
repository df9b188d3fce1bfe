"""The rule language of which pictures are described, as a truth table."""

from __future__ import annotations

import pytest
from recita.models.page import Box
from recita.models.picture import Label, Picture
from recita.text.conditions import parse_rule

PORTRAIT = Picture(
    id="0001",
    page=3,
    box=Box(left=0.1, top=0.1, width=0.5, height=0.4),
    repeats=2,
    kind="photo",
    width=640,
    height=480,
    labels=(
        Label(name="Dog", confidence=97.0, parents=("Animal", "Pet")),
        Label(name="Person", confidence=61.0),
    ),
    faces=1,
    text="STOP HERE",
    image="images/0001.jpg",
)
LOGO = Picture(id="0002", kind="figure", width=90, height=40, image="images/0002.jpg")

TABLE = [
    # rule, portrait, logo
    ("always", True, True),
    ("Never", False, False),
    ("labels any of [Person]", True, False),
    ("LABELS ANY OF [person, cat]", True, False),
    ("labels any of [pet]", True, False),
    ("labels any of [Person] above 80", False, False),
    ("labels any of [Dog] above 96.5", True, False),
    ("labels all of [Dog, Person]", True, False),
    ("labels all of [Dog, Cat]", False, False),
    ("labels none of [Dog]", False, True),
    ("labels none of [Person] above 80", True, True),
    ("labels any of [Sea Life]", False, False),
    ("kind any of [photo]", True, False),
    ("kind none of [photo]", False, True),
    ("kind any of [photo, figure]", True, True),
    ("width >= 640", True, False),
    ("width > 640", False, False),
    ("height < 41", False, True),
    ("height <= 40", False, True),
    ("faces = 1", True, False),
    ("share >= 0.2 and share <= 0.2", True, False),
    ("share = 1", False, True),
    ("text > 0", True, False),
    ("repeats >= 1", True, False),
    ("not faces > 0", False, True),
    ("not not faces > 0", True, False),
    # and binds more than or
    ("width < 100 or width > 600 and faces = 0", False, True),
    ("(width < 100 or width > 600) and faces = 0", False, True),
    ("(width < 100 or width > 600) and faces < 2", True, True),
    ("faces = 1 and kind any of [photo] and width >= 100", True, False),
    ("faces = 0 or labels any of [Dog] or width > 9999", True, True),
    ("  kind any of [ figure ]  ", False, True),
]


@pytest.mark.parametrize(("rule", "portrait", "logo"), TABLE)
def test_a_rule_chooses(rule: str, portrait: bool, logo: bool) -> None:  # noqa: FBT001 - a table
    chosen = parse_rule(rule)
    assert (chosen(PORTRAIT), chosen(LOGO)) == (portrait, logo)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "its end at the beginning"),
        ("sometimes", "'sometimes' at the beginning, where labels, kind, width"),
        ("labels [Person]", "'[person]' after 'labels', where any of, all of or none of"),
        ("labels any of Person", "'person' after 'labels any of', where a list of names"),
        ("labels any of []", "where a list of names"),
        ("kind any of [drawing]", "a kind is one of figure, photo"),
        ("width 100", "'100' after 'width', where a comparison"),
        ("width >= wide", "'wide' after 'width >=', where a number"),
        ("width >= 100 height >= 100", "'height' after 'width >= 100', where and, or"),
        ("(faces > 0", "its end after '( faces > 0', where a closing parenthesis"),
        ("faces > 0)", "')' after 'faces > 0'"),
        ("always and faces > 0", "'always' at the beginning"),
        ("faces > 0 and", "its end after 'faces > 0 and'"),
        ("faces ! 0", "'!' after 'faces'"),
        ("not " * 30 + "faces > 0", "nests at most 20"),
        ("(" * 30 + "faces > 0" + ")" * 30, "nests at most 20"),
        ("faces > 0 or " * 60 + "faces > 0", "at most 500 characters"),
    ],
)
def test_what_is_no_rule_is_told(rule: str, said: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is what is tested
        parse_rule(rule)
    assert said in str(error.value)
