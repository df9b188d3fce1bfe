"""docs/cli.md says what --help says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.law(8)
def test_the_page_is_up_to_date(root: Path) -> None:
    answer = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, root / "scripts" / "cli_docs.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
        env={"RECITA_PORT": "1234", "COLUMNS": "40"},
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
