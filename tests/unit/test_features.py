"""The rule that says which pages are worth an analysis: a truth table of pages made up here."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from recita.adapters.textract_blocks import read_page
from recita.models.page import Box, Feature, Line, Page, Word
from recita.text.features import worth
from recita.text.level import frame

from tests.fakes.services import ocr_page

SENTENCE = (
    "the committee of this town has decided to repair its old reading room and garden before "
    "summer because many people asked for a quiet place where they can read and talk again"
)
WORDS = SENTENCE.split()


def prose(lines: int, width: int, *, seed: int = 0) -> list[str]:
    """Justified lines of a column: full ones, and at times the short end of a paragraph."""
    dice, made = random.Random(seed), list[str]()  # noqa: S311 - text, not secrets
    while len(made) < lines:
        line = ""
        while len(line) < width - 8:
            line += " " * (1 + dice.randint(0, 1)) + dice.choice(WORDS)
        made.append(line.strip()[: width - 1])
        if len(made) % 7 == 0:
            made[-1] = " ".join(made[-1].split()[:2]) + "."
    return made


def beside(*columns: Sequence[str], width: int) -> str:
    """Columns of text next to each other."""
    longest = max(len(column) for column in columns)
    padded = [[*column, *[""] * (longest - len(column))] for column in columns]
    return "\n".join("".join(cell.ljust(width) for cell in row).rstrip() for row in zip(*padded))  # noqa: B905


def figures(rows: int, columns: int) -> str:
    head = "Region".ljust(24) + "".join(f"{2020 + n}".rjust(12) for n in range(columns))
    body = [
        f"Shop number {row}".ljust(24)
        + "".join(f"{row * 1000 + n * 37:,}.50".rjust(12) for n in range(columns))
        for row in range(1, rows + 1)
    ]
    return "\n".join([head, *body])


WRAPPED = """Code      Description                             Amount
A-1       A long text about the work that was      120.00
          done in the garden of the library
          in the month of May
A-2       Another long text that takes a line      240.00
          and a bit
A-3       The third one is as long as the          360.00
          others are
A-4       And so is the fourth one of them         480.00"""
PRICES = "\n".join(f"{' '.join(WORDS[n : n + 6]):<60}{n + 3}.50" for n in range(6))
CONTENTS = "\n".join(f"{n}. {' '.join(WORDS[n : n + 3])} {'.' * 30} {n + 3}" for n in range(1, 15))
NUMBERED = "\n".join(f"({n})    {line}" for n, line in enumerate(prose(12, 70), start=1))
SHORT_LIST = "\n".join(f"{n}.    {WORDS[n]} {WORDS[n + 1]}" for n in range(1, 12))
LETTER = """Harbour Library                              Aurich, 12 May 2026
Ref: 4711
Date: 12 May 2026
Subject: the roof of the reading room

