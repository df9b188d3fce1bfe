"""Keys and values of a line."""

from __future__ import annotations

from recita_local.services.textract.forms import _spans


def test_a_line_without_a_key_has_no_spans() -> None:
    assert list(_spans(())) == []
