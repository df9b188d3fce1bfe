"""The reader against pages whose text is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from recita_local import engines

MOST_ERRORS = 0.01
"""Character errors per character of truth, order and white space included."""


@pytest.fixture(scope="module", autouse=True)
def _engine_ends() -> Iterator[None]:
    yield
    engines.engine("ocr").close()


def edits(one: str, other: str) -> int:
    """Levenshtein distance."""
    previous = list(range(len(other) + 1))
    for row, left in enumerate(one, start=1):
        current = [row]
        for column, right in enumerate(other, start=1):
            change = previous[column - 1] + (left != right)
            current.append(min(previous[column] + 1, current[-1] + 1, change))
        previous = current
    return previous[-1]


@pytest.mark.engines
@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "pt"])
def test_a_noisy_scan_is_read_nearly_without_error(corpus: Path, language: str) -> None:
    scan = corpus / "pages" / f"{language}_serif_noisy.jpg"
    truth = " ".join((corpus / "pages" / f"{language}_serif.txt").read_text().split())
    page = engines.engine("ocr").call("read_page", scan, 0)
    read = " ".join(line.text for line in page.lines)
    assert edits(truth, read) / len(truth) <= MOST_ERRORS
