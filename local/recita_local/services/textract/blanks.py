"""Answers on lines: ruled ones right of a label, and dots that lead from a label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from recita_local.services.textract.pairs import (
    LONGEST_QUESTION,
    KeyValue,
    ends_key,
    is_answer,
    is_label,
    pair,
)
from recita_local.services.textract.phrases import Form, Phrase
from recita_local.services.textract.reading import Box, union

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from recita_local.services.textract.reading import Word

LABEL_REACH = 2.0
"""From a label to its line, in heights of the text."""
JOIN = 3.0
"""Lines of one row, so many heights of the text apart, with at most a sign between, are one."""
ABOVE, BELOW = 1.0, 0.6
"""How far from its line an answer's foot may be, in heights of the text."""
WORD_SPACE = 0.7
"""In heights of the text: an answer stands further from its label, unless a colon parts them."""
LEADER = re.compile(r"[._\u2026\u00b7]{3,}")
TRUST = 0.85


def blanks(form: Form) -> Iterator[KeyValue]:
    """A pair for each line to write on; it is empty if nothing is written."""
    for blank in _lines(form):
        label = _label(form, blank)
        if label and (ends_key(label[-1].text) or not _is_tabled(form, blank)):
            value = _written(form, blank)
            text = " ".join(word.text for word in value)
            if is_answer(text) and not _is_underlined(form, label, value):
                form.take((*label, *value))
                yield pair(label, value, TRUST)


def leaders(form: Form) -> Iterator[KeyValue]:
    """A pair for each row of dots between a label and what they lead to."""
    for phrase in form.phrases:
        dots = [number for number, word in enumerate(phrase.words) if LEADER.search(word.text)]
        if not dots or not form.is_free(phrase):
            continue
        key = phrase.words[: dots[0]]
        value = phrase.words[dots[-1] + 1 :] or _next(form, phrase)
        if key and value and is_label(Phrase(key).text):
            form.take((*phrase.words, *value))
            yield pair(key, value, TRUST)


def _next(form: Form, phrase: Phrase) -> tuple[Word, ...]:
    after = (one for one in form.in_row(phrase.box, form.phrases)
             if one.box.left >= phrase.box.right)  # fmt: skip
    found = next(after, None)
    return found.words if found and is_answer(found.text) else ()


def _lines(form: Form) -> list[Box]:
    """Level rules that are part of no frame, no table and no other rule's row."""
    free = [rule for rule in form.page.rules.level if not _is_framed(form, rule)]
    joined: list[Box] = []
    for rule in sorted(free, key=lambda rule: (round(rule.middle / form.tall), rule.left)):
        last = joined[-1] if joined else None
        level = last is not None and abs(last.middle - rule.middle) <= 0.3 * form.tall
        if (
            last
            and level
            and 0 <= rule.left - last.right <= JOIN * form.tall
            and not _between(form, last, rule)
        ):
            joined[-1] = union([last, rule])
        else:
            joined.append(rule)
    return joined


def _between(form: Form, one: Box, other: Box) -> bool:
    """Whether words stand between two rules of a row."""
    return any(
        one.right - 1 <= word.box.centre <= other.left + 1
        and any(character.isalpha() for character in word.text)
        for word in _over(form, union([one, other]))
    )


def _is_framed(form: Form, rule: Box) -> bool:
    near = 0.5 * form.tall
    for other in form.page.rules.upright:
        if other.top - near <= rule.middle <= other.bottom + near and (
            rule.left - near <= other.right and other.left <= rule.right + near
        ):
            return True
    return False


def _is_tabled(form: Form, rule: Box) -> bool:
    """Whether a rule may be one of a table's, above its totals or below its head."""
    return any(
        table.box.top - form.tall <= rule.middle <= table.box.bottom + form.tall
        and rule.left < table.box.right
        and table.box.left < rule.right
        for table in form.page.tables
    )


def _is_underlined(form: Form, label: Sequence[Word], value: Sequence[Word]) -> bool:
    """Whether a rule stresses words of a sentence: they follow what is before at a word's space."""
    if not value or ends_key(label[-1].text):
        return False
    return value[0].box.left - label[-1].box.right < WORD_SPACE * form.tall


def _label(form: Form, blank: Box) -> tuple[Word, ...]:
    """What is printed right before a line, on the same row."""
    near: list[tuple[float, tuple[Word, ...]]] = []
    for phrase in form.phrases:
        words = tuple(word for word in phrase.words if word.box.centre < blank.left)
        if not words:
            continue
        box = union([word.box for word in words])
        foot = box.top + 0.4 * box.height <= blank.middle <= box.bottom + BELOW * form.tall
        gap, text = blank.left - box.right, Phrase(words).text
        if foot and gap <= LABEL_REACH * form.tall and is_label(text, LONGEST_QUESTION):
            near.append((gap, words))
    return min(near, key=lambda item: item[0])[1] if near else ()


def _written(form: Form, blank: Box) -> tuple[Word, ...]:
    """What stands on a line."""
    return tuple(sorted(_over(form, blank), key=lambda word: word.box.left))


def _over(form: Form, blank: Box) -> Iterator[Word]:
    for phrase in form.phrases:
        for word in phrase.words:
            foot = -ABOVE * form.tall <= word.box.bottom - blank.middle <= BELOW * form.tall
            if foot and blank.left - 2 <= word.box.centre <= blank.right + 2:
                yield word
