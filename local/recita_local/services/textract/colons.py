"""Labels that end in a colon, and labels beside a number."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from recita_local.services.textract.pairs import (
    KeyValue,
    ends_key,
    has_key,
    is_answer,
    is_label,
    pair,
)
from recita_local.services.textract.phrases import Form, Phrase, same_row, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recita_local.services.textract.reading import Box, Word

NUMBER = re.compile(r"[$€£R]{0,2} ?[-+]? ?[\d.,/:% -]+[A-Z]?")
LISTED = re.compile(r"[-\u2013\u2022\u00b7*\u25a0]|\(?\w{1,2}[.)]$")
"""First words of a list's items."""
RIGHT_REACH, NUMBER_REACH, BELOW_REACH = 12, 25, 1.3
"""Distances to a value, in heights of the text; numbers are often set to the far right."""
ALIGNED = 1.5
"""What stands below a label begins at most so many heights left or right of where it does."""
BLOCK_LINES, BLOCK_CHARACTERS, BLOCK_LABEL = 5, 45, 4
"""Most lines of an address, characters of each, and words of the label above it."""
COLUMN_REACH, SHORTEST_PROSE, PROSE_LINES = 12, 3, 3
"""Lines within so many heights tell how wide a column is; words and long lines that prose has."""
RAGGED = 0.15
"""A long line of a column ends so far from its right side, as a share of its width."""
LABELLED = 4
"""A form in a frame has a label in one of so many phrases."""
FIELD_LABEL = 5
"""Most words of a label with nothing to answer it."""
FIELD_REACH = 4
"""Such a label is a field if another stands in its row, or so near above or below."""
INDENT = 6
"""A list stands at most so many heights right of what announces it."""
COLON, ROW = 0.88, 0.70


def colons(form: Form) -> Iterator[KeyValue]:
    """``Key: value Other key: value``; a last key without a value looks around itself."""
    keyed = [phrase for phrase in form.phrases if has_key(phrase)]
    for phrase in keyed:
        if _is_prose(form, phrase):
            continue
        *spans, (key, value) = _spans(phrase.words)
        if (spans or value) and _is_tabular(form, phrase, keyed):
            continue
        for one, other in spans:
            yield from _inline(form, one, other)
        if value:
            yield from _inline(form, key, value)
        elif is_label(Phrase(key).text) and not _announces_boxes(form, phrase):
            value = _right(form, phrase) or _below(form, phrase)
            if value or _is_field(form, phrase, keyed):
                form.take((*key, *value))
                yield pair(key, value, COLON)


def numbers(form: Form) -> Iterator[KeyValue]:
    """A label and a number, alone in one row, be it a table's."""
    for phrase in form.phrases:
        table = form.table_of(phrase.box)
        row = [one for one in form.in_row(phrase.box, form.phrases)
               if form.table_of(one.box) is table]  # fmt: skip
        if len(row) != 2 or row[0] is not phrase or not is_label(phrase.text):
            continue
        near = row[1].box.left - phrase.box.right <= NUMBER_REACH * form.tall
        if near and NUMBER.fullmatch(row[1].text):
            form.take((*phrase.words, *row[1].words))
            yield pair(phrase.words, row[1].words, ROW)


def _is_prose(form: Form, phrase: Phrase) -> bool:
    """Whether a line is full and goes on below: its next word did not fit into its column."""
    column = [one for one in form.phrases
              if abs(one.box.left - phrase.box.left) <= INDENT * form.tall
              and abs(one.box.middle - phrase.box.middle) <= COLUMN_REACH * form.tall]  # fmt: skip
    right = max(one.box.right for one in column)
    width = right - min(one.box.left for one in column)
    long = sum(right - one.box.right <= RAGGED * width for one in column)
    below = [one for one in column if 0 < one.box.middle - phrase.box.middle <= 2 * form.tall]
    if long < PROSE_LINES or not below or len(phrase.words) < SHORTEST_PROSE or has_key(below[0]):
        return False
    return phrase.box.right + below[0].words[0].box.width + form.tall / 2 > right


def _is_tabular(form: Form, phrase: Phrase, keyed: list[Phrase]) -> bool:
    """Whether a colon stands in a text of a table, most cells of which have no labels."""
    table = form.table_of(phrase.box)
    if table is None or len(table.columns) <= 3:
        return False
    inside = [one for one in form.phrases if table.box.holds(one.box)]
    return len(inside) > LABELLED * sum(one in keyed for one in inside)


def _inline(form: Form, key: tuple[Word, ...], value: tuple[Word, ...]) -> Iterator[KeyValue]:
    if is_label(Phrase(key).text) and is_answer(Phrase(value).text):
        form.take((*key, *value))
        yield pair(key, value, COLON)


