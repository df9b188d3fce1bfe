"""Speech marks on the text: whatever is written, each mark finds the characters it stands for."""

from __future__ import annotations

import html
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recita.models.summary import SpokenMark
from recita.ports import Mark
from recita.text import ssml
from recita.text.marks import Part, SpokenSentence, lay, timed_words

pytestmark = pytest.mark.disable_socket

HARD = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("ab1 &<>\"'{}é\u0301\u200d🏽👩日ש\t\x00")),
    max_size=60,
)


TOKENS = re.compile(r"<[^>]+>| |[^< ]+")
"""Tags, spaces, and what stands between them."""


def laid(texts: list[str], marks: list[Mark] | None = None) -> list[SpokenMark]:
    """Marks of every word as Polly tells them, or ``marks`` on the first call's text."""
    sentences = [SpokenSentence(text, n, (n + 1,)) for n, text in enumerate(texts)]
    found: list[SpokenMark] = []
    for pieces in ssml.parts(texts, ssml.MAX_BILLED):
        markup, places = ssml.speak([[piece.text for piece in pieces]])
        given_marks = words_of(markup) if marks is None else marks
        found += lay(given_marks, Part(pieces, places), sentences, 0)
    return found


def words_of(markup: str) -> list[Mark]:
    """One mark for each run without a space inside ``<s>``, on the bytes of the markup."""
    marks: list[Mark] = []
    word, start, end = "", 0, 0
    for match in TOKENS.finditer(markup):
        token, place = match[0], len(markup[: match.start()].encode())
        if token.startswith("<"):
            ends = token in ("<s>", "</s>")
        else:
            ends = token == " "
            if not ends:
                start, end = start if word else place, place + len(token.encode())
                word += token
        if ends and word:
            marks.append(Mark(len(marks), "word", start, end, word))
            word = ""
    return marks


@settings(max_examples=150, deadline=None)
@example(["0000000", "call (5551234567), now"])
@example(["{PHONE} & <b>", "a\u0301 e", "👩🏽\u200d🔬 ok", "שלום, עולם"])
@given(st.lists(HARD, min_size=1, max_size=4))
def test_every_mark_stands_for_the_word_that_is_said(texts: list[str]) -> None:
    said = [word for text in texts for word in ssml.speakable(text).split(" ") if word]
    marks = laid(texts)
    assert [mark.value for mark in marks] == said
    for mark in marks:
        assert mark.source == mark.sentence
        assert mark.pages == (mark.sentence + 1,)
        assert mark.start is not None
        assert mark.end is not None
        written = texts[mark.sentence][mark.start : mark.end]
        assert mark.value in ssml.speakable(written)


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="ab &<é日{ ", min_size=200, max_size=500))
def test_a_sentence_spoken_in_pieces_keeps_its_places(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssml, "MAX_BILLED", 40)
        marks = laid([text])
    starts = [mark.start for mark in marks if mark.start is not None]
    assert starts == sorted(set(starts))
    assert len(starts) == len(marks)
    said = [ssml.speakable(text[mark.start : mark.end]) for mark in marks]
    assert said == [mark.value for mark in marks]
    assert "".join(said) == ssml.speakable(text).replace(" ", "")


def at(text: str, word: str, value: str) -> Mark:
    """A mark on a word of a one-sentence text, that reads otherwise."""
    markup, _ = ssml.speak([[text]])
    start = markup.encode().index(html.escape(word, quote=False).encode())
    return Mark(0, "word", start, start + len(html.escape(word, quote=False).encode()), value)


@pytest.mark.parametrize(
    ("text", "word", "value"),
    [
        ("It is 400 euros.", "400", "four hundred"),
        ("The \u201cold\u201d house", "\u201cold\u201d", '"old"'),
        ("Q&A at noon", "Q&A", "Q&amp;A"),
        ("R$ 1.234,56 now", "1.234,56", "mil"),
        ("\U0001f600 smile", "\U0001f600", "grinning face"),
    ],
)
def test_bytes_tell_where_a_mark_stands_whatever_it_reads(text: str, word: str, value: str) -> None:
    (mark,) = laid([text], [at(text, word, value)])
    assert text[mark.start : mark.end] == word
    assert mark.value == html.unescape(value)


def test_letters_are_never_cut() -> None:
    text = "cafe\u0301 and 👩🏽\u200d🔬"
    accent, emoji = laid([text], [at(text, "cafe", "cafe"), at(text, "👩", "woman")])
    assert unicodedata.normalize("NFC", text[accent.start : accent.end]) == "café"
    assert text[emoji.start : emoji.end] == "👩🏽\u200d🔬"


def test_a_mark_without_a_place_is_sought_behind_the_last() -> None:
    text = "one two one three"
    marks = [
        at(text, "one", "one"),
        Mark(5, "word", 0, 0, "one"),
        Mark(6, "word", 0, 0, "unheard"),
        Mark(7, "ssml", 0, 0, "a-mark"),
    ]
    first, second, third = laid([text], marks)
    assert (first.start, first.end) == (0, 3)
    assert (second.start, second.end) == (8, 11)
    assert (third.start, third.end, third.value) == (None, None, "unheard")


def test_what_is_sought_is_sought_as_it_is_written() -> None:
    (mark,) = laid(["salt & pepper"], [Mark(0, "word", 0, 0, "&amp;")])
    assert (mark.start, mark.end, mark.value) == (5, 6, "&")


def test_bytes_beyond_the_markup_cost_only_the_place() -> None:
    (mark,) = laid(["short"], [Mark(0, "word", 9_000, 9_004, "long")])
    assert (mark.sentence, mark.start, mark.end) == (0, None, None)


@settings(max_examples=80, deadline=None)
@given(st.lists(HARD, min_size=1, max_size=4), st.integers(min_value=1, max_value=4))
def test_captions_hold_all_that_is_written_however_few_marks_there_are(
    texts: list[str], each: int
) -> None:
    sentences = [SpokenSentence(text) for text in texts]
    words = timed_words(laid(texts)[::each], sentences)
    assert [word.time for word in words] == sorted(word.time for word in words)
    written = " ".join(word.value for word in words).split()
    assert sorted(written) == sorted(" ".join(map(ssml.speakable, texts)).split())
