"""A page's text as sentences and paragraphs to translate, and what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from recita.text.cutting import cut
from recita.text.protecting import ELEMENT

LONGEST = 4_000
"""Bytes of one passage: an engine translates no better what is longer."""
PREFIX = re.compile(r"\s*(?:#{1,6}\s+|[-*\u2022>]\s+|\d{1,3}[.)]\s+)?")
CELL = re.compile(r"(?<!\\)\|")
RULER = re.compile(r"[\s:|-]*")
ENDED = re.compile(r"[.!?:;\u3002]['\"\u201d\u2019)]*$")


@dataclass
class Passages:
    """``frame[0]``, ``texts[0]``, ``frame[1]`` … put together are the page."""

    frame: list[str] = field(default_factory=lambda: [""])
    texts: list[str] = field(default_factory=list)

    def keep(self, text: str) -> None:
        """Add what is not translated."""
        self.frame[-1] += text

    def add(self, text: str) -> None:
        """Add a passage; one without a letter is not translated."""
        if not any(character.isalpha() for character in text):
            self.keep(text)
            return
        for before, piece in cut(text, LONGEST, ELEMENT):
            self.keep(before)
            self.texts.append(piece)
            self.frame.append("")

    def rewritten(self, texts: Sequence[str]) -> str:
        """Return the page with other texts."""
        pairs = zip(self.frame, (*texts, ""), strict=True)
        return "".join(part for pair in pairs for part in pair)


def passages(text: str) -> Passages:
    """Return the passages of a page: paragraphs, headings, items of lists, cells of tables."""
    found = Passages()
    for number, line in enumerate(_joined(text.split("\n"))):
        if number:
            found.keep("\n")
        if line.lstrip().startswith("|"):
            _row(found, line)
            continue
        start = len((PREFIX.match(line) or [""])[0])
        found.keep(line[:start])
        found.add(line[start:].rstrip())
    return found


def batches(texts: Sequence[str], most: int) -> Iterator[list[str]]:
    """Yield texts in groups of at most ``most`` characters, or of one text."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > most:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text) + 1
    if batch:
        yield batch


def _row(found: Passages, line: str) -> None:
    if RULER.fullmatch(line):
        found.keep(line)
        return
    for number, cell in enumerate(CELL.split(line)):
        found.keep("|" if number else "")
        text = cell.strip()
        head, _, tail = cell.partition(text) if text else (cell, "", "")
        found.keep(head)
        found.add(text)
        found.keep(tail)


def _joined(lines: Sequence[str]) -> Iterator[str]:
    """Yield lines; one that goes on in the next, as in a layout's columns, together with it."""
    held = ""
    for line in lines:
        if held and _goes_on(held, line):
            held = f"{held.rstrip()} {line.strip()}"
            continue
        if held:
            yield held
        held = line
        if not line.strip():
            yield line
            held = ""
    if held:
        yield held


def _goes_on(line: str, following: str) -> bool:
    """Whether a sentence is broken between two lines, and not ended."""
    start = following.lstrip()
    in_table = line.lstrip().startswith("|") or start.startswith("|")
    return start[:1].islower() and not in_table and not ENDED.search(line.rstrip())
