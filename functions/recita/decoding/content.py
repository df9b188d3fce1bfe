"""What a reader of a native type returns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from recita.models.record import Warned
from recita.text.markdown import Rows


@dataclass(frozen=True)
class NativePage:
    """One page as Markdown, its tables also as rows, and what of it was left out."""

    text: str
    why: str
    tables: tuple[Rows, ...] = ()
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail; ``problem`` is the code for which it can't be read."""

    name: str
    media_type: str
    body: bytes
    problem: str = ""


LEFT_OUT = {
    "pictures-dropped": "Pictures that lie elsewhere were not fetched: {}.",
    "charts-dropped": "Charts were not read: {}.",
    "objects-dropped": "Embedded objects and files were not read: {}.",
    "media-dropped": "Sounds and films were not heard: {}.",
    "macros-dropped": "Macros were neither read nor run.",
    "comments-dropped": "Comments were left out.",
    "deletions-dropped": "Passages marked as deleted were left out: {}.",
    "hidden-dropped": "Hidden parts were left out: {}.",
    "values-missing": "Cells that hold an error, or a formula without its value, are empty: {}.",
}
"""Codes of warnings about what a native type holds and Recita does not read."""


def left_out(counts: Counter[str]) -> tuple[Warned, ...]:
    """Return one warning for each kind of thing that was left out, with how many there were."""
    return tuple(
        Warned(code=code, message=message.format(counts[code]))
        for code, message in LEFT_OUT.items()
        if counts[code] > 0
    )
