"""The reader against pages whose text is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from recita_local import engines

from benchmarks import agreement

MOST_ERRORS = 0.002
"""Character errors per character of truth, order and white space included."""


@pytest.fixture(scope="module", autouse=True)
def _engine_ends() -> Iterator[None]:
    yield
    engines.engine("ocr").close()


@pytest.mark.engines
@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "pt"])
def test_a_noisy_scan_is_read_nearly_without_error(corpus: Path, language: str) -> None:
    scan = corpus / "pages" / f"{language}_serif_noisy.jpg"
    truth = (corpus / "pages" / f"{language}_serif.txt").read_text()
    page = engines.engine("ocr").call("read_page", scan, 0)
    read = " ".join(line.text for line in page.lines)
    assert agreement.character_errors(truth, read) <= MOST_ERRORS
