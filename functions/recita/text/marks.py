"""Speech marks, laid on the text that was spoken: which characters are heard when."""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import unescape

from recita.models.summary import SpokenMark, Summary
from recita.ports import Mark
from recita.text.captions import TimedWord
from recita.text.identify import foreign_speech
from recita.text.ssml import Piece, speakable, spoken_characters

ZERO_WIDTH_JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)
FIELDS = ("time", "type", "start", "end", "value")


def parsed(lines: bytes) -> tuple[Mark, ...]:
    """Return speech marks as Polly writes them: one JSON object a line, in UTF-8."""
    found = (json.loads(line) for line in lines.decode().split("\n") if line.strip())
    return tuple(Mark(**{name: mark.get(name, 0) for name in FIELDS}) for mark in found)


@dataclass(frozen=True)
class SpokenSentence:
    """The title or a sentence of the summary: its text, and what it rests on."""

    text: str
    source: int | None = None
    """Which of the summary's sentences; the title is none of them."""
    pages: tuple[int, ...] = ()
    language: str = ""
    """Polly's code, where it is surely another than that of the rest."""


def spoken_sentences(summary: Summary) -> list[SpokenSentence]:
    """Return what is spoken of a summary, in order."""
    title = [SpokenSentence(summary.title)] if summary.title else []
    return title + [
        SpokenSentence(s.text, n, s.pages, foreign_speech(s.text, summary.language))
        for n, s in enumerate(summary.sentences)
    ]


@dataclass(frozen=True)
class Part:
    """What one call has spoken: pieces, and the byte where each of their characters begins."""

    pieces: Sequence[Piece]
    places: Sequence[Sequence[int]]


def lay(
    marks: Sequence[Mark], part: Part, sentences: Sequence[SpokenSentence], offset: int
) -> Iterator[SpokenMark]:
    """Yield a part's sentence and word marks on the text; ``offset`` (ms) is when it begins.

    Polly's marks tell bytes of the markup. One whose bytes lie in no text is sought by its value.
    """
    ends = [place[-1] for place in part.places]
    letters = {p.index: _letters(sentences[p.index].text) for p in part.pieces}
    piece, reached = 0, 0
    for mark in marks:
        if mark.type not in ("sentence", "word"):
            continue
        if mark.start < mark.end:
            found = min(bisect_right(ends, mark.start), len(ends) - 1)
            reached = reached if found == piece else 0
            piece = found
        said = part.pieces[piece]
        heard = _heard(mark, said.text, part.places[piece], reached)
        sentence = sentences[said.index]
        start, end = None, None
        if heard:
            first, last = (said.start + place for place in (heard.start, heard.stop - 1))
            start, end = _whole(
                sentence.text, letters[said.index][first], letters[said.index][last]
            )
        if heard and mark.type == "word":
            reached = heard.stop
        yield SpokenMark(
            time=mark.time + offset,
            type="word" if mark.type == "word" else "sentence",
            value=unescape(mark.value),
            sentence=said.index,
            pages=sentence.pages,
            source=sentence.source,
            start=start,
            end=end,
        )


def _heard(mark: Mark, text: str, places: Sequence[int], reached: int) -> range | None:
    """Return the characters of a piece that a mark stands for."""
    start = max(0, bisect_right(places, mark.start) - 1)
    end = min(bisect_left(places, mark.end), len(text))
    while start < end and text[start].isspace():  # before a word in markup of its own
        start += 1
    if start < end:
        return range(start, end)
    value = unescape(mark.value)
    found = text.find(value, reached) if value else -1
    return range(found, found + len(value)) if found >= 0 else None


def _letters(text: str) -> list[int]:
    """Return where each character of the speakable text stands in the text itself."""
    return [place for place, _ in spoken_characters(text)]


def _whole(text: str, first: int, last: int) -> tuple[int, int]:
    """Return the range from ``first`` through ``last``, widened to what readers see as letters."""
    while first > 0 and _belongs(text[first - 1], text[first]):
        first -= 1
    end = last + 1
    while end < len(text) and _belongs(text[end - 1], text[end]):
        end += 1
    return first, end


def _belongs(before: str, character: str) -> bool:
    """Whether both are one letter to a reader: an accent, or a part of an emoji."""
    if before.isspace():
        return False
    joined = ZERO_WIDTH_JOINER in (before, character) or ord(character) in SKIN_TONES
    return joined or unicodedata.category(character).startswith("M")


def timed_words(
    marks: Sequence[SpokenMark], sentences: Sequence[SpokenSentence]
) -> list[TimedWord]:
    """Return all that is written, at the times of its marks: captions lose no text."""
    words: list[TimedWord] = []
    by_sentence: dict[int, list[SpokenMark]] = {}
    for mark in marks:
        by_sentence.setdefault(mark.sentence, []).append(mark)
    for index, sentence in enumerate(sentences):
        own = by_sentence.get(index, [])
        known = [(m.start, m.time) for m in own if m.type == "word" and m.start is not None]
        begin = own[0].time if own else words[-1].time if words else 0
        words += _timed(sentence.text, index, sorted(known), begin)
    return sorted(words, key=lambda word: word.time)


def _timed(
    text: str, sentence: int, known: Sequence[tuple[int, int]], begin: int
) -> Iterator[TimedWord]:
    """Yield runs of a sentence; each begins with a token in which a word is marked."""
    run: list[str] = []
    for token in re.finditer(r"\S+", text):
        first = bisect_left(known, (token.start(), -1))
        if first < len(known) and known[first][0] < token.end():
            if run:
                yield TimedWord(begin, " ".join(run), sentence)
            run, begin = [], known[first][1]
        written = speakable(token[0])
        run += [written] if written else []
    if run:
        yield TimedWord(begin, " ".join(run), sentence)
