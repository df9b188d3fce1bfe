"""Captions that players take, with every word in them."""

from __future__ import annotations

import html
import io
from typing import Any

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st
from recita.text.captions import MAX_CUE, TimedWord, to_webvtt

pytestmark = pytest.mark.disable_socket

WORDS = st.lists(st.text(alphabet="abcé<>&-日.", min_size=1, max_size=12), min_size=1, max_size=60)


@given(WORDS, st.integers(min_value=1, max_value=9))
def test_every_word_is_in_a_cue_that_players_take(values: list[str], per_sentence: int) -> None:
    words = [TimedWord(n * 200, value, n // per_sentence) for n, value in enumerate(values)]
    captions = _parsed(to_webvtt(words, len(values) * 0.2, "es"))

    assert html.unescape(" ".join(c.raw_text for c in captions)).split() == values
    assert not [c for c in captions if "<" in c.raw_text or "-->" in c.raw_text]
    assert all(len(html.unescape(c.raw_text)) <= MAX_CUE for c in captions)
    ends = [c.end_in_seconds for c in captions]
    assert [c.start_in_seconds for c in captions][1:] == ends[:-1]
    assert all(c.start_in_seconds <= c.end_in_seconds for c in captions)


def _parsed(vtt: str) -> list[Any]:
    return list(webvtt.from_buffer(io.StringIO(vtt)).captions)


def test_a_cue_never_spans_two_sentences() -> None:
    words = [TimedWord(0, "One.", 0), TimedWord(400, "Two.", 1)]
    captions = _parsed(to_webvtt(words, 1.0, "en"))
    assert [c.text for c in captions] == ["One.", "Two."]


def test_hours_are_written() -> None:
    text = to_webvtt([TimedWord(3_600_000 + 61_001, "late", 0)], 3_700.0, "en")
    assert "01:01:01.001 --> 01:01:40.000" in text


def test_silence_has_no_cues() -> None:
    assert to_webvtt([], 0.0, "en").startswith("WEBVTT")
