"""Answers in ruled boxes: below their labels in the same box, or in the box beside."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from recita_local.services.textract.pairs import KeyValue, has_key, is_answer, is_label, pair
from recita_local.services.textract.phrases import Form, Phrase, same_row, words_of
from recita_local.services.textract.reading import Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from recita_local.services.textract.reading import Table, Word

HEIGHTS = (1.8, 7.0)
"""Least and largest height of a box with a label and an answer, in heights of the text."""
TOP, INDENT = 1.0, 2.5
"""A label stands so near its box's top and its left side, in heights of the text."""
ROOM = 1.1
"""Room for an answer below a label, in heights of the text."""
FORM_SHARE = 0.6
"""Share of a frame's boxes with text that look like a form's; tables have fewer."""
TRUST = 0.8


def cells(form: Form) -> Iterator[KeyValue]:
    """A pair for each label in a frame of such boxes, empty if nothing is written below it."""
    frames: dict[Table | Box, list[tuple[Box, list[Phrase]]]] = defaultdict(list)
    for box, held in _boxes(form).items():
        frames[form.table_of(held[0].box) or box].append((box, held))
    for boxes in frames.values():
        labelled = [(box, held) for box, held in boxes if _is_form_box(form, box, held)]
        if len(labelled) >= FORM_SHARE * len(boxes):
            for _, held in labelled:
                yield from _answers(form, held)


def lists(form: Form) -> Iterator[KeyValue]:
    """Pairs of tables that are lists: of labels and answers side by side, or in two rows."""
    for table in form.page.tables:
        rows, columns = len(table.rows) - 1, len(table.columns) - 1
        if columns == 2:
            slots = [((row, 0), (row, 1)) for row in range(rows)]
        elif rows == 2 and columns > 1:
            slots = [((0, column), (1, column)) for column in range(columns)]
        else:
            continue
        yield from _listed(form, table, slots)


def _listed(
    form: Form, table: Table, slots: Sequence[tuple[tuple[int, int], tuple[int, int]]]
) -> Iterator[KeyValue]:
    held = defaultdict(list)
    for phrase in form.phrases:
        held[table.slot_of(phrase.box)].append(phrase)
    found = [(words_of(held[label]), words_of(held[answer])) for label, answer in slots]
    named = [(label, answer) for label, answer in found if label]
    fits = all(is_label(_text(label)) and is_answer(_text(answer)) for label, answer in named)
    if not fits or 2 * sum(bool(answer) for _, answer in named) < len(named):
        return
    for label, answer in named:
        form.take((*label, *answer))
        yield pair(label, answer, TRUST)


def _text(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)


def _boxes(form: Form) -> dict[Box, list[Phrase]]:
    """Phrases by the box that is ruled around them."""
    found = defaultdict(list)
    for phrase in form.phrases:
        box = _around(form, phrase.box)
        if box and HEIGHTS[0] * form.tall <= box.height <= HEIGHTS[1] * form.tall:
            found[box].append(phrase)
    return found


def _around(form: Form, inner: Box) -> Box | None:
    """The nearest rules on all four sides."""
    level = [rule for rule in form.page.rules.level if rule.left <= inner.centre <= rule.right]
    upright = [rule for rule in form.page.rules.upright if rule.top <= inner.middle <= rule.bottom]
    left = [rule.right for rule in upright if rule.centre < inner.centre]
    top = [rule.bottom for rule in level if rule.middle < inner.middle]
    right = [rule.left for rule in upright if rule.centre > inner.centre]
    bottom = [rule.top for rule in level if rule.middle > inner.middle]
    if not (left and top and right and bottom):
        return None
    return Box(max(left), max(top), min(right), min(bottom))


def _is_form_box(form: Form, box: Box, held: list[Phrase]) -> bool:
    """Whether a box's first row is labels, with answers or room for them below."""
    labels, rest = _first_row(held)
    if not all(is_label(label.text) for label in labels) or any(map(_has_value, labels)):
        return False
    near = labels[0].box.top - box.top <= TOP * form.tall
    near = near and labels[0].box.left - box.left <= INDENT * form.tall
    room = box.bottom - max(label.box.bottom for label in labels)
    ticked = any(box.holds(mark.box) for mark in form.page.marks)
    return near and not ticked and (bool(rest) or room >= ROOM * form.tall)


def _has_value(phrase: Phrase) -> bool:
    return any(has_key(Phrase((word,))) for word in phrase.words[:-1])


def _first_row(held: list[Phrase]) -> tuple[list[Phrase], list[Phrase]]:
    top = min(held, key=lambda phrase: phrase.box.middle)
    labels = sorted((one for one in held if same_row(one.box, top.box)),
                    key=lambda phrase: phrase.box.left)  # fmt: skip
    return labels, [one for one in held if one not in labels]


def _answers(form: Form, held: list[Phrase]) -> Iterator[KeyValue]:
    labels, rest = _first_row(held)
    values: dict[Phrase, list[Phrase]] = {label: [] for label in labels}
    for answer in rest:
        values[min(labels, key=lambda label: _apart(label.box, answer.box))].append(answer)
    for label, answers in values.items():
        value = words_of(answers)
        if not value or is_answer(Phrase(value).text):
            form.take((*label.words, *value))
            yield pair(label.words, value, TRUST)


def _apart(one: Box, other: Box) -> tuple[float, float]:
    """How far two boxes are from standing above one another."""
    gap = max(one.left - other.right, other.left - one.right, 0.0)
    return gap, abs(one.left - other.left)