""" + "\n".join(prose(20, 80))
FORM = """Surname: Lima                 First name: Ana
Street: Harbour Road          Town: Aurich
Telephone:                    Profession: Baker
Signature:"""
BESIDE = "\n".join(f"{word.title()}:".ljust(20) + "some value" for word in WORDS[1:8])
BLANKS = "Name ______________\nStreet ____________\nI agree to the terms [ ] yes [ ] no"
TICKED = "☐ Baker\n☑ Teacher\n☐ Nurse\nWhat do you do for a living in this town of ours?"
INTERVIEW = "\n".join(f"{('Ana', 'Owen')[n % 2]}: {line}" for n, line in enumerate(prose(30, 80)))
MINUTES = "\n".join(
    f"{label}: {line}" for label, line in zip(
        ("Opening", "Treasurer", "Roof", "Garden", "Shelves", "Closing"), prose(6, 90), strict=True
    )
) + "\n" + "\n".join(prose(30, 90, seed=4))  # fmt: skip
AGENDA = "\n".join(
    [*(f"{word.title()}: page {n}" for n, word in enumerate(WORDS[2:9])), *prose(40, 90, seed=5)]
)
NARROW = beside(*(["administrative responsibilities"] * 9 for _ in range(3)), width=36)
BOXES = "\n".join(
    " " * (n % 3) * 5 + f"{WORDS[n]} {WORDS[n + 1]}".ljust(22 + 7 * (n % 2)) + WORDS[n + 3].title()
    for n in range(20)
)

TRUTH: list[tuple[str, str, tuple[Feature, ...]]] = [
    ("nothing", "", ()),
    ("a word", "Fin", ()),
    ("prose", "\n".join(prose(40, 90)), ()),
    ("two columns of prose", beside(prose(40, 40), prose(40, 40, seed=1), width=45), ()),
    ("three columns of prose", beside(*(prose(50, 34, seed=n) for n in range(3)), width=38), ()),
    ("a letter", LETTER, ()),
    ("contents with leaders", CONTENTS, ()),
    ("numbered clauses", NUMBERED, ()),
    ("a numbered list", SHORT_LIST, ()),
    ("an interview", INTERVIEW, ()),
    ("minutes with topics", MINUTES, ()),
    ("prose under a short agenda", AGENDA, ()),
    ("narrow columns of long words", NARROW, ()),
    ("two rows of figures", figures(1, 4), ()),
    ("figures", figures(8, 4), ("TABLES",)),
    ("a small table", figures(2, 2), ("TABLES",)),
    ("a table in prose", "\n".join([*prose(12, 80), "", figures(4, 3), "", *prose(12, 80)]),
     ("TABLES",)),
    ("a table beside prose", beside(prose(20, 40), figures(10, 3).splitlines(), width=46),
     ("TABLES",)),
    ("wrapped descriptions", WRAPPED, ("TABLES",)),
    ("texts with prices", PRICES, ("TABLES",)),
    ("names in three columns", beside(*[[w.title() for w in WORDS[:9]]] * 3, width=25),
     ("TABLES",)),
    ("a form", FORM, ("FORMS",)),
    ("a form of three fields", "Surname: Lima\nTown: Aurich\nSignature:", ("FORMS",)),
    ("labels beside values", BESIDE, ("FORMS",)),
    ("blanks to fill in", BLANKS, ("FORMS",)),
    ("boxes to tick", TICKED, ("FORMS",)),
    ("boxes whose rules are not read", BOXES, ("FORMS",)),
    ("an invoice", FORM + "\n\n\n\n" + figures(5, 4), ("TABLES", "FORMS")),
]  # fmt: skip
TABLE_ROWS = [row for row in TRUTH if "TABLES" in row[2]]


@pytest.mark.parametrize(("text", "expected"), [t[1:] for t in TRUTH], ids=[t[0] for t in TRUTH])
def test_the_rule_knows(text: str, expected: tuple[Feature, ...]) -> None:
    assert worth(ocr_page(1, text)) == expected


def moved(page: Page, move: Callable[[Box], Box]) -> Page:
    def word(found: Word) -> Word:
        assert found.box
        return found.model_copy(update={"box": move(found.box)})

    def line(found: Line) -> Line:
        return found.model_copy(update={"words": tuple(word(w) for w in found.words)})

    return page.model_copy(update={"lines": tuple(line(found) for found in page.lines)})


def quarter(box: Box) -> Box:
    """Turn a page by 90 degrees clockwise."""
    return Box(left=1 - box.top - box.height, top=box.left, width=box.height, height=box.width)


def skewed(box: Box) -> Box:
    drop = math.tan(math.radians(2)) * (box.left + box.width / 2)
    return box.model_copy(update={"top": box.top + drop})


def smaller(box: Box) -> Box:
    return Box(**{name: value / 2 for name, value in box.model_dump().items()})


MOVES: list[tuple[str, Callable[[Page], Page]]] = [
    ("on its side", lambda page: moved(page, quarter)),
    ("upside down", lambda page: moved(moved(page, quarter), quarter)),
    ("on its other side", lambda page: moved(moved(moved(page, quarter), quarter), quarter)),
    ("askew", lambda page: moved(page, skewed)),
    ("half the size", lambda page: moved(page, smaller)),
]


@pytest.mark.parametrize(("_", "move"), MOVES, ids=[name for name, _ in MOVES])
@pytest.mark.parametrize(("text", "expected"), [t[1:] for t in TRUTH], ids=[t[0] for t in TRUTH])
def test_however_the_page_lies(
    _: str, move: Callable[[Page], Page], text: str, expected: tuple[Feature, ...]
) -> None:
    assert worth(move(ocr_page(1, text))) == expected


def test_a_page_without_boxes_is_worth_nothing_but_its_labels() -> None:
    lines = tuple(Line(text=text) for text in figures(8, 4).splitlines())
    assert worth(Page(number=1, method="ocr", why="", lines=lines)) == ()


def test_a_frame_turns_its_page_upright() -> None:
    page = ocr_page(1, figures(8, 4))
    for turns in (3, 2, 1):
        page = moved(page, quarter)
        assert frame(page.lines).turns == turns


def test_real_answers_of_textract_are_worth_what_they_hold(corpus: Path) -> None:
    import json

    for answer in sorted((corpus / "textract").glob("*.json")):
        page = read_page(json.loads(answer.read_text("utf-8"))["Blocks"])
        assert page, answer
        assert "TABLES" in worth(page), answer
