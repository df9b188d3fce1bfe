"""What a translation must not touch, and dates that it must turn."""

from __future__ import annotations

import pytest
from recita_local.services.translate import calendar, clock, polish, repairs, shield
from recita_local.services.translate.apertium import Analysis


def kept(text: str, pair: tuple[str, str] = ("en", "es")) -> list[str]:
    return [text[span.start : span.end] for span in shield.spans(text, pair, [], [])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to {NAME} at {EMAIL}.", ["{NAME}", "{EMAIL}"]),
        ("Mail ana.b@x.co.uk now", ["ana.b@x.co.uk"]),
        ("See https://x.org/a?b=1.", ["https://x.org/a?b=1"]),
        ("It costs $4,500.00 or R$ 1.234,56 or 5 €", ["$4,500.00", "R$ 1.234,56", "5 €"]),
        ("Ref. INV-2026-0042, form A4", ["INV-2026-0042", "A4"]),
        ("CPF 123.456.789-09", ["123.456.789-09"]),
        ("Call +1 555 123 4567 or (11) 98765-4321", ["+1 555 123 4567", "(11) 98765-4321"]),
        ("due 2026-03-12 or 12/03/2026", ["2026-03-12", "12/03/2026"]),
        ("by Acme Industries Ltd. and Globex Corporation.",
         ["Acme Industries Ltd.", "Globex Corporation"]),
        ("CPF 679198 18.300,00", ["18.300,00"]),
        ("30 days and 12% of it", []),
    ],
)  # fmt: skip
def test_what_is_kept(text: str, expected: list[str]) -> None:
    assert kept(text) == expected


@pytest.mark.parametrize(
    ("pair", "text", "expected"),
    [
        (("en", "es"), "on March 14, 2026", "el 14 de marzo de 2026"),
        (("en", "pt"), "On March 14, 2026", "Em 14 de março de 2026"),
        (("en", "fr"), "1 March 2026", "1er mars 2026"),
        (("en", "fr"), "in March 2026", "en mars 2026"),
        (("en", "es"), "until 3rd May", "hasta el 3 de mayo"),
        (("pt", "en"), "em 14 de março de 2026", "on March 14, 2026"),
        (("pt", "fr"), "1º de maio de 2026", "1er mai 2026"),
        (("pt", "es"), "em março de 2026", "en marzo de 2026"),
        (("es", "en"), "el 14 de marzo de 2026", "on March 14, 2026"),
        (("fr", "pt"), "le 1er mars 2026", "em 1 de março de 2026"),
    ],
)
def test_dates_are_written_as_the_target_does(
    pair: tuple[str, str], text: str, expected: str
) -> None:
    match = calendar.pattern(pair[0]).search(text)
    assert match
    assert match.group() == text
    assert calendar.rewritten(match, *pair) == expected


@pytest.mark.parametrize("text", ["You may go", "march on", "the march of time", "14 cats"])
def test_words_that_are_no_dates_are_left(text: str) -> None:
    assert not calendar.pattern("en").search(text)


def analysed(text: str, tags: dict[str, set[str]]) -> list[Analysis]:
    found, position = [], 0
    for word in text.replace(".", " .").split():
        start = text.index(word, position)
        position = start + len(word)
        found.append(Analysis(start, position, frozenset(tags.get(word, set()))))
    return found


def test_a_persons_name_is_kept_whole() -> None:
    text = "Please thank John Smith of Lisbon"
    words = analysed(text, {"Please": {"adv"}, "thank": {"vblex"}, "John": {"np", "ant"},
                            "Smith": {"n"}, "of": {"pr"}, "Lisbon": {"np", "loc"}})  # fmt: skip
    assert [text[s.start : s.end] for s in shield.spans(text, ("en", "es"), words, [])] == [
        "John Smith"
    ]


def test_known_words_in_capitals_are_translated() -> None:
    text = "the Supreme Court"
    words = analysed(text, {"the": {"det"}, "Supreme": {"adj"}, "Court": {"n"}})
    assert shield.spans(text, ("en", "es"), words, []) == []


def test_what_came_back_twice_or_not_at_all_is_lost() -> None:
    one = shield.shield("a b c", [shield.Span(0, 1, "A"), shield.Span(4, 5, "C")])
    assert one.text == "xq00z b xq01z"
    assert one.restored("Xq00z d xq01z") == ("A d C", [])
    assert one.restored("xq00z xq00z d")[1] == ["xq00z", "xq01z"]


def test_capitals_after_a_token_go_back() -> None:
    source = "xq00z xq01z at xq02z"
    assert polish.tidied(source, "xq00z xq01z En xq02z", "es") == "xq00z xq01z en xq02z"
    assert polish.tidied("xq00z. At last", "xq00z. Al fin", "es") == "xq00z. Al fin"


@pytest.mark.parametrize("source", ["en", "pt", "es", "fr"])
@pytest.mark.parametrize("target", ["en", "pt", "es", "fr"])
def test_the_table_of_repairs_compiles(source: str, target: str) -> None:
    for phrase in repairs.phrases(source, target):
        assert phrase.targets[target]


def test_a_repair_needs_its_context() -> None:
    rows = repairs.repairs("eng-spa")
    party = next(row for row in rows if row.find.search("fiesta"))
    assert (
        party.applied("Either party may end it", "Cualquier fiesta puede")
        == "Cualquier parte puede"
    )
    assert party.applied("The birthday party", "La fiesta") == "La fiesta"


def test_small_words_have_no_capital_inside_a_sentence() -> None:
    said = polish.tidied("conscience and should", "Conscience Y  tendría. El fin", "es")
    assert said == "conscience y tendría. El fin"


def test_unknown_learned_words_become_spanish() -> None:
    before = "the Declaration of corrective brexit"
    after = "el Declaration de corrective brexit"
    unknown = ["Declaration", "corrective", "brexit"]
    assert polish.hispanised(before, after, unknown, "en") == "el Declaración de correctivo brexit"


@pytest.mark.parametrize(
    ("pair", "text", "expected"),
    [
        (("pt", "en"), "às 10h30", "at 10:30"),
        (("en", "es"), "At 1:05", "A la 1:05"),
        (("en", "fr"), "18:00", "18 h 00"),
        (("fr", "pt"), "à 14 h 30", "às 14:30"),
    ],
)
def test_times_are_written_as_the_target_does(
    pair: tuple[str, str], text: str, expected: str
) -> None:
    match = clock.pattern(pair[0]).search(text)
    assert match
    assert clock.rewritten(match, pair[1]) == expected


def test_an_acronym_between_words_is_kept() -> None:
    assert kept("This AD and the VAT of the FAA") == ["AD", "FAA"]
    assert kept("MINISTRY OF AIR AND SEA") == []
