"""Tables as CSV that a spreadsheet can open without running what a document wrote into it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters that make a spreadsheet evaluate a cell (OWASP, "CSV Injection")."""
NUMBER = re.compile(r"[+-]\s?[\d.,'\s]*\d\s?%?|-")
"""What may begin with a sign: digits, their separators, and the dash of an empty cell."""


def to_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as RFC 4180 says: UTF-8, commas, CRLF, quotes only where they are needed.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(
        [_inert(cell) for cell in row] for row in rows
    )
    return text.getvalue().encode()


def _inert(cell: str) -> str:
    if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
