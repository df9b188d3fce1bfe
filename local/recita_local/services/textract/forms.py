"""Key-value pairs by what is drawn and printed: boxes, lines to write on, frames, colons.

Good for forms whose labels say so by one of these; no model for others comes without a download.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recita_local.services.textract.blanks import blanks, leaders
from recita_local.services.textract.cells import cells, lists
from recita_local.services.textract.colons import colons, numbers
from recita_local.services.textract.options import options
from recita_local.services.textract.phrases import Form
from recita_local.services.textract.reading import union

if TYPE_CHECKING:
    from recita_local.services.textract.pairs import KeyValue
    from recita_local.services.textract.reading import PageReading

RULES = (options, blanks, leaders, cells, lists, colons, numbers)
"""The surest first: words that one has used are not there for the next."""


def find_pairs(page: PageReading) -> list[KeyValue]:
    """The key-value pairs of one page, from top to bottom; no word serves two."""
    form = Form(page)
    found = [pair for rule in RULES for pair in rule(form)]
    return sorted(found, key=_place)


def _place(pair: KeyValue) -> tuple[float, float]:
    box = union([word.box for word in pair.key])
    return box.top, box.left
