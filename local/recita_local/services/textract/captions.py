"""What a table's parts are: rows of headers, titles of sections, the caption, the footnote."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from recita_local.services.textract.borderless import NUMBER
from recita_local.services.textract.reading import Line, Merged, Table, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

CAPTION = re.compile(
    r"(table|tab\.|figure|fig\.|tabla|cuadro|tabela|quadro|tableau|tabelle|abb\.)\s*\d",
    re.IGNORECASE,
)
FOOTNOTE = re.compile(r"[*†‡¹²³]|\(?(note|source|fonte|fuente|quelle|nota)s?\b", re.IGNORECASE)
CAPTION_LINES = 4
CAPTION_GAP, LINE_GAP = 2.5, 1.0
"""Between a table and its caption, and between the caption's lines, in heights of the text."""
CENTRED = 0.1
"""A caption is centred over its table to within this share of the table's width."""


def described(table: Table, lines: Sequence[Line], tall: float) -> Table:
    """The table with everything that its words and the lines around it say of it."""
    words = [word for line in lines for word in line.words]
    texts = _texts(table, words)
    headers = _headers(table, texts)
    outside = [line for line in lines if not table.box.holds(line.box)]
    return replace(
        table,
        headers=headers,
        merged=tuple(sorted({*table.merged, *_sections(table, texts, headers)})),
        title=_title(table, outside, tall),
        footer=_footer(table, outside, tall),
    )


def _texts(table: Table, words: Sequence[Word]) -> list[list[str]]:
    texts = [[""] * (len(table.columns) - 1) for _ in table.rows[1:]]
    for word in words:
        if slot := table.slot_of(word.box):
            row, column = slot
            texts[row][column] = f"{texts[row][column]} {word.text}".strip()
    return texts


def _headers(table: Table, texts: list[list[str]]) -> int:
    """Rows of headers; a head over several columns has the columns' own heads below it."""
    count = 1 if len(texts) > 1 and _is_head(texts) else 0
    over = {one.row for one in table.merged if 1 < one.columns < len(table.columns) - 1}
    while 0 < count < len(texts) - 1 and count - 1 in over and not texts[count][0]:
        count += 1
    return count


def _is_head(texts: list[list[str]]) -> bool:
    """Whether the first row names the columns: lists of labels and values have no such row."""
    first, body = texts[0], texts[1:]
    if len(first) > 2:
        return sum(bool(text) for text in first) > 1
    is_list = sum(row[0].endswith(":") for row in texts) * 2 >= len(texts)
    values = [row[1] for row in body if row[1]]
    numbers = sum(bool(NUMBER.fullmatch(text)) for text in values)
    return not is_list and not NUMBER.fullmatch(first[1] or "0") and 2 * numbers >= len(values) > 0


def _sections(table: Table, texts: list[list[str]], headers: int) -> list[Merged]:
    """Rows with a title alone, of a table whose other rows say more."""
    across = len(table.columns) - 1
    taken = {row for one in table.merged for row, _ in one.slots}
    return [
        Merged(row, 0, 1, across)
        for row in range(headers, len(texts) - 1)
        if across > 2 and row not in taken and texts[row][0] and not any(texts[row][1:])
    ]


def _title(table: Table, lines: Sequence[Line], tall: float) -> tuple[Line, ...]:
    """The lines right above a table, if they are a caption or stand centred over it."""
    above = sorted(
        (line for line in lines if _over(table, line)), key=lambda line: -line.box.middle
    )
    found: list[Line] = []
    edge, gap = table.box.top, CAPTION_GAP * tall
    for line in above[:CAPTION_LINES]:
        bottom = max(word.box.bottom for word in line.words)
        if edge - bottom > gap:
            break
        found.insert(0, line)
        edge, gap = min(word.box.top for word in line.words), LINE_GAP * tall
    captions = [number for number, line in enumerate(found) if CAPTION.match(line.text)]
    if captions:
        return tuple(found[captions[-1] :])
    return tuple(found) if found and all(_is_centred(table, line) for line in found) else ()


def _over(table: Table, line: Line) -> bool:
    box = table.box
    shared = min(line.box.right, box.right) - max(line.box.left, box.left)
    above = bool(line.words) and line.box.middle < box.top
    return above and shared > 0.5 * min(line.box.width, box.width)


def _is_centred(table: Table, line: Line) -> bool:
    near = abs(table.box.centre - line.box.centre) <= CENTRED * table.box.width
    return near and line.box.width <= table.box.width


def _footer(table: Table, lines: Sequence[Line], tall: float) -> tuple[Line, ...]:
    """The footnote right below a table."""
    gap = CAPTION_GAP * tall
    below = (line for line in lines if line.words and FOOTNOTE.match(line.text)
             and 0 <= min(word.box.top for word in line.words) - table.box.bottom <= gap
             and table.box.left - gap <= line.box.left < table.box.right)  # fmt: skip
    return tuple(below)
