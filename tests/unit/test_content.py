"""What is left out of a document is told by codes that are documented."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from recita.decoding.content import LEFT_OUT, left_out
from recita.models.reasons import WARNINGS
from recita.steps.evidence import GAPS

pytestmark = pytest.mark.disable_socket


def test_each_kind_is_told_once_with_its_number() -> None:
    (told,) = left_out(Counter({"pictures-dropped": 3, "charts-dropped": 0, "objects-dropped": -1}))
    assert told.code == "pictures-dropped"
    assert told.message.endswith(": 3.")


def test_every_code_is_documented_and_used(root: Path) -> None:
    source = "".join(path.read_text("utf-8") for path in (root / "functions").rglob("*.py"))
    warned = set(re.findall(r'(?:\.warn\(\s*|Warned\(code=)"([a-z-]+)"', source)) | {
        *LEFT_OUT,
        *GAPS,
    }
    assert warned == set(WARNINGS)
