"""Windows: what a model is asked about at once, cut between passages, with overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recita.text.measure import tokens
from recita.text.prompting import Passage, marked

WINDOW_TOKENS = 50_000
"""Of one question, however much more a model could read: pages named for a sentence get less right
with every page more, and a check of the answer has more to look through."""
OVERLAP = 1_000
"""Characters of the last window that the next one begins with, so that no sentence is cut in two
for both."""
SMALLEST = 500
"""Characters of a window that is not cut any further."""


@dataclass(frozen=True)
class Window:
    """Consecutive passages, after the end of what comes before them."""

    passages: tuple[Passage, ...]
    before: tuple[Passage, ...] = ()

    @property
    def text(self) -> str:
        """Everything, marked with its pages."""
        return marked((*self.before, *self.passages))

    @property
    def characters(self) -> int:
        """Of the pages' own text, without the overlap."""
        return sum(passage.characters for passage in self.passages)

    @property
    def pages(self) -> str:
        """Such as ``3`` or ``3-7``."""
        first, last = self.passages[0].page, self.passages[-1].page
        return str(first) if first == last else f"{first}-{last}"

    def halves(self) -> tuple[Window, Window] | None:
        """Return the window cut in two; None when it is too small for that."""
        if len(self.passages) > 1:
            middle = len(self.passages) // 2
            cut = self.passages[:middle], self.passages[middle:]
        elif len(self.passages[0].text) > SMALLEST:
            cut = _halves(self.passages[0])
        else:
            return None
        return Window(cut[0], self.before), Window(cut[1], _tail(cut[0]))


def windows(passages: Sequence[Passage], limit: int) -> list[Window]:
    """Return windows of at most ``limit`` tokens; one that holds all when it fits.

    A single passage longer than that is a window of its own.
    """
    found: list[Window] = []
    group: list[Passage] = []
    size = 0
    for passage in passages:
        cost = tokens(f"{passage.marked}\n")
        if group and size + cost > limit:
            found.append(_window(group, found))
            group, size = [], tokens(f"{marked(_tail(group))}\n")
        group.append(passage)
        size += cost
    if group:
        found.append(_window(group, found))
    return found


def _window(group: Sequence[Passage], before: Sequence[Window]) -> Window:
    return Window(tuple(group), _tail(before[-1].passages) if before else ())


def _tail(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return the end of the last passage, from the beginning of a line or a word on."""
    last = passages[-1]
    if len(last.text) <= OVERLAP:
        return (last,)
    text = last.text[-OVERLAP:]
    cuts = (text.find(mark) for mark in ("\n", " "))
    start = next((cut + 1 for cut in cuts if cut >= 0), 0)
    return (Passage(last.page, text[start:], 0),)


def _halves(passage: Passage) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    half = len(passage.text) // 2
    cuts = (passage.text.rfind(mark, half // 2, half) for mark in ("\n", " "))
    cut = next((found + 1 for found in cuts if found > 0), half)
    first = round(passage.characters * cut / len(passage.text))
    return (
        (Passage(passage.page, passage.text[:cut], first),),
        (Passage(passage.page, passage.text[cut:], passage.characters - first),),
    )
