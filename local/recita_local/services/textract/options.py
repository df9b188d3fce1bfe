"""Boxes to tick, each with the text that says what it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recita_local.services.textract.pairs import KeyValue, ends_key, pair
from recita_local.services.textract.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recita_local.services.textract.phrases import Form
    from recita_local.services.textract.reading import Mark, Word

REACH = 2.5
"""From a box to its label, in heights of the text."""
TRUST = 0.9


def options(form: Form) -> Iterator[KeyValue]:
    """A pair for each box with a label: right of it, or left where the page has them so."""
    marks = sorted((mark for mark in form.page.marks if not _is_cell(form, mark)),
                   key=lambda mark: (mark.box.top, mark.box.left))  # fmt: skip
    sides = [(mark, _beside(form, mark, right=True), _beside(form, mark, right=False))
             for mark in marks]  # fmt: skip
    lefts = sum(left is not None for _, _, left in sides)
    before = sum(right is not None for _, right, _ in sides) >= lefts
    for mark, right, left in sides:
        first, second = (right, left) if before else (left, right)
        label = next((one for one in (first, second) if one and form.is_free(one)), None)
        if label:
            words = _label(label, from_left=label is right)
            form.take(words)
            yield pair(words, [mark], TRUST)


def _beside(form: Form, mark: Mark, *, right: bool) -> Phrase | None:
    """The nearest phrase on one side, if no other box stands between."""
    found = []
    for phrase in form.in_row(mark.box, form.phrases):
        one, other = (mark.box, phrase.box) if right else (phrase.box, mark.box)
        gap = other.left - one.right
        if -0.5 * form.tall <= gap <= REACH * form.tall and one.centre < other.centre:
            found.append((gap, phrase))
    return min(found, key=lambda item: item[0])[1] if found else None


def _label(phrase: Phrase, *, from_left: bool) -> tuple[Word, ...]:
    """Up to the first colon: what follows is a label of its own."""
    ends = [number for number, word in enumerate(phrase.words) if ends_key(word.text)]
    return phrase.words[: ends[0] + 1] if ends and from_left else phrase.words


def _is_cell(form: Form, mark: Mark) -> bool:
    """Whether a box stands alone in a table's cell: what it means is in other cells."""
    table = form.table_of(mark.box)
    if table is None:
        return False
    slot = table.slot_of(mark.box)
    return not any(
        table.slot_of(word.box) == slot for phrase in form.phrases for word in phrase.words
    )
