"""The row of a document for queries over many: it follows the manifest, and can be made anew."""

from __future__ import annotations

import json

from recita.models.document import run_number
from recita.models.manifest import Manifest
from recita.models.row import row_of, table_key
from recita.ports import Results


def write_row(manifest: Manifest, results: Results) -> None:
    """Write a manifest's row, unless that of a later run is there."""
    line, run = row_line(manifest), run_number(manifest.execution)
    results.publish(
        table_key(manifest.document_id),
        line,
        lambda body: body != line and not _is_later(body, run),
    )


def row_line(manifest: Manifest) -> bytes:
    """Return the row as readers of tables take it: one line of JSON."""
    return row_of(manifest).model_dump_json().encode() + b"\n"


def _is_later(body: bytes, run: int) -> bool:
    """Whether a row is of a later run; one that can't be read, or has other fields, may go."""
    try:
        return int(json.loads(body)["run"]) > run
    except (ValueError, KeyError, TypeError):
        return False
