"""Phoneme groups find their words, also where espeak joins or splits them."""

# ruff: noqa: RUF001 - the phonetic alphabet looks like Latin

from __future__ import annotations

from recita_local.services.polly.phonemes import align, groups, translate
from recita_local.services.polly.script import Word


def word(spoken: str, stop: str = "") -> Word:
    return Word(0, 0, tuple(spoken.split()), stop)


def test_language_switches_are_not_spoken() -> None:
    assert translate("(^e^n)ð(^f^r) kaʁ (en)x", "fr-FR") == "ð kaʁ x"


def test_english_gets_the_symbols_it_was_trained_on() -> None:
    assert translate("t^ʃˈe^ɪnd^ʒɚ", "en-US") == "ʧˈAnʤəɹ"


def test_groups_and_words_of_equal_number_are_paired() -> None:
    found = groups([word("a b", ","), word("c", ".")], lambda text: text.upper())
    assert [(g.phonemes, g.words, g.stop) for g in found] == [
        ("A", (0,), ""),
        ("B", (0,), ","),
        ("C", (1,), "."),
    ]


def test_joined_words_share_one_group() -> None:
    said = {"both of the parties": "bOT Uvdhe pARtiz", "both": "bOT", "of": "Uv", "the": "dhe",
            "parties": "pARtiz"}  # fmt: skip
    words = [word("both"), word("of"), word("the"), word("parties", ".")]
    found = groups(words, said.__getitem__)
    assert [(g.phonemes, g.words) for g in found] == [
        ("bOT", (0,)),
        ("Uvdhe", (1, 2)),
        ("pARtiz", (3,)),
    ]
    assert found[1].shares == (0.4, 0.6)


def test_a_split_word_keeps_all_its_groups() -> None:
    assert align(["ab", "cd", "ef"], ["abcd", "ef"]) == [((0, 1), (0,)), ((2,), (1,))]


def test_hopeless_numbers_are_spread_evenly() -> None:
    blocks = align(list("abcdefgh"), ["x"])
    assert [group for groups_, _ in blocks for group in groups_] == list(range(8))


def test_a_clause_without_phonemes_has_no_groups() -> None:
    assert groups([word("x", ".")], lambda _: "") == []
