"""SSML: any text becomes markup that Polly takes, and each range of bytes is its sentence's."""

from __future__ import annotations

import html
import itertools
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recita.text import ssml

pytestmark = pytest.mark.disable_socket

ANY_TEXT = st.text(max_size=100) | st.from_regex(r"([0-9]{6,9}|[a&<é ,]){1,9}", fullmatch=True)


@settings(max_examples=50, deadline=None)
@example(["\ufffe", "a\uffffb", "\ud83d", "&<>]]>"])
@given(st.lists(ANY_TEXT, max_size=6))
def test_any_text_gives_well_formed_markup_in_parts_that_polly_takes(texts: list[str]) -> None:
    spoken: dict[int, str] = {}
    for part in ssml.parts(texts, ssml.MAX_BILLED):
        markup, places = ssml.speak([[piece.text for piece in part]])
        body = markup.encode()
        sentences = ET.fromstring(markup).findall("p/s")  # noqa: S314
        assert ["".join(s.itertext()) for s in sentences] == [piece.text for piece in part]
        for piece, place in zip(part, places, strict=True):
            bounds = itertools.pairwise(place)
            letters = [html.unescape(re.sub("<.*?>", "", body[a:b].decode())) for a, b in bounds]
            assert letters == list(piece.text)
            spoken[piece.index] = spoken.get(piece.index, "") + piece.text
    assert spoken == {n: s for n, t in enumerate(texts) if (s := ssml.speakable(t))}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.text(alphabet="ab &<>\"'é日. ", min_size=1, max_size=4000), min_size=1, max_size=3)
)
def test_parts_stay_below_pollys_limits(texts: list[str]) -> None:
    for part in ssml.parts(texts, ssml.MAX_BILLED):
        markup, _ = ssml.speak([[piece.text for piece in part]])
        assert sum(len(piece.text) for piece in part) <= 3000
        assert len(markup) <= 6000


def test_long_sentences_are_cut_between_words() -> None:
    parts = list(ssml.parts(["word " * 1500], ssml.MAX_BILLED))
    assert len(parts) == 3
    assert all(piece.text.startswith("word") for part in parts for piece in part)


def test_many_short_sentences_count_their_markup() -> None:
    for part in ssml.parts(["a"] * 2000, ssml.MAX_BILLED):
        assert len(ssml.speak([[piece.text for piece in part]])[0]) <= 6000


def test_no_voice_says_braces_or_control_characters() -> None:
    assert ssml.speakable("call {PHONE}\x00\x1b now\n\tplease") == "call PHONE now please"


def test_document_text_can_not_break_out() -> None:
    markup, _ = ssml.speak([['</s></p><audio src="http://x/"/>']])
    assert ET.fromstring(markup).find(".//audio") is None  # noqa: S314


def test_a_title_is_a_paragraph_of_its_own() -> None:
    markup, (title, _) = ssml.speak([["T & U"], ["One."]])
    assert markup == "<speak><p><s>T &amp; U</s></p><p><s>One.</s></p></speak>"
    assert markup.encode()[title[0] : title[-1]] == b"T &amp; U"


def test_long_numbers_are_said_digit_by_digit() -> None:
    text = "Account 12345678 holds 1234567.89, not 1,234,567 or 123456; pay 7654321."
    markup, (places,) = ssml.speak([[text]])
    assert re.findall('<say-as interpret-as="digits">(.*?)</say-as>', markup) == [
        "12345678",
        "7654321",
    ]
    start = text.index("12345678")
    assert markup.encode()[places[start] : places[start + 8]].startswith(b"12345678<")
    assert markup.encode()[: places[-1]].endswith(b".")


@given(st.lists(st.tuples(ANY_TEXT, st.sampled_from(["", "en-US"])), max_size=4))
@settings(max_examples=25, deadline=None)
def test_a_sentence_in_another_language_is_told_so(said: list[tuple[str, str]]) -> None:
    texts, languages = [text for text, _ in said], [language for _, language in said]
    for part in ssml.parts(texts, ssml.MAX_BILLED, languages):
        markup, places = ssml.speak([part])
        body = markup.encode()
        for piece, place, sentence in zip(
            part,
            places,
            ET.fromstring(markup).findall("p/s"),  # noqa: S314
            strict=True,
        ):
            assert "".join(sentence.itertext()) == piece.text
            found = [lang.get(ssml.XML_LANG) for lang in sentence.findall("lang")]
            assert found == ([piece.language] if piece.language else [])
            assert piece.language == languages[piece.index]
            letters = html.unescape(re.sub("<.*?>", "", body[place[0] : place[-1]].decode()))
            assert letters == piece.text


def test_many_foreign_sentences_count_their_markup() -> None:
    for part in ssml.parts(["a b"] * 500, ssml.MAX_BILLED, ["en-US"] * 500):
        assert len(ssml.speak([part])[0]) <= 6000
