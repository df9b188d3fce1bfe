"""Plain text, Markdown, CSV and TSV, in whatever encoding."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from recita.decoding.content import NativePage
from recita.decoding.encoding import Decoded, decode
from recita.decoding.sniff import CONTROLS
from recita.errors import DocumentRejectedError
from recita.models.record import Warned
from recita.text.markdown import rectangular, table

DELIMITERS = ",;\t|"
SAMPLE_ROWS = 50
MAX_CONTROLS = 0.01
"""A larger share of controls makes a text binary."""


def read(path: Path) -> Iterator[NativePage]:
    """Yield the pages of a text: form feeds, printers' old page breaks, part them.

    Raises DocumentRejectedError ``unsupported-type`` when the bytes are no text.
    """
    found = text_of(path.read_bytes())
    warnings = guessed(found)
    for text in found.text.rstrip("\f").split("\f"):
        yield NativePage(text, f"plain text in {found.encoding}", warnings=warnings)
        warnings = ()


def read_csv(path: Path) -> Iterator[NativePage]:
    """Yield the one page of a file of separated values: one table."""
    found = text_of(path.read_bytes())
    yield _table(found, _delimiter(found.text))


def read_tsv(path: Path) -> Iterator[NativePage]:
    """Yield the one page of a file of values separated by tabs."""
    yield _table(text_of(path.read_bytes()), "\t")


def text_of(body: bytes, declared: str = "") -> Decoded:
    """Return the text without control characters; raises ``unsupported-type`` if it is none."""
    found = decode(body, declared)
    if found is None or len(CONTROLS.findall(found.text)) > MAX_CONTROLS * len(found.text) + 1:
        raise DocumentRejectedError("unsupported-type", "the bytes are no text")
    return Decoded(CONTROLS.sub("", found.text), found.encoding, found.sure)


def guessed(found: Decoded) -> tuple[Warned, ...]:
    """Return a warning when letters may be wrong."""
    if found.sure:
        return ()
    what = "is damaged UTF-8" if found.encoding == "utf-8" else f"was read as {found.encoding}"
    message = f"The text's encoding had to be guessed: it {what}, and letters may be wrong."
    return (Warned(code="encoding-guessed", message=message),)


def _table(found: Decoded, delimiter: str) -> NativePage:
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(io.StringIO(found.text, newline=""), delimiter=delimiter)
    rows = rectangular(list(reader))
    why = f"separated values in {found.encoding}"
    return NativePage(table(rows), why, (rows,) if rows else (), guessed(found))


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts most of the first rows into the same number of cells."""
    lines = text.splitlines(keepends=True)[:SAMPLE_ROWS]

    def agreement(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
        usual = max(set(widths), key=widths.count, default=0)
        return widths.count(usual), usual

    return max(DELIMITERS, key=agreement)
