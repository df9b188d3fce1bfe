"""From a request's text to its script: sentences of phrases, pauses and marks."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import sentencex

from recita_local.services.polly import numbers, ssml
from recita_local.services.polly.languages import LANGUAGES
from recita_local.services.polly.reading import Token, spell, tokens
from recita_local.services.polly.script import Mark, Pause, Phrase, Script, Sentence, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recita_local.services.polly.ssml import Block, Style

PARAGRAPH_SECONDS = 0.45


def write(text: str, text_type: str, language_code: str, *, neural: bool = True) -> Script:
    """The script of a SynthesizeSpeech request.

    Raises :class:`~recita_local.services.polly.script.SsmlError`.
    """
    if text_type == "ssml":
        blocks = ssml.parse(text, language_code, neural=neural)
    else:
        blocks = ssml.plain(text, language_code)
    sentences = [sentence for block in blocks for sentence in _sentences(block)]
    return Script(text.encode(), sentences, sum(len(block.text) for block in blocks))


def _sentences(block: Block) -> Iterator[Sentence]:
    text = "".join(block.text)
    for start, end in _cuts(text, block):
        sentence = Sentence(_parts(block, start, end))
        words = [w for part in sentence.parts if isinstance(part, Phrase) for w in part.words]
        if words:
            last = len(text[:end].rstrip()) - 1
            sentence.start, sentence.end = words[0].start, max(block.spans[last][1], words[-1].end)
        if sentence.parts:
            yield sentence


def _cuts(text: str, block: Block) -> list[tuple[int, int]]:
    """Character ranges of the sentences; an event before an end belongs to what precedes it."""
    if block.whole or not text.strip():
        return [(0, len(text))]
    language = block.styles[0].language_code[:2]
    cuts: list[tuple[int, int]] = []
    position = 0
    for piece in sentencex.segment(language, text):
        end = position + len(piece)
        if cuts and piece[0] in "ºª°":  # "2.º" is one word
            cuts[-1] = (cuts[-1][0], end)
        else:
            cuts.append((position, end))
        position = end
    return cuts


def _parts(block: Block, start: int, end: int) -> list[Phrase | Pause]:
    text = "".join(block.text)
    parts: list[Phrase | Pause] = []
    if start and re.search(r"\n\s*\n\s*$", text[:start]) and text[start:end].strip():
        parts.append(Pause(PARAGRAPH_SECONDS))
    final = end == len(text)
    events = [(at, e) for at, e in block.events if start <= at < end or (final and at == end)]
    position = start
    for at, event in events:
        _add_text(parts, block, position, at)
        _add_event(parts, event, block)
        position = at
    _add_text(parts, block, position, end)
    return parts


def _add_event(parts: list[Phrase | Pause], event: Pause | Mark, block: Block) -> None:
    if isinstance(event, Pause):
        parts.append(event)
        return
    if not parts or isinstance(parts[-1], Pause):
        code = block.styles[0].language_code if block.styles else "en-US"
        parts.append(Phrase(code))
    phrase = parts[-1]
    if isinstance(phrase, Phrase):
        phrase.marks.append((len(phrase.words), event))


def _add_text(parts: list[Phrase | Pause], block: Block, start: int, end: int) -> None:
    """Add the words of a range, joining runs that can be said in one go."""
    text = "".join(block.text)
    for style, run in groupby(range(start, end), key=lambda at: block.styles[at]):
        places = list(run)
        left, right = places[0], places[-1] + 1
        _punctuate(parts, text[left:right])
        words = [
            Word(block.spans[left + t.start][0], block.spans[left + t.end - 1][1], t.spoken, t.stop)
            for t in _tokens(style, text[left:right])
        ]
        phrase = Phrase(style.language_code, style.rate, style.gain, words)
        last = parts[-1] if parts else None
        if isinstance(last, Phrase) and (last.alike(phrase) or not last.words):
            last.language_code, last.rate, last.gain = style.language_code, style.rate, style.gain
            last.words.extend(words)
        elif words:
            parts.append(phrase)


def _punctuate(parts: list[Phrase | Pause], text: str) -> None:
    """Punctuation that a tag separates from its word still belongs to it."""
    match = re.match(r"\s*([,;:.!?…])", text)
    last = parts[-1] if parts else None
    if match and isinstance(last, Phrase) and last.words:
        last.words[-1] = replace(last.words[-1], stop=match[1])


def _tokens(style: Style, text: str) -> list[Token]:
    return _units(style, text) if style.unit else tokens(text, style.language_code)


def _units(style: Style, text: str) -> list[Token]:
    """What <sub> and <say-as> wrap is one word, read as they say."""
    stripped = text.strip()
    start = text.find(stripped)
    spoken = _said_as(style, stripped)
    return [Token(start, start + len(stripped), spoken)] if stripped and spoken else []


def _said_as(style: Style, text: str) -> tuple[str, ...]:
    language = LANGUAGES[style.language_code[:2]]
    if style.alias:
        return tuple(w for t in tokens(style.alias, style.language_code) for w in t.spoken)
    if style.reading in {"characters", "spell-out"}:
        return spell(text, style.language_code)
    if style.reading in {"digits", "telephone"}:
        return tuple(numbers.digits(text, language).split())
    if style.reading == "ordinal" and text.isdigit():
        return tuple(numbers.ordinal(int(text), language).split())
    if style.reading in {"cardinal", "number"} and text.isdigit():
        return tuple(numbers.cardinal(int(text), language.numbers).split())
    return tuple(w for t in tokens(text, style.language_code) for w in t.spoken)
