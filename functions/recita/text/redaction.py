"""Pages without personal data: what a guardrail masked in a text, masked wherever the page says it.

A guardrail gives back a text with ``{EMAIL}`` where an address stood. Lines, words, cells and form
fields of the page say the same again, often cut otherwise. So every piece of text that stands more
often in the page than in its masked text counts as hidden, and is hidden wherever it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

from recita.models.page import KeyValue, Line, Page, Table, Word

MASK = re.compile(r"\{[A-Za-z][A-Za-z0-9 _-]*\}")
TOKEN = re.compile(r"\{[A-Za-z][A-Za-z0-9 _-]*\}|[^\s,;:()\[\]{}<>|\"\'/]+")
"""A mask, or what stands between spaces and punctuation."""
UNKNOWN = "{MASKED}"
TELLING = re.compile(r"[\d@]")
LONGEST = 500
"""Pieces of a line that is put beside its masked form."""
LONG = 5
"""Characters of a piece with a digit or an @ that is nobody's but its owner's."""


@dataclass(frozen=True)
class Hidden:
    """Pieces of text that were masked, each with its mask, and those that also stand unmasked."""

    masks: dict[str, str]
    seen: frozenset[str]

    def cleaned(self, text: str) -> str:
        """Return a text with its hidden pieces masked.

        A short or common piece that also stands unmasked on the page, such as a number's first
        group, is hidden beside another hidden one only.
        """
        found = list(TOKEN.finditer(text))
        sure = [self._sure(match[0]) for match in found]
        hide = [
            sure[index] or (self._known(match[0]) and any(sure[max(0, index - 1) : index + 2]))
            for index, match in enumerate(found)
        ]
        parts, end, last = [], 0, ""
        for match, hidden in zip(found, hide, strict=True):
            between, mask = text[end : match.start()], self.masks.get(_core(match[0]), "")
            if hidden and not (mask == last and not between.strip()):
                parts += [between, mask]
            elif not hidden:
                parts += [between, match[0]]
            last, end = mask if hidden else "", match.end()
        return "".join([*parts, text[end:]])

    def _known(self, token: str) -> bool:
        return _core(token) in self.masks

    def _sure(self, token: str) -> bool:
        core = _core(token)
        long = len(core) >= LONG and bool(TELLING.search(core))
        return core in self.masks and (long or core not in self.seen)


def redacted(page: Page, masked: str) -> Page:
    """Return the page as ``masked`` has its text: the page's own, masked."""
    hidden = behind_masks(page.text.strip(), masked)
    return page.model_copy(
        update={
            "text": hidden.cleaned(masked),
            "lines": tuple(_line(line, hidden) for line in page.lines),
            "tables": tuple(_table(table, hidden) for table in page.tables),
            "key_values": tuple(_field(field, hidden) for field in page.key_values),
        }
    )


def behind_masks(original: str, masked: str) -> Hidden:
    """Return what stood where masks stand now."""
    before, after = _tokens(original), _tokens(masked)
    counts, seen = Counter(map(_core, before)), Counter(map(_core, after))
    gone = {token for token, count in counts.items() if count > seen[token]}
    masks = dict.fromkeys(gone, UNKNOWN)
    lines = original.split("\n"), masked.split("\n")
    if gone and len(lines[0]) == len(lines[1]):
        for line, said in zip(*lines, strict=True):
            masks |= _named(line, said, gone)
    return Hidden(masks, frozenset(seen))


def _named(line: str, said: str, gone: set[str]) -> dict[str, str]:
    """Return the mask of each hidden piece of a line, where the one in its place is known."""
    before, after = _tokens(line), _tokens(said)
    if line == said or len(before) > LONGEST:
        return {}
    masks: dict[str, str] = {}
    for kind, begin, end, first, last in SequenceMatcher(None, before, after).get_opcodes():
        new = [token for token in after[first:last] if MASK.fullmatch(token)]
        if kind == "replace" and new:
            pieces = [core for token in before[begin:end] if (core := _core(token)) in gone]
            masks |= dict.fromkeys(pieces, new[0])
    return masks


def _tokens(text: str) -> list[str]:
    return TOKEN.findall(text)


def _core(token: str) -> str:
    """Return a piece as it is looked for: without the punctuation that ends a sentence."""
    return token.strip(".!?…*_`'\u2019").casefold() or token


def _line(line: Line, hidden: Hidden) -> Line:
    text = hidden.cleaned(line.text)
    if text == line.text:
        return line
    return line.model_copy(
        update={"text": text, "words": tuple(_word(word, hidden) for word in line.words)}
    )


def _word(word: Word, hidden: Hidden) -> Word:
    known = [core for token in _tokens(word.text) if (core := _core(token)) in hidden.masks]
    return word.model_copy(update={"text": hidden.masks[known[0]]}) if known else word


def _table(table: Table, hidden: Hidden) -> Table:
    rows = tuple(tuple(hidden.cleaned(cell) for cell in row) for row in table.rows)
    said = {
        name: hidden.cleaned(getattr(table, name) or "") or None for name in ("title", "footer")
    }
    return table.model_copy(update=said | {"rows": rows})


def _field(field: KeyValue, hidden: Hidden) -> KeyValue:
    said = {"key": hidden.cleaned(field.key), "value": hidden.cleaned(field.value)}
    return field.model_copy(update=said)
