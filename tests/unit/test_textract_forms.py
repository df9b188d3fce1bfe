"""Key-values by rule: what makes a pair, and what looks like one and is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from recita_local.services.textract.forms import find_pairs
from recita_local.services.textract.pairs import KeyValue
from recita_local.services.textract.reading import (
    Box,
    Line,
    Mark,
    Merged,
    PageReading,
    Rules,
    Table,
    Word,
    corners,
)

WIDE, TALL = 10, 20
"""Of one character, in pixels."""


def line(x: float, y: float, text: str) -> Line:
    words = []
    for part in text.split(" "):
        if part:
            words.append(Word(part, 0.9, corners(Box(x, y, x + WIDE * len(part), y + TALL))))
        x += WIDE * (len(part) + 1)
    whole = Box(words[0].box.left, y, words[-1].box.right, y + TALL)
    return Line(" ".join(word.text for word in words), 0.9, corners(whole), tuple(words))


def page(*lines: Line, rules: Rules = Rules()) -> PageReading:  # noqa: B008 - it is frozen
    return PageReading(1000, 1400, 0, lines, rules=rules)


def said(pair: KeyValue) -> tuple[str, str]:
    values = [one.text if isinstance(one, Word) else str(one.selected) for one in pair.value]
    return " ".join(word.text for word in pair.key), " ".join(values)


def pairs(reading: PageReading) -> list[tuple[str, str]]:
    return [said(pair) for pair in find_pairs(reading)]


def box(x: float, y: float, *, selected: bool = False) -> Mark:
    return Mark(Box(x, y, x + TALL, y + TALL), selected, 0.9)


def level(y: float, left: float, right: float) -> Box:
    return Box(left, y, right, y + 2)


def upright(x: float, top: float, bottom: float) -> Box:
    return Box(x, top, x + 2, bottom)


def test_a_page_without_text_has_no_pairs() -> None:
    assert pairs(page()) == []


def test_what_follows_a_colon_answers_it() -> None:
    found = pairs(page(line(100, 100, "Name: Ana Souza    City: Porto")))
    assert found == [("Name:", "Ana Souza"), ("City:", "Porto")]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (line(300, 100, "Porto"), "Porto"),
        (line(100, 130, "12 Main Street"), "12 Main Street"),
        (line(700, 100, "Porto"), ""),  # another column's
    ],
)
def test_an_answer_stands_near_its_label(answer: Line, expected: str) -> None:
    found = pairs(page(line(100, 60, "Name: Ana"), line(100, 100, "Address:"), answer))
    assert ("Address:", expected) in found


def test_an_address_answers_a_short_label() -> None:
    lines = [line(100, 100, "Bill to:"), line(100, 130, "Ana Souza"), line(100, 160, "Porto")]
    assert pairs(page(*lines)) == [("Bill to:", "Ana Souza Porto")]


@pytest.mark.parametrize("start", ["- ", "1. ", ""])
def test_a_list_answers_nothing(start: str) -> None:
    lines = [line(100, 100, "The chair listed the next steps:")]
    lines += [line(110, 130 + 30 * number, f"{start}Step to take") for number in range(3)]
    assert pairs(page(*lines)) == []


def test_prose_after_a_colon_is_no_answer() -> None:
    prose = "Renters: provide a complete and signed copy of the lease that covers this year"
    assert pairs(page(line(100, 100, prose))) == []


def test_a_full_line_that_goes_on_below_is_prose() -> None:
    texts = (
        "Action: the notice of a rule",
        "that was proposed in the past",
        "year is open for comments by",
        "all",
    )
    lines = [line(100, 100 + 26 * number, text) for number, text in enumerate(texts)]
    assert pairs(page(*lines)) == []


def test_underlined_words_of_a_sentence_are_no_answer() -> None:
    rules = Rules(level=(level(122, 210, 330),))
    assert pairs(page(line(100, 100, "Talk about your new account"), rules=rules)) == []


def test_colons_inside_a_tables_texts_are_no_labels() -> None:
    table = Table((90.0, 130.0, 170.0, 210.0), (90.0, 300.0, 400.0, 500.0), headers=1)
    lines = [line(100, 100, "Item"), line(310, 100, "Count"), line(410, 100, "Price"),
             line(100, 140, "Balloons: red"), line(310, 140, "2"), line(410, 140, "4.00"),
             line(100, 180, "Clown"), line(310, 180, "1"), line(410, 180, "9.00")]  # fmt: skip
    assert pairs(replace(page(*lines), tables=(table,))) == []


def test_a_lone_label_is_a_field_only_among_others() -> None:
    assert pairs(page(line(100, 100, "Name:"))) == []
    fields = page(line(100, 100, "Name:"), line(100, 160, "City:"))
    assert pairs(fields) == [("Name:", ""), ("City:", "")]


def test_a_label_above_its_own_labels_is_a_heading() -> None:
    lines = [line(100, 100, "Allowances:"), line(140, 130, "State: 2"), line(140, 160, "Local: 3")]
    assert pairs(page(*lines)) == [("State:", "2"), ("Local:", "3")]


def test_boxes_before_their_labels() -> None:
    reading = replace(
        page(line(130, 100, "House    Duplex")), marks=(box(100, 100), box(190, 100, selected=True))
    )
    assert pairs(reading) == [("House", "False"), ("Duplex", "True")]


def test_boxes_after_their_labels() -> None:
    reading = replace(
        page(line(100, 100, "Yes"), line(200, 100, "No")),
        marks=(box(140, 100, selected=True), box(230, 100)),
    )
    assert pairs(reading) == [("Yes", "True"), ("No", "False")]


def test_the_question_before_boxes_is_no_pair() -> None:
    reading = replace(
        page(line(100, 100, "Dwelling type:"), line(330, 100, "House")), marks=(box(300, 100),)
    )
    assert pairs(reading) == [("House", "False")]


def test_a_box_alone_in_a_cell_has_no_label() -> None:
    table = Table((90.0, 130.0, 170.0), (90.0, 200.0, 300.0))
    reading = replace(page(line(100, 100, "Insured")), tables=(table,), marks=(box(210, 100),))
    assert pairs(reading) == []


def test_answers_stand_on_lines() -> None:
    rules = Rules(level=(level(122, 170, 400), level(182, 170, 400)))
    reading = page(line(100, 100, "Name"), line(200, 98, "Ana Souza"), line(100, 160, "City"),
                   rules=rules)  # fmt: skip
    assert pairs(reading) == [("Name", "Ana Souza"), ("City", "")]


def test_a_rule_of_a_frame_is_no_line_to_write_on() -> None:
    rules = Rules(level=(level(122, 170, 400),), upright=(upright(170, 60, 122),))
    assert pairs(page(line(100, 100, "Name"), rules=rules)) == []


def test_dots_lead_to_answers() -> None:
    assert pairs(page(line(100, 100, "Policy ........ 4711"))) == [("Policy", "4711")]


FRAME = Rules(
    level=(level(100, 100, 700), level(180, 100, 700)),
    upright=(upright(100, 100, 180), upright(400, 100, 180), upright(698, 100, 180)),
)


def test_answers_stand_below_labels_in_boxes() -> None:
    lines = [line(110, 106, "Name"), line(130, 145, "Ana Souza"), line(410, 106, "City")]
    assert pairs(page(*lines, rules=FRAME)) == [("Name", "Ana Souza"), ("City", "")]


def test_several_labels_share_a_box() -> None:
    lines = [line(110, 106, "Street"), line(290, 106, "City"), line(105, 145, "Main Street 12"),
             line(285, 145, "Porto")]  # fmt: skip
    found = pairs(page(*lines, rules=FRAME))
    assert found == [("Street", "Main Street 12"), ("City", "Porto")]


def test_text_in_the_middle_of_its_box_is_no_label() -> None:
    lines = [line(200, 130, "Name"), line(500, 130, "City")]
    assert pairs(page(*lines, rules=FRAME)) == []


def test_a_table_of_two_columns_is_a_list() -> None:
    table = Table((90.0, 130.0, 170.0), (90.0, 300.0, 500.0))
    lines = [line(100, 100, "Model"), line(310, 100, "T-100"), line(100, 140, "Colour")]
    reading = replace(page(*lines), tables=(table,))
    assert pairs(reading) == [("Model", "T-100"), ("Colour", "")]


def test_rows_of_a_table_are_no_pairs() -> None:
    table = Table(
        (90.0, 130.0, 170.0, 210.0), (90.0, 300.0, 500.0, 700.0), (Merged(0, 0, 1, 3),), headers=1
    )
    lines = [line(100 + 200 * column, 100 + 40 * row, text) for row, texts in enumerate(
        (["Item", "Count", "Price"], ["Lamp", "2", "19.90"], ["Chair", "1", "75.00"])
    ) for column, text in enumerate(texts)]  # fmt: skip
    assert pairs(replace(page(*lines), tables=(table,))) == []


def test_a_label_and_a_number_alone_in_a_row_are_a_pair() -> None:
    assert pairs(page(line(100, 100, "Total"), line(400, 100, "$12.50"))) == [("Total", "$12.50")]


def test_no_word_serves_two_pairs() -> None:
    lines = [line(110, 106, "Name:"), line(190, 106, "Ana"), line(410, 106, "City: Porto"),
             line(110, 145, "Souza")]  # fmt: skip
    found = find_pairs(page(*lines, rules=FRAME))
    used = [one.id for pair in found for one in (*pair.key, *pair.value)]
    assert found
    assert len(used) == len(set(used))


def test_an_empty_answer_is_trusted_less() -> None:
    filled, empty = find_pairs(page(line(110, 106, "Name"), line(130, 145, "Ana"),
                                    line(410, 106, "City"), rules=FRAME))  # fmt: skip
    assert 0 < empty.certainty < filled.certainty <= 1