def _spans(words: tuple[Word, ...]) -> Iterator[tuple[tuple[Word, ...], tuple[Word, ...]]]:
    """Keys and values of a phrase that has at least one key."""
    ends = [number for number, word in enumerate(words) if ends_key(word.text)]
    start = 0
    for end, following in zip_longest(ends, ends[1:]):
        stop = len(words) if following is None else _next_key(words, end, following)
        yield words[start : end + 1], words[end + 1 : stop]
        start = stop


def _next_key(words: tuple[Word, ...], end: int, following: int) -> int:
    """Where the key that ends at ``following`` begins: at the widest gap, if one stands out."""
    numbers = range(end + 1, following + 1)
    gaps = {number: words[number].box.left - words[number - 1].box.right for number in numbers}
    widest = max(numbers, key=lambda number: gaps[number])
    if gaps[widest] > words[end].box.height:
        return widest
    return max(end + 2, following - 1) if following > end + 1 else following


def _announces_boxes(form: Form, phrase: Phrase) -> bool:
    """Whether boxes to tick follow: they have labels of their own."""
    reach = phrase.box.bottom + BELOW_REACH * form.tall
    return any(
        (same_row(phrase.box, mark.box) and mark.box.left >= phrase.box.right - form.tall)
        or phrase.box.bottom <= mark.box.middle <= reach
        for mark in form.page.marks
    )


def _right(form: Form, phrase: Phrase) -> tuple[Word, ...]:
    """The next phrase of the row, unless it is a label or the row is a table's."""
    after = [one for one in form.in_row(phrase.box, form.phrases)
             if one.box.left >= phrase.box.right - 2]  # fmt: skip
    table = form.table_of(phrase.box)
    if not after or has_key(after[0]) or not is_answer(after[0].text):
        return ()
    if table and len(table.columns) > 3 and len(after) > 1:
        return ()
    if _is_prose(form, after[0]):
        return ()
    reach = NUMBER_REACH if NUMBER.fullmatch(after[0].text) else RIGHT_REACH
    near = after[0].box.left - phrase.box.right <= reach * form.tall
    return after[0].words if near else ()


def _below(form: Form, phrase: Phrase) -> tuple[Word, ...]:
    """A line right below, or a block of lines such as an address; no list and no prose."""
    if form.table_of(phrase.box):
        return ()
    block: list[Phrase] = []
    above = phrase
    while (line := _next_line(form, above)) is not None:
        block.append(line)
        above = line
    if not block or any(_is_item(line) for line in block):
        return ()
    if len(block) == 1:
        return block[0].words if is_answer(block[0].text) else ()
    short = all(len(line.text) <= BLOCK_CHARACTERS for line in block)
    named = len(phrase.words) <= BLOCK_LABEL and len(block) <= BLOCK_LINES
    return words_of(block) if short and named else ()


def _next_line(form: Form, above: Phrase) -> Phrase | None:
    return next((one for one in form.phrases if _is_below(form, above.box, one.box)), None)


def _is_below(form: Form, above: Box, box: Box) -> bool:
    near = above.middle < box.middle and box.top - above.bottom <= BELOW_REACH * form.tall
    return near and abs(above.left - box.left) <= ALIGNED * form.tall


def _is_item(line: Phrase) -> bool:
    return has_key(line) or bool(LISTED.match(line.words[0].text))


def _is_field(form: Form, phrase: Phrase, keyed: list[Phrase]) -> bool:
    """Whether a label without an answer is one of several, with nothing of its own below it."""
    if len(phrase.words) > FIELD_LABEL or form.table_of(phrase.box):
        return False
    return not _heads(form, phrase) and any(
        other is not phrase
        and (
            same_row(phrase.box, other.box)
            or (
                abs(other.box.left - phrase.box.left) <= form.tall
                and abs(other.box.middle - phrase.box.middle) <= FIELD_REACH * form.tall
            )
        )
        for other in keyed
    )


def _heads(form: Form, phrase: Phrase) -> bool:
    """Whether a label is the heading of what follows: text, or labels set further right."""
    return any(
        other.box.middle > phrase.box.bottom
        and other.box.top - phrase.box.bottom <= BELOW_REACH * form.tall
        and _belongs(other, (other.box.left - phrase.box.left) / form.tall)
        for other in form.phrases
    )


def _belongs(below: Phrase, shift: float) -> bool:
    return ALIGNED / 2 < shift <= INDENT or (abs(shift) <= ALIGNED and not has_key(below))
