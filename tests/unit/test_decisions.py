"""Decisions are numbered once each, without a gap, and headed by their number."""

from __future__ import annotations

import re
from pathlib import Path


def test_decisions_are_numbered_in_a_row(root: Path) -> None:
    pages = sorted((root / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        headed = re.match(r"# (\d+)\. \S", page.read_text("utf-8"))
        assert headed, page.name
        assert int(headed[1]) == int(page.name[:4]), page.name
